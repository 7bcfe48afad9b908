"""What may leave: the one place that says no to a method before anything is signed.

Every API is a read or a write. One that no spec describes, or whose spec does not say, is a write. `read_only` lets no
write out, and there is no way around it but to change the environment; `deny` wins over `allow`, and means an API by
whichever of its names: without `taobao.`, as a call may be typed, or by the one that it had. In prod a write needs
somebody who has seen what it will do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING
from unicodedata import normalize

from topexplorer.core.call import Credentials, FilePart
from topexplorer.core.catalog import Catalog
from topexplorer.core.errors import Forbidden, NeedsConfirmation
from topexplorer.core.language import message
from topexplorer.core.plannedwrite import PlannedWrite, lookups_of
from topexplorer.core.spec import ApiSpec
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environment

if TYPE_CHECKING:
    from topexplorer.engine.storedkeys import SellerToken

_PREFIX = "taobao."
"""What a call may leave out."""


def require_permitted(environment: Environment, spec: ApiSpec, catalog: Catalog) -> None:
    """Raises Forbidden for a method that the environment does not let out, whoever confirms it."""
    former = catalog.former_names(spec.method) if environment.deny else ()
    if refused := refusal(environment, spec, former):
        raise refused


def refusal(environment: Environment, spec: ApiSpec, former: Iterable[str] = ()) -> Forbidden | None:
    """Why the environment does not let the method out; None when it does. It took the place of the `former` ones."""
    facts = {"method": clean_line(spec.method), "environment": environment.name}
    if pattern := next(filter(None, (_denied(environment.deny, name) for name in (spec.method, *former))), ""):
        return Forbidden(message("env.denied", **facts, pattern=pattern), message("env.denied.hint", **facts))
    if environment.allow and not match(environment.allow, spec.method):
        allowed = message("env.not_allowed", **facts, patterns=environment.allow)
        return Forbidden(allowed, message("env.denied.hint", **facts))
    if environment.read_only and spec.writes:
        return Forbidden(message("env.read_only", **facts), message("env.read_only.hint", **facts))
    return None


def needs_confirmation(environment: Environment, spec: ApiSpec) -> bool:
    """Whether somebody has to see the call before it is sent."""
    return environment.kind == "prod" and spec.writes


def match(patterns: tuple[str, ...], method: str) -> str:
    """The first pattern that the method fits, in whatever case and with or without `taobao.`; empty for none."""
    name = method.strip().casefold()
    return _first(patterns, {name, name.removeprefix(_PREFIX)})


def strangers(patterns: tuple[str, ...], catalog: Catalog) -> tuple[str, ...]:
    """The patterns that no API of the catalog fits."""
    return tuple(pattern for pattern in patterns if not any(match((pattern,), method) for method in catalog))


def _denied(patterns: tuple[str, ...], method: str) -> str:
    """The same, but a method is also one that it only looks like: with unseen or wide characters in it, or short."""
    name = re.sub(r"[^a-z0-9._-]", "", normalize("NFKC", method).casefold())
    return match(patterns, method) or _first(patterns, {name, name.removeprefix(_PREFIX), _PREFIX + name})


def _first(patterns: tuple[str, ...], names: set[str]) -> str:
    return next((given for given in patterns if any(fnmatchcase(name, given.casefold()) for name in names)), "")


def planned(
    environment: Environment,
    spec: ApiSpec,
    credentials: Credentials,
    sellers: Iterable[SellerToken],
    values: Mapping[str, str],
    files: tuple[FilePart, ...],
    at: datetime,
) -> PlannedWrite:
    """What a confirmation has to show. The seller is the one whose session is used, as far as that is known."""
    session = credentials.session
    owners = (token.nick for token in sellers if token.session == session)
    seller = next(owners, environment.seller) if session else ""
    lookups, unread = lookups_of(spec, values)
    sent = tuple(values.items())
    app, gateway = credentials.app_key, environment.gateway
    return PlannedWrite(environment.name, app, seller, spec.method, sent, files, at, lookups, unread, gateway)


def require_confirmed(plan: PlannedWrite, confirmed: PlannedWrite | None) -> None:
    """Raises NeedsConfirmation unless exactly this was confirmed."""
    if plan != confirmed:
        key = "env.plan_changed" if confirmed else "guard.confirm"
        what = message(key, method=clean_line(plan.method), environment=plan.environment)
        raise NeedsConfirmation(what, plan, message("guard.confirm.hint"))
