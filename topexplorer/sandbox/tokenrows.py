"""Consents, codes and refresh tokens as rows of the state file, and back.

A row that names an app or a person whom this sandbox does not have is passed over: whoever they were, they cannot call.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from topexplorer.core.call import Secret
from topexplorer.core.nouns import dataclass
from topexplorer.core.sessionlife import LEVELS
from topexplorer.sandbox.accounts import Accounts, App, Grant


@dataclass(frozen=True, slots=True)
class Consent:
    """Who lets which app in, and how the app asked for it."""

    app: App
    nick: str
    """A seller of the sandbox or one of their sub-accounts."""
    redirect_uri: str = ""
    uuid: str = ""


@dataclass(frozen=True, slots=True)
class Code:
    """An authorisation code that nobody has fetched a session for."""

    consent: Consent
    until: datetime


@dataclass(frozen=True, slots=True)
class Refresher:
    """What a refresh token prolongs."""

    grant: Grant
    nick: str
    until: datetime


Rows = Mapping[str, Any]


def grant_rows(grants: Iterable[Grant], first: Iterable[Grant]) -> Rows:
    """The grants that were given out, and the sessions of those of the start that were taken back."""
    known = {grant.session.reveal(): grant for grant in first}
    given = [grant for grant in grants if grant.session.reveal() not in known]
    revoked = [text for grant in grants if (text := grant.session.reveal()) in known and grant != known[text]]
    return {"given": [_grant_row(grant) for grant in given], "revoked": revoked}


def grants(rows: Rows, accounts: Accounts) -> list[Grant]:
    """The grants behind `grant_rows`, to be added to those of the start."""
    found = [replace(grant, revoked=True) for text in rows["revoked"] if (grant := accounts.grant(text))]
    return [*found, *(grant for row in rows["given"] if (grant := _grant(row, accounts)))]


def _grant_row(grant: Grant) -> list[Any]:
    ends = {level: end.isoformat() for level, end in grant.ends.items()}
    expires = grant.expires_at.isoformat() if grant.expires_at else None
    nick = grant.staff.nick if grant.staff else grant.seller
    return [grant.session.reveal(), grant.app_key, nick, expires, ends, grant.revoked]


def _grant(row: list[Any], accounts: Accounts) -> Grant | None:
    session, app_key, nick, expires, ends, revoked = row
    person = accounts.person(nick)
    if person is None or accounts.app(app_key) is None:
        return None
    expires_at = datetime.fromisoformat(expires) if expires else None
    levels = {level: datetime.fromisoformat(ends[level]) for level in LEVELS if level in ends}
    return Grant(Secret(session), app_key, person[0].nick, expires_at, levels, person[1], revoked)


def code_rows(codes: Mapping[str, Code]) -> list[list[str]]:
    return [
        [text, kept.consent.app.key, kept.consent.nick, kept.consent.redirect_uri, kept.consent.uuid, _iso(kept.until)]
        for text, kept in codes.items()
    ]


def codes(rows: Iterable[list[str]], accounts: Accounts) -> dict[str, Code]:
    return {
        text: Code(Consent(app, nick, uri, uuid), datetime.fromisoformat(until))
        for text, key, nick, uri, uuid, until in rows
        if (app := accounts.app(key)) and accounts.person(nick)
    }


def refresher_rows(refreshers: Mapping[str, Refresher]) -> list[list[str]]:
    return [[text, kept.grant.session.reveal(), kept.nick, _iso(kept.until)] for text, kept in refreshers.items()]


def refreshers(rows: Iterable[list[str]], accounts: Accounts) -> dict[str, Refresher]:
    """Those whose session the accounts still know; the others could prolong nothing."""
    return {
        text: Refresher(grant, nick, datetime.fromisoformat(until))
        for text, session, nick, until in rows
        if (grant := accounts.grant(session)) and accounts.person(nick)
    }


def _iso(moment: datetime) -> str:
    return moment.isoformat()
