"""Call limits as the platform keeps them: exact sliding windows, days that end at midnight, and four kinds of bans.

The figures are those of platform.json, so a client whose own limits are wider runs into these. Quotas take the place of
them where somebody asked for that, and a ban may be laid on purpose; both come from an `Override`.
The kinds are those of the platform's flow control guide: all calls of an app, all apps' calls of one API, one app's
calls of one API, and a dynamic one whose rule is not public.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit, Platform
from topexplorer.core.values import GMT8

APP, API, APP_API, DYNAMIC = "app", "api", "app-api", "dynamic"
KINDS: Mapping[str, str] = {
    APP: "accesscontrol.limited-by-app-access-count",
    API: "accesscontrol.limited-by-api-access-count",
    APP_API: "accesscontrol.limited-by-app-api-access-count",
    DYNAMIC: "accesscontrol.limited-by-dynamic-access-count",
}
"""The sub code of each kind of ban."""
MIDNIGHT = 0.0
"""The seconds of a limit or a ban that lasts for the day."""
REMEMBERED = 20_000
"""Pairs of app and API whose budgets are kept at hand."""


@dataclass(frozen=True, slots=True)
class Ban:
    """Calls are refused for `seconds` more seconds."""

    sub_code: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Quota:
    """A limit of one kind."""

    kind: str
    limit: Limit


@dataclass(frozen=True, slots=True)
class Usage:
    """How far a limit is used up. `app_key` or `api` is empty when all count; `api` may be a rate class."""

    kind: str
    app_key: str
    api: str
    limit: Limit
    used: int
    ban_seconds: int
    """0 while calls are let in."""


class Override(Protocol):
    """What somebody asked for beside the platform's own limits."""

    version: int
    """Another number whenever `quotas` may answer differently."""

    def quotas(self, method: str) -> tuple[Quota, ...]:
        """Limits of that API, in the place of the platform's of the same kinds."""
        ...

    def ban(self, app_key: str, method: str, now: datetime) -> Ban | None:
        """A ban that is on."""
        ...


class _Budget:
    """Limits that the same calls draw on. What every call asks of them is worked out once."""

    __slots__ = ("api", "app_key", "daily", "key", "kind", "limits", "longest")

    def __init__(self, kind: str, app_key: str, api: str, limits: tuple[Limit, ...]) -> None:
        self.kind, self.app_key, self.api = self.key = kind, app_key, api
        self.limits = limits
        self.daily = any(limit.seconds == MIDNIGHT for limit in limits)
        self.longest = max((limit.calls for limit in limits if limit.seconds), default=0)


_Keyed = tuple[tuple[str, str, str], _Budget]


class CallLimits:
    """Counts the calls that were let in. A refused call is not counted."""

    def __init__(self, per_app: tuple[Limit, ...], per_class: Mapping[str, tuple[Limit, ...]]) -> None:
        self.override: Override | None = None
        self._app_limits = per_app
        self._class_limits = per_class
        self._version = 0
        self._budgets: dict[tuple[str, str, str], tuple[_Keyed, ...]] = {}
        self._times: dict[tuple[str, str, str], deque[float]] = {}
        self._days: dict[tuple[str, str, str], tuple[int, int]] = {}

    @classmethod
    def of(cls, platform: Platform) -> CallLimits:
        """The limits that platform.json states."""
        return cls(platform.app_limits, {rate.name: rate.limits for rate in platform.rate_classes})

    @classmethod
    def none(cls) -> CallLimits:
        """No limits: for load, and for many calls in one second."""
        return cls((), {})

    def reset(self) -> None:
        """Forget every call."""
        self._budgets.clear()
        self._times.clear()
        self._days.clear()

    def enter(self, app_key: str, rate_class: str, now: datetime, method: str = "") -> Ban | None:
        """Let one call in and count it, or say how long it has to wait. All limits must agree before any counts."""
        if self.override and (ban := self.override.ban(app_key, method, now)):
            return ban
        budgets = self._drawn_on(app_key, rate_class, method)
        at = now.timestamp()
        for key, budget in budgets:
            self._forget_after(key, at)
            for limit in budget.limits:
                wait = self._wait(key, limit, now, at)
                if wait > 0:
                    return Ban(KINDS[budget.kind], math.ceil(wait))
        for key, budget in budgets:
            self._count(key, budget, now, at)
        return None

    def usage(self, now: datetime) -> Iterator[Usage]:
        """Every limit that a call was counted against."""
        at = now.timestamp()
        seen = dict(keyed for budgets in self._budgets.values() for keyed in budgets)
        for key, budget in sorted(seen.items()):
            for limit in budget.limits:
                day, count = self._days.get(key, (0, 0))
                since = at - limit.seconds
                within = sum(time > since for time in self._times.get(key, ()))
                used = within if limit.seconds else count * (day == _day(now))
                wait = self._wait(key, limit, now, at)
                yield Usage(budget.kind, budget.app_key, budget.api, limit, used, math.ceil(max(wait, 0)))

    def _drawn_on(self, app_key: str, rate_class: str, method: str) -> tuple[_Keyed, ...]:
        """The budgets that one call draws on, with their keys."""
        version = self.override.version if self.override else 0
        if version != self._version or len(self._budgets) > REMEMBERED:
            self._version = version
            self._budgets.clear()
        asked = (app_key, rate_class, method)
        found = self._budgets.get(asked)
        if found is None:
            made = self._made(app_key, rate_class, method)
            found = self._budgets[asked] = tuple((budget.key, budget) for budget in made)
        return found

    def _made(self, app_key: str, rate_class: str, method: str) -> Iterator[_Budget]:
        quotas = self.override.quotas(method) if self.override else ()
        asked = {kind: tuple(quota.limit for quota in quotas if quota.kind == kind) for kind in KINDS}
        if asked[APP_API]:
            yield _Budget(APP_API, app_key, method, asked[APP_API])
        else:
            yield _Budget(APP_API, app_key, rate_class, self._class_limits.get(rate_class, ()))
        if asked[API]:
            yield _Budget(API, "", method, asked[API])
        if asked[DYNAMIC]:
            yield _Budget(DYNAMIC, app_key, method, asked[DYNAMIC])
        yield _Budget(APP, app_key, "", asked[APP] or self._app_limits)

    def _forget_after(self, key: tuple[str, str, str], at: float) -> None:
        """Drop calls later than that: the clock was set back, and they would ban the app until it catches up."""
        times = self._times.get(key)
        while times and times[-1] > at:
            times.pop()

    def _wait(self, key: tuple[str, str, str], limit: Limit, now: datetime, at: float) -> float:
        """How long a call at `now`, which is `at` as a number, has to wait."""
        if limit.calls < 1:
            return max(limit.seconds, 1) if limit.seconds else seconds_to_midnight(now)
        if limit.seconds == MIDNIGHT:
            day, count = self._days.get(key, (0, 0))
            return seconds_to_midnight(now) if day == _day(now) and count >= limit.calls else 0
        times = self._times.get(key, ())
        if len(times) < limit.calls:
            return 0
        return times[-limit.calls] + limit.seconds - at

    def _count(self, key: tuple[str, str, str], budget: _Budget, now: datetime, at: float) -> None:
        if budget.daily:
            today = _day(now)
            day, count = self._days.get(key, (0, 0))
            self._days[key] = (today, count + 1 if day == today else 1)
        times = self._times.get(key)
        if times is None or times.maxlen != budget.longest:
            times = self._times[key] = deque(times or (), maxlen=budget.longest)
        times.append(at)


def seconds_to_midnight(now: datetime) -> float:
    """Until the platform's day ends, at 24:00 GMT+8."""
    here = now.astimezone(GMT8)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - here).total_seconds()


def _day(now: datetime) -> int:
    return now.astimezone(GMT8).toordinal()
