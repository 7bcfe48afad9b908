"""What goes wrong on purpose: the fault rules that are in force, and what they do to one call.

The gateway asks three times. `quotas` and `ban` while it checks the limits, `before` when a call broke no rule and is
about to be answered, and `delivery` when an answer goes out. The OAuth pages ask for `denial` and `delivery`. The same
seed, rules and calls always give the same faults: a rule draws by its own text and by the number of the call, counted
over the calls that it matches. Rules are added and removed while the gateway runs; the next call already follows them.
"""

from __future__ import annotations

import math
import re
from dataclasses import replace
from datetime import datetime, timedelta
from fnmatch import translate
from hashlib import blake2b

from topexplorer.core.call import Refusal
from topexplorer.core.nouns import dataclass
from topexplorer.sandbox.faultrules import FaultRule, clock_rule, is_page, rule_from
from topexplorer.sandbox.limits import API, APP, KINDS, MIDNIGHT, Ban, Quota, seconds_to_midnight
from topexplorer.sandbox.rules import Visit, banned

REMEMBERED = 2000
"""Methods whose rules are kept at hand."""
LONGEST_METHOD = 100
MOST_BANS = 1000


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """How one answer goes out. What is zero or empty goes well. Times are seconds, sizes bytes."""

    rules: tuple[tuple[str, str], ...] = ()
    """What is behind it: the method that a rule refused, empty for a rule about the answer as a whole, and its text."""
    latency: float = 0.0
    timeout: float = 0.0
    status: int = 0
    body: str = ""
    size: int = 0
    gzip: str = ""
    drop: str = ""
    drip: float = 0.0

    def behind(self, method: str) -> tuple[str, ...]:
        """The rules, as they are written, that did something to a call of that method."""
        return tuple(text for refused, text in self.rules if refused in ("", method))


PROMPT = Delivery()
_ON_THE_WAY = ("timeout", "status", "body", "size", "gzip", "drop", "drip")


@dataclass(frozen=True, slots=True)
class StandingRule:
    """A rule in force. `number` names it and is never given twice; counts are since the last reset."""

    number: int
    rule: FaultRule
    calls: int = 0
    """Calls that it was asked about."""
    applied: int = 0
    """Calls that it did something to."""

    @property
    def text(self) -> str:
        return self.rule.text

    @property
    def spent(self) -> bool:
        """Whether it has happened as often as it was to happen."""
        return 0 < self.rule.most <= self.applied


@dataclass(frozen=True, slots=True)
class _Matching:
    """The numbers of the rules that say something about one method, the upper ones first."""

    at_the_gate: tuple[int, ...]
    on_the_way: tuple[int, ...]
    quotas: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class LaidBan:
    """A ban that a rule laid. `app_key` or `api` is empty when it is on all of them."""

    number: int
    kind: str
    app_key: str
    api: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Preset:
    """A rule that is worth a key. `name` is its title's and explanation's place in the message catalogue."""

    name: str
    rule: str

    @property
    def title(self) -> str:
        """The key of a few words."""
        return f"fault.preset.{self.name}"

    @property
    def explanation(self) -> str:
        """The key of a sentence on what a client should do about it."""
        return f"fault.preset.{self.name}.why"


PRESETS = (
    Preset("slow", "*: latency=2s±500ms"),
    Preset("timeout", "*: timeout"),
    Preset("flaky", "*: code=15 sub_code=isp.top-remote-service-unavailable rate=30%"),
    Preset("ban_api", "*: ban=60s kind=app-api"),
    Preset("ban_day", "*: ban=midnight kind=app"),
    Preset("bad_gateway", "*: status=502"),
    Preset("not_json", "*: body=notjson"),
    Preset("truncated", "*: body=truncated"),
    Preset("dropped", "*: drop=half"),
    Preset("drip", "*: drip=200B/s"),
    Preset("gzip", "*: gzip=lie"),
    Preset("huge", "*: body=50MB"),
    Preset("clock", "*: clock=+15m"),
    Preset("session", "*: code=27 sub_code=invalid-sessionkey sub_msg=SessionKey非法"),
    Preset("sign_in", "oauth.token: sub_code=invalid_grant"),
)
"""One for every kind of fault, in the order to offer them."""


class Faults:
    """The rules in force. None at first, and then it costs a call next to nothing.

    `skew` is how far the gateway's clock is off.
    """

    presets = PRESETS

    def __init__(self, seed: int = 7) -> None:
        self.version = 0
        self.skew = timedelta()
        self._seed = seed
        self._last = 0
        self._rules: dict[int, StandingRule] = {}
        self._matching: dict[str, _Matching] = {}
        self._bans: dict[tuple[int, str, str], datetime] = {}
        self._refusing: list[tuple[str, FaultRule]] = []

    @property
    def rules(self) -> tuple[StandingRule, ...]:
        """In the order in which they were added."""
        return tuple(self._rules.values())

    def add(self, rule: str | FaultRule) -> StandingRule:
        """Puts a rule in force, below all others. Raises RuleError for a text that cannot be read."""
        read = rule_from(rule) if isinstance(rule, str) else rule
        self._last += 1
        standing = self._rules[self._last] = StandingRule(self._last, read)
        self._changed()
        return standing

    def remove(self, number: int) -> bool:
        """Takes a rule out of force, with the bans it laid. False when there is none of that number."""
        found = self._rules.pop(number, None)
        self._bans = {key: until for key, until in self._bans.items() if key[0] != number}
        self._changed()
        return found is not None

    def clear(self) -> None:
        """Takes all rules out of force, with their bans."""
        self._rules.clear()
        self._bans.clear()
        self._changed()

    def reset(self) -> None:
        """As if nobody had ever called: the rules stay, what they counted and the bans they laid do not."""
        self._bans.clear()
        self._rules = {number: replace(standing, calls=0, applied=0) for number, standing in self._rules.items()}

    def set_clock(self, skew: timedelta) -> None:
        """The gateway's clock off by `skew`, in the place of all rules about the clock."""
        for standing in self.rules:
            if standing.rule.skew is not None:
                self.remove(standing.number)
        if skew:
            self.add(clock_rule(skew))

    def quotas(self, method: str) -> tuple[Quota, ...]:
        """The limits that rules put in the place of the platform's."""
        rules = (self._rules[number].rule for number in self._for(method).quotas)
        return tuple(Quota(rule.kind, rule.quota) for rule in rules if rule.quota)

    def ban(self, app_key: str, method: str, now: datetime) -> Ban | None:
        """The longest ban that a rule has laid on that call."""
        if not self._bans:
            return None
        found: Ban | None = None
        for (number, app, api), until in list(self._bans.items()):
            seconds = math.ceil((until - now).total_seconds())
            if seconds <= 0:
                del self._bans[number, app, api]
            elif app in ("", app_key) and api in ("", method) and (found is None or seconds > found.seconds):
                found = Ban(KINDS[self._rules[number].rule.kind], seconds)
        return found

    def bans(self, now: datetime) -> tuple[LaidBan, ...]:
        """Every ban that is on."""
        found = []
        for (number, app, api), until in self._bans.items():
            seconds = math.ceil((until - now).total_seconds())
            if seconds > 0:
                found.append(LaidBan(number, self._rules[number].rule.kind, app, api, seconds))
        return tuple(found)

    def before(self, visit: Visit) -> Refusal | None:
        """What a call that broke no rule is refused with all the same."""
        if not self._rules:
            return None
        refusal: Refusal | None = None
        method = visit.get("method")
        for number in self._for(method).at_the_gate:
            rule = self._rules[number].rule
            if self._draws(number):
                self._refusing.append((method, rule))
                if rule.ban is not None:
                    self._lay(number, visit.get("app_key"), method, visit.now)
                refusal = rule.refusal or refusal
        if ban := self.ban(visit.get("app_key"), method, visit.now):
            return banned(ban)
        return refusal

    def denial(self, page: str) -> tuple[str, str] | None:
        """The `error` and `error_description` that an OAuth page has instead of what was asked for."""
        said: tuple[str, str] | None = None
        for number in self._for(page).at_the_gate if self._rules else ():
            rule = self._rules[number].rule
            if self._draws(number):
                self._refusing.append(("", rule))
                said = rule.sub_code or "server_error", rule.sub_msg or rule.msg
        return said

    def delivery(self, method: str) -> Delivery:
        """How the answer to that API goes out, or that OAuth page; the method is empty when none was understood, and
        for a batch.

        To be asked for once per answer, right after `before` or `denial` and with nothing awaited between.
        """
        numbers = self._for(method).on_the_way if self._rules else ()
        if not (numbers or self._refusing):
            return PROMPT
        applied, self._refusing = self._refusing, []
        for number in numbers:
            if self._draws(number):
                applied.append(("", self._rules[number].rule))
        if not applied:
            return PROMPT
        made = replace(PROMPT, rules=tuple((refused, rule.text) for refused, rule in applied))
        for _refused, rule in applied:
            changes = {name: value for name in _ON_THE_WAY if (value := getattr(rule, name))}
            if rule.latency:
                changes["latency"] = max(0.0, rule.latency + rule.jitter * self._swing(rule))
            made = replace(made, **changes)
        return made

    def _changed(self) -> None:
        self.version += 1
        self._matching.clear()
        self.skew = timedelta()
        for standing in self._rules.values():
            if standing.rule.off and standing.rule.methods == "*":
                self.skew = timedelta()
            elif standing.rule.skew is not None:
                self.skew = standing.rule.skew

    def _for(self, method: str) -> _Matching:
        method = method[:LONGEST_METHOD]
        found = self._matching.get(method)
        if found is None:
            if len(self._matching) >= REMEMBERED:
                self._matching.clear()
            found = self._matching[method] = self._matched(method)
        return found

    def _matched(self, method: str) -> _Matching:
        rules: dict[int, FaultRule] = {}
        for number, standing in self._rules.items():
            rule = standing.rule
            if rule.on_pages == is_page(method) and re.match(translate(rule.pattern), method):
                rules = {} if rule.off else {**rules, number: rule}
        return _Matching(
            tuple(number for number, rule in rules.items() if rule.at_the_gate),
            tuple(number for number, rule in rules.items() if rule.on_the_way),
            tuple(number for number, rule in rules.items() if rule.quota),
        )

    def _draws(self, number: int) -> bool:
        """Whether the rule does something to the call before it."""
        standing = self._rules[number]
        rule, call = standing.rule, standing.calls
        drawn = rule.rate == 1 or self._chance(rule.text, call) < rule.rate
        hit = call >= rule.after and not standing.spent and drawn
        self._rules[number] = replace(standing, calls=call + 1, applied=standing.applied + hit)
        return hit

    def _swing(self, rule: FaultRule) -> float:
        """From -1 to 1."""
        if not rule.jitter:
            return 0.0
        calls = next(standing.calls for standing in self._rules.values() if standing.rule is rule)
        return 2 * self._chance(f"{rule.text}/jitter", calls) - 1

    def _chance(self, text: str, call: int) -> float:
        """From 0 to just below 1, always the same for one seed."""
        drawn = blake2b(f"{self._seed}/{text}/{call}".encode(), digest_size=6).digest()
        return int.from_bytes(drawn, "big") / 2**48

    def _lay(self, number: int, app_key: str, method: str, now: datetime) -> None:
        rule = self._rules[number].rule
        seconds = seconds_to_midnight(now) if rule.ban == MIDNIGHT else rule.ban or 0
        key = (number, "" if rule.kind == API else app_key, "" if rule.kind == APP else method)
        if len(self._bans) < MOST_BANS:
            self._bans[key] = now + timedelta(seconds=seconds)
