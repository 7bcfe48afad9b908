"""Why a call failed and what cures it: an Exchange becomes a Diagnosis that a face can show and act on.

Data-driven: the API's own error codes, then the longest family of sub codes, then the global code; an unknown code
degrades to what its family means. Offline, both languages.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from topexplorer.core.call import Exchange, NoAnswer, Refusal
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, ErrorCode, ErrorTable, GlobalError, SubCodeFamily

REMOTE_SERVICE_ERROR = 15
FixKind = Literal["edit", "wait", "keys", "instead"]
_SECONDS = r"(\d+)\s*(?:more\s*)?seconds?"
_NAMED = r":\s*([A-Za-z_][\w.]*)"


@dataclass(frozen=True, slots=True)
class Fix:
    """Something to do about it: edit `target`, wait `seconds`, set keys, call `target` instead."""

    kind: FixKind
    text: Message
    target: str = ""
    seconds: int = 0


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`title` names what happened, `cause` why, `cure` what to do; `evidence` quotes this exchange (foreign text)."""

    title: Message | Words
    cause: Message | Words
    cure: Message | Words
    evidence: tuple[tuple[str, str], ...]
    fixes: tuple[Fix, ...] = ()
    retry: str = "no"


def explain(exchange: Exchange, spec: ApiSpec, table: ErrorTable) -> Diagnosis | None:
    """The diagnosis of a call that failed; None for an answer."""
    outcome = exchange.outcome
    if isinstance(outcome, Refusal):
        return _explain_refusal(outcome, spec, table)
    if isinstance(outcome, NoAnswer):
        return _explain_silence(outcome)
    return None


def ban_seconds(refusal: Refusal) -> int:
    """How long the gateway says a ban lasts; 0 when it does not say."""
    found = re.search(_SECONDS, refusal.sub_msg or "")
    return int(found[1][:9]) if found and refusal.code == 7 else 0


def _explain_refusal(refusal: Refusal, spec: ApiSpec, table: ErrorTable) -> Diagnosis:
    known = _global_row(refusal.code, table)
    own = _own_code(refusal, spec)
    family = _family(refusal, table)
    title: Message | Words = message("why.unknown_code", code=refusal.code)
    cause: Message | Words = message("why.unknown_cause")
    cure: Message | Words = message("why.unknown_cure")
    retry = "no"
    if known:
        title, cause, cure, retry = known.title, known.cause, known.cure, known.retry
    if family:
        cause, cure, retry = family.title, family.cure, family.retry
    if own:
        cause, cure = own.title, own.cure or cure
    return Diagnosis(title, cause, cure, tuple(_evidence(refusal)), tuple(_fixes(refusal, spec, known)), retry)


def _global_row(code: int, table: ErrorTable) -> GlobalError | None:
    """The row of that code. The services of old each had a code from 500 to 699; all of them mean what 15 means."""
    rows = {row.code: row for row in table.codes}
    return rows.get(code) or (rows.get(REMOTE_SERVICE_ERROR) if 500 <= code < 700 else None)


def _own_code(refusal: Refusal, spec: ApiSpec) -> ErrorCode | None:
    sub_code = refusal.sub_code or ""
    matching = [row for row in spec.errors if sub_code == row.sub_code or sub_code.startswith(f"{row.sub_code}:")]
    return max(matching, key=lambda row: len(row.sub_code), default=None)


def _family(refusal: Refusal, table: ErrorTable) -> SubCodeFamily | None:
    sub_code = refusal.sub_code or ""
    matching = [row for row in table.families if sub_code.startswith(row.prefix)]
    return max(matching, key=lambda row: len(row.prefix), default=None)


def _evidence(refusal: Refusal) -> Iterator[tuple[str, str]]:
    rows = {
        "code": str(refusal.code),
        "msg": refusal.msg,
        "sub_code": refusal.sub_code,
        "sub_msg": refusal.sub_msg,
        "request_id": refusal.request_id,
    }
    for name, text in rows.items():
        if text:
            yield name, text


def _fixes(refusal: Refusal, spec: ApiSpec, known: GlobalError | None) -> Iterator[Fix]:
    if seconds := ban_seconds(refusal):
        yield Fix("wait", message("fix.wait", seconds=seconds), seconds=seconds)
    if named := _named_parameter(refusal):
        yield Fix("edit", message("fix.edit", name=named), target=named)
    if refusal.code in (26, 27, 28, 29, 44, 53):
        yield Fix("keys", message("fix.keys"))
    if spec.retired:
        for method in spec.retired.instead:
            yield Fix("instead", message("fix.instead", method=method), target=method)


def _named_parameter(refusal: Refusal) -> str | None:
    """The parameter a refusal is about, when it names one."""
    sub_code = refusal.sub_code or ""
    if refusal.code not in (40, 41, 43) and not sub_code.startswith(("isv.missing-", "isv.invalid-param")):
        return None
    found = re.search(_NAMED, refusal.msg) or re.search(_NAMED, sub_code)
    return found[1] if found else None


def _explain_silence(outcome: NoAnswer) -> Diagnosis:
    evidence = (("detail", outcome.detail),) if outcome.detail else ()
    return Diagnosis(
        title=message(f"silence.{outcome.reason}"),
        cause=message(f"silence.{outcome.reason}.cause"),
        cure=message(f"silence.{outcome.reason}.cure"),
        evidence=evidence,
        retry="yes" if outcome.reason in ("timeout", "connect") else "no",
    )
