"""What the gateway checks before a back end sees a call, in the platform's order: `RULES`.

The platform documents no order; this one follows captured answers (an unknown key is refused before a wrong sign, a
call without `method` before everything else). Codes, messages and their odd capitals are those of captured bodies.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from topexplorer.core import signing, values
from topexplorer.core.call import Refusal
from topexplorer.core.catalog import Catalog
from topexplorer.core.gateway import IncomingCall
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Param
from topexplorer.core.values import GMT8
from topexplorer.sandbox import rights
from topexplorer.sandbox.accounts import Accounts, App, Grant
from topexplorer.sandbox.limits import Ban, CallLimits

_STAMP = r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}"
_MILLISECONDS = r"[0-9]{13}"
_VERSION = r"[0-9]+(\.[0-9]+)?"
_LONG = 2**63
_EXACT = frozenset({"integer", "decimal", "price", "datetime"})


@dataclass(frozen=True, slots=True)
class Gate:
    """What the rules look things up in."""

    catalog: Catalog
    accounts: Accounts
    limits: CallLimits
    system_names: frozenset[str]
    """The parameters that are the platform's own."""


class Visit:
    """One call at the gate. Of a name that came twice the first value counts, as in a servlet.

    `caller` is the address it came from. What the rules ask about again and again is looked up once.
    """

    __slots__ = ("_given", "app", "call", "caller", "gate", "grant", "now", "spec", "values", "verb")

    def __init__(self, gate: Gate, verb: str, call: IncomingCall, now: datetime, caller: str = "") -> None:
        self.gate = gate
        self.verb = verb
        self.call = call
        self.now = now
        self.caller = caller
        self.values: Mapping[str, str] = dict(reversed(call.params))
        self._given: dict[str, str] | None = None
        self.spec: ApiSpec | None = gate.catalog.get(self.get("method"))
        self.app: App | None = gate.accounts.app(self.get("app_key"))
        self.grant: Grant | None = gate.accounts.grant(self.get("session"))

    def get(self, name: str) -> str:
        """The value of that name; empty when absent, because the gateway does not tell the two apart."""
        text = self.values.get(name, "")
        return text if text.strip() else ""

    @property
    def seller(self) -> str:
        """The nick of the seller whose session came along and counts; empty for nobody."""
        return self.grant.seller if self.spec and self.spec.session != "none" and self.grant else ""

    def arguments(self) -> dict[str, str]:
        """The business parameters."""
        if self._given is None:
            system = self.gate.system_names
            self._given = {name: text for name, text in self.values.items() if name not in system}
        return self._given


Rule = Callable[[Visit], Refusal | None]


def verb(visit: Visit) -> Refusal | None:
    """9: GET and POST only, and POST for anything that takes a file."""
    takes_file = visit.spec is not None and any(param.type == "file" for param in visit.spec.params)
    allowed = ("POST",) if takes_file else ("GET", "POST")
    return None if visit.verb in allowed else Refusal(9, "Http action not allowed")


def method(visit: Visit) -> Refusal | None:
    """21, 22: the API must be named and served; a retired one is not."""
    if not visit.get("method"):
        return Refusal(21, "Missing method", sub_msg="http传入的参数加入method字段")
    if visit.spec is None or visit.spec.retired:
        return Refusal(22, "Invalid method")
    return None


def app_key(visit: Visit) -> Refusal | None:
    """28, 29."""
    if not visit.get("app_key"):
        return Refusal(28, "Missing app key")
    return None if visit.app else Refusal(29, "Invalid app Key", "isv.appkey-not-exists")


def version(visit: Visit) -> Refusal | None:
    """32, 33, 34."""
    v = visit.get("v")
    if not v:
        return Refusal(32, "Missing version")
    if v == visit.gate.catalog.platform.version:
        return None
    return Refusal(34, "Unsupported version") if re.fullmatch(_VERSION, v) else Refusal(33, "Invalid version")


def timestamp(visit: Visit) -> Refusal | None:
    """30, 31: `yyyy-MM-dd HH:mm:ss` in GMT+8 or 13-digit milliseconds, within the platform's tolerance."""
    text = visit.get("timestamp")
    if not text:
        return Refusal(30, "Missing timestamp")
    moment = _moment(text) if len(text) in (13, 19) else None
    tolerance = timedelta(seconds=visit.gate.catalog.platform.timestamp_tolerance_seconds)
    if moment is None or abs(moment - visit.now) > tolerance:
        return Refusal(31, "Invalid timestamp")
    return None


@lru_cache(maxsize=64)
def _moment(text: str) -> datetime | None:
    try:
        if re.fullmatch(_MILLISECONDS, text):
            return datetime.fromtimestamp(int(text) / 1000, GMT8)
        return datetime.fromisoformat(text).replace(tzinfo=GMT8) if re.fullmatch(_STAMP, text) else None
    except ValueError:
        return None


def sign(visit: Visit) -> Refusal | None:
    """24, 25. Upper-case hex only; a missing or unknown `sign_method` makes every sign wrong."""
    claimed = visit.get("sign")
    if not claimed:
        return Refusal(24, "Missing signature")
    scheme = visit.get("sign_method")
    app = visit.app
    if app and scheme in signing.SCHEMES and claimed == claimed.upper() and claimed.isascii():
        call = visit.call
        if signing.verify(scheme, app.secret.reveal(), call.params, claimed, call.body):
            return None
    return Refusal(25, "Invalid signature")


def call_limit(visit: Visit) -> Refusal | None:
    """7: from here on the call counts."""
    if visit.app is None or visit.spec is None:
        return None
    ban = visit.gate.limits.enter(visit.app.key, visit.spec.access, visit.now, visit.spec.method)
    return banned(ban) if ban else None


def banned(ban: Ban) -> Refusal:
    """7, in the platform's words."""
    return Refusal(7, "App Call Limited", ban.sub_code, f"This ban will last for {ban.seconds} more seconds")


def form(visit: Visit) -> Refusal | None:
    """23."""
    return None if visit.get("format") in ("", "json", "xml") else Refusal(23, "Invalid format")


def session(visit: Visit) -> Refusal | None:
    """26, 27. An API that needs no session does not look at one."""
    spec, given = visit.spec, visit.get("session")
    if spec is None or spec.session == "none" or (spec.session == "optional" and not given):
        return None
    if not given:
        return Refusal(26, "Missing session")
    grant = visit.grant
    if grant is None:
        return Refusal(27, "Invalid session", "invalid-sessionkey", "SessionKey非法")
    if grant.app_key != visit.get("app_key"):
        detail = "sessionkey-not-generated-by-server:RealSession don't belong app and user !"
        return Refusal(27, "Invalid session", "invalid-sessionkey", detail)
    if grant.is_over(visit.now):
        return Refusal(27, "Invalid session", "session-not-exist", "SessionKey非法")
    return None


def permission(visit: Visit) -> Refusal | None:
    """11, 12, 53: what the app, and then the session, may not do. An API that needs no session does not look at one."""
    app, spec, grant = visit.app, visit.spec, visit.grant
    if app is None or spec is None:
        return None
    refusal = rights.app_refusal(app, spec, visit.caller, visit.gate.catalog.platform)
    if refusal or grant is None or spec.session == "none":
        return refusal
    return rights.grant_refusal(grant, spec, visit.now)


def arguments(visit: Visit) -> Refusal | None:
    """40, 41: as the spec says, and in wire form: what only a form understands (`-3d`, 是) is wrong here."""
    spec = visit.spec
    if spec is None:
        return None
    given = visit.arguments()
    problems = values.errors(spec, given, visit.call.file_names, visit.now)
    for problem in problems:
        if problem.missing:
            return Refusal(40, f"Missing required arguments:{problem.where}")
    if problems:
        return Refusal(41, f"Invalid arguments:{problems[0].where}")
    for param in spec.params:
        text = given.get(param.name, "")
        if text and not _in_wire_form(param, text, visit.now):
            return Refusal(41, f"Invalid arguments:{param.name}")
    return None


def _in_wire_form(param: Param, text: str, now: datetime) -> bool:
    """Whether a text that passed `check` is what a gateway would understand, not only a form."""
    if param.type != "boolean" and param.type not in _EXACT:
        return True
    if param.type == "integer" and text.isascii() and text.isdigit():
        return len(text) <= 20 and int(text) < _LONG
    parts = [part.strip() for part in text.split(",")] if param.many else [text.strip()]
    if param.type == "boolean":
        return all(part.lower() in ("", "true", "false") for part in parts)
    sent = values.wire(param, text, now) if text.strip() else ""
    if sent != ",".join(part for part in parts if part):
        return False
    # Looked at as text first: Python refuses to read a number of thousands of digits.
    return param.type != "integer" or all(len(part) <= 20 and abs(int(part)) < _LONG for part in parts if part)


RULES: tuple[Rule, ...] = (
    verb,
    method,
    app_key,
    version,
    timestamp,
    sign,
    call_limit,
    form,
    session,
    permission,
    arguments,
)
"""In order; the first that refuses has the word."""


def first_refusal(visit: Visit, rules: Sequence[Rule]) -> Refusal | None:
    """The answer of the first of `rules` that turns this call away, None when it may pass."""
    return next((refusal for rule in rules if (refusal := rule(visit))), None)
