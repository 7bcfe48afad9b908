"""Call limits as the platform keeps them: exact sliding windows per app key and rate class, days that end at midnight.

The figures are those of platform.json, so a client whose own limits are wider runs into these.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Mapping
from datetime import datetime, timedelta

from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit, Platform
from topexplorer.core.values import GMT8

PER_API = "accesscontrol.limited-by-app-api-access-count"
PER_APP = "accesscontrol.limited-by-app-access-count"


@dataclass(frozen=True, slots=True)
class Ban:
    """Calls are refused for `seconds` more seconds."""

    sub_code: str
    seconds: int


@dataclass(frozen=True, slots=True)
class _Budget:
    key: tuple[str, ...]
    limits: tuple[Limit, ...]
    sub_code: str


class CallLimits:
    """Counts the calls that were let in. A refused call is not counted."""

    def __init__(self, per_app: tuple[Limit, ...], per_class: Mapping[str, tuple[Limit, ...]]) -> None:
        self._app_limits = per_app
        self._class_limits = per_class
        self._times: dict[tuple[str, ...], deque[float]] = {}
        self._days: dict[tuple[str, ...], tuple[str, int]] = {}

    @classmethod
    def of(cls, platform: Platform) -> CallLimits:
        """The limits that platform.json states."""
        return cls(platform.app_limits, {rate.name: rate.limits for rate in platform.rate_classes})

    @classmethod
    def none(cls) -> CallLimits:
        """No limits: for load, and for many calls in one second."""
        return cls((), {})

    def reset(self) -> None:
        self._times.clear()
        self._days.clear()

    def enter(self, app_key: str, rate_class: str, now: datetime) -> Ban | None:
        """Let one call in and count it, or say how long it has to wait. All limits must agree before any counts."""
        budgets = (
            _Budget((app_key, rate_class), self._class_limits.get(rate_class, ()), PER_API),
            _Budget((app_key,), self._app_limits, PER_APP),
        )
        for budget in budgets:
            self._forget_after(budget.key, now)
            for limit in budget.limits:
                wait = self._wait(budget.key, limit, now)
                if wait > 0:
                    return Ban(budget.sub_code, math.ceil(wait))
        for budget in budgets:
            self._count(budget, now)
        return None

    def _forget_after(self, key: tuple[str, ...], now: datetime) -> None:
        """Drop calls later than `now`: the clock was set back, and they would ban the app until it catches up."""
        times = self._times.get(key)
        while times and times[-1] > now.timestamp():
            times.pop()

    def _wait(self, key: tuple[str, ...], limit: Limit, now: datetime) -> float:
        if limit.calls < 1:
            return max(limit.seconds, 1)
        if limit.seconds == 0:
            day, count = self._days.get(key, ("", 0))
            return _seconds_to_midnight(now) if day == _day(now) and count >= limit.calls else 0
        times = self._times.get(key, ())
        if len(times) < limit.calls:
            return 0
        return times[-limit.calls] + limit.seconds - now.timestamp()

    def _count(self, budget: _Budget, now: datetime) -> None:
        day, count = self._days.get(budget.key, ("", 0))
        self._days[budget.key] = (_day(now), count + 1 if day == _day(now) else 1)
        longest = max((limit.calls for limit in budget.limits if limit.seconds), default=0)
        times = self._times.setdefault(budget.key, deque(maxlen=longest))
        times.append(now.timestamp())


def _day(now: datetime) -> str:
    return now.astimezone(GMT8).strftime("%Y%m%d")


def _seconds_to_midnight(now: datetime) -> float:
    here = now.astimezone(GMT8)
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    return (midnight - here).total_seconds()
