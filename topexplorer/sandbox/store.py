"""The sandbox's memory: two sellers and all that belongs to them, changed by write calls.

Built when a back end first looks into it, and always the same for one seed and one moment; `reset` brings it back.
What calls have changed can be kept between runs: `state` gives it, `take_up` takes it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from topexplorer.core.values import GMT8
from topexplorer.sandbox.arguments import Arguments, Fault
from topexplorer.sandbox.market import Market
from topexplorer.sandbox.rows import Row, stamp

if TYPE_CHECKING:
    from topexplorer.sandbox.statefile import State

NO_PERMISSION = "isv.invalid-permission"


class Store:
    """The market, its clock and its ids. Lookups raise Fault with the platform's sub codes."""

    def __init__(self, clock: Callable[[], datetime], seed: int) -> None:
        self._clock = clock
        self._seed = seed
        self._epoch: datetime | None = None
        self._market: Market | None = None
        self._last_id = 0

    def reset(self) -> None:
        """Forget every write. The next look builds the market anew, counted back from that moment."""
        self._epoch = None
        self._market = None
        self._last_id = 0

    def moment(self) -> datetime:
        """The time in GMT+8. Everything seeded lies before the first moment that was asked for."""
        moment = self._clock().astimezone(GMT8)
        if self._epoch is None:
            self._epoch = moment
        return moment

    def now(self) -> str:
        """The time as the platform writes it."""
        return stamp(self.moment())

    def in_days(self, days: int) -> str:
        """The time that many days from now, as the platform writes it."""
        return stamp(self.moment() + timedelta(days=days))

    @property
    def market(self) -> Market:
        if self._market is None:
            self._market = self._seeded(self._epoch or self.moment())
        return self._market

    def state(self, tokens: Mapping[str, Any]) -> State:
        """The changes since the seed, with what the token office keeps."""
        from topexplorer.sandbox.statefile import State, differences

        now = self._epoch or self.moment()
        return State(self._seed, now, self._last_id, differences(self.market, self._seeded(now)), tokens)

    def take_up(self, state: State) -> None:
        """Goes on from there, with the seed and the first moment of that market."""
        from topexplorer.sandbox.seed.market import seeded
        from topexplorer.sandbox.statefile import apply

        market = seeded(state.epoch, state.seed)
        apply(state.changes, market)
        self._seed, self._epoch, self._market, self._last_id = state.seed, state.epoch, market, state.last_id

    def _seeded(self, epoch: datetime) -> Market:
        from topexplorer.sandbox.seed.market import seeded

        return seeded(epoch, self._seed)

    def new_id(self) -> int:
        """A number no seeded row uses."""
        self._last_id += 1
        return 5_200_000_000 + self._last_id

    def item(self, num_iid: int) -> Row:
        """Anybody's item."""
        row = self.market.items.get(num_iid)
        if row is None:
            raise Fault("isv.item-not-exist", "商品不存在")
        return row

    def own_item(self, seller: str, num_iid: int) -> Row:
        row = self.item(num_iid)
        if row["nick"] != seller:
            raise Fault(NO_PERMISSION, "商品不属于当前授权的卖家")
        return row

    def trade(self, seller: str, tid: int) -> Row:
        """The seller's own trade."""
        row = self.market.trades.get(tid)
        if row is None:
            raise Fault("isv.trade-not-exist", "交易不存在")
        if row["seller_nick"] != seller:
            raise Fault(NO_PERMISSION, "交易不属于当前授权的卖家")
        return row

    def refund(self, seller: str, refund_id: int) -> Row:
        """The seller's own refund."""
        row = self.market.refunds.get(refund_id)
        if row is None:
            raise Fault("isv.refund-not-exist", "退款单不存在")
        if row["seller_nick"] != seller:
            raise Fault(NO_PERMISSION, "退款单不属于当前授权的卖家")
        return row

    def user(self, seller: str) -> Row:
        """The seller behind a session."""
        row = self.market.sellers.get(seller)
        if row is None:
            raise Fault("isv.user-not-exist:invalid-nick", "用户不存在")
        return row


Payload = dict[str, Any]
"""The members below a response's root, with plain lists of rows; more members than were asked for do no harm."""
BackEnd = Callable[[Store, Arguments], Payload]
"""Does the work of one API. Raises Fault."""
