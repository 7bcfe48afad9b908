"""What answers tell of the gateway's time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from topexplorer.core.call import Exchange, NoAnswer

if TYPE_CHECKING:
    from topexplorer.core.timestamps import Skew

TIME = "taobao.time.get"


class GatewayClock:
    """Keeps the last answer that told a time, without its body: it is read only when somebody asks."""

    __slots__ = ("_last",)

    def __init__(self) -> None:
        self._last: Exchange | None = None

    def forget(self) -> None:
        """Another gateway, another clock."""
        self._last = None

    def note(self, exchange: Exchange) -> None:
        """Takes the time that an answer tells, if it tells one."""
        if exchange.draft.api == TIME:
            self._last = exchange
        elif any(name.lower() == "date" for name, _text in exchange.headers):
            self._last = replace(exchange, outcome=NoAnswer("interrupted"))

    @property
    def skew(self) -> Skew | None:
        """How far the gateway's clock is ahead; None while nothing has told its time."""
        return next(iter(self.skews), None)

    @property
    def skews(self) -> tuple[Skew, ...]:
        """The same by everything that the answer told: its Date header, then what taobao.time.get says."""
        if self._last is None:
            return ()
        from topexplorer.core.timestamps import skews

        return skews(self._last)
