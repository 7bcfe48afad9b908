"""The ledger's arithmetic: exact in every window and every day, whatever the clock does, for any number of threads."""

from __future__ import annotations

import math
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.clock import EVENING, Clock
from tests.engine.sentences import said
from topexplorer.core.errors import QuotaExceeded
from topexplorer.core.language import Words
from topexplorer.core.spec import Limit
from topexplorer.core.values import GMT8
from topexplorer.engine.ledger import Budget, Ledger, Meter, limit_words, span_words

MINUTE = Limit(calls=2, seconds=60)
DAY = Limit(calls=3, seconds=0)


@dataclass
class Recount:
    """What the ledger must say, counted call by call."""

    made: list[tuple[str, datetime, int]] = field(default_factory=list)

    def used(self, budget: Budget, now: datetime) -> int:
        return sum(cost for key, at, cost in self.made if key == budget.key and self._counts(budget.limit, at, now))

    def fits(self, budgets: Iterable[Budget], now: datetime) -> bool:
        return all(self.used(budget, now) + budget.calls <= budget.limit.calls for budget in budgets)

    def wait(self, budgets: tuple[Budget, ...], now: datetime) -> float:
        """Seconds until all of them fit, tried at every moment when a call stops counting."""
        midnight = (now.astimezone(GMT8) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        ends = [at + timedelta(seconds=budget.limit.seconds) for _key, at, _cost in self.made for budget in budgets]
        moments = sorted(moment for moment in (*ends, midnight) if moment > now)
        return next(((moment - now).total_seconds() for moment in moments if self.fits(budgets, moment)), math.inf)

    @staticmethod
    def _counts(limit: Limit, at: datetime, now: datetime) -> bool:
        if limit.seconds == 0:
            return at.astimezone(GMT8).date() == now.astimezone(GMT8).date()
        return now - at < timedelta(seconds=limit.seconds)


LIMITS = st.builds(Limit, calls=st.integers(1, 4), seconds=st.sampled_from([0, 0.5, 1, 1.5, 60]))
SHELF = st.lists(st.tuples(st.sampled_from("ab"), LIMITS), min_size=1, max_size=4)
PAUSES = st.sampled_from([0, 1e-6, 0.499999, 0.5, 1, 20, 60, 40_000]) | st.floats(0, 70).map(lambda s: round(s, 6))
STEPS = st.lists(st.tuples(PAUSES, st.sampled_from(["a", "b", "ab"]), st.integers(1, 2)), max_size=40)


@given(SHELF, STEPS)
def test_a_call_passes_exactly_when_every_window_has_room(
    shelf: list[tuple[str, Limit]], steps: list[tuple[float, str, int]]
) -> None:
    clock, recount = Clock(), Recount()
    ledger = Ledger(None, clock)
    for number, (pause, keys, cost) in enumerate(steps):
        clock.add(pause)
        budgets = tuple(Budget(key, limit, calls=cost) for key, limit in shelf if key in keys)
        if recount.fits(budgets, clock.now):
            ledger.reserve(str(number), budgets)
            recount.made += [(key, clock.now, cost) for key in sorted({budget.key for budget in budgets})]
        else:
            with pytest.raises(QuotaExceeded) as raised:
                ledger.reserve(str(number), budgets)
            assert raised.value.wait_seconds == pytest.approx(recount.wait(budgets, clock.now), abs=1e-7)
        assert [meter.used for meter in ledger.meters(budgets)] == [recount.used(b, clock.now) for b in budgets]
    assert ledger.problems == ()
    ledger.close()


@given(
    st.integers(1, 3),
    st.lists(st.tuples(st.sampled_from([0, 0.1, 1, 5, 10]), st.sampled_from([0, 0, 0, 1, 15, 1e9])), max_size=60),
)
def test_a_clock_that_is_set_back_lets_no_call_too_many_through_and_blocks_for_one_window_at_most(
    calls: int, steps: list[tuple[float, float]]
) -> None:
    clock, true = Clock(), 0.0
    ledger, budget = Ledger(None, clock), Budget("a", Limit(calls=calls, seconds=10))
    passed: list[float] = []
    for number, (pause, back) in enumerate(steps):
        true += pause
        clock.add(pause - back)
        try:
            ledger.reserve(str(number), (budget,))
        except QuotaExceeded as error:
            wait = error.wait_seconds
        else:
            passed.append(true)
            wait = 0.0
        assert 0 <= wait <= 10
        assert sum(1 for at in passed if true - at < 10 - 1e-9) <= calls
    ledger.close()


def test_a_clock_that_was_years_ahead_does_not_block_for_years() -> None:
    clock = Clock(datetime(2099, 1, 1, tzinfo=UTC))
    ledger, budgets = Ledger(None, clock), (Budget("a", MINUTE), Budget("a", DAY))
    for call in "12":
        ledger.reserve(call, budgets)
    ledger.ban("b", 100, "why")
    clock.now = EVENING
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("3", budgets)
    assert raised.value.wait_seconds == 60
    (problem,) = ledger.problems
    assert said(problem).startswith("The clock went back by 632121 h, so")
    assert ledger.meters((Budget("b", MINUTE),))[0].banned_for == 100
    clock.add(60)
    ledger.reserve("3", budgets)
    ledger.close()


def test_a_small_correction_of_the_clock_is_not_worth_a_word() -> None:
    clock = Clock()
    ledger = Ledger(None, clock)
    ledger.reserve("1", (Budget("a", MINUTE),))
    clock.add(-2)
    ledger.reserve("2", (Budget("a", MINUTE),))
    assert ledger.problems == ()
    ledger.close()


def test_a_refused_call_is_recorded_nowhere() -> None:
    ledger = Ledger(None, Clock())
    full, free = Budget("full", Limit(calls=1, seconds=60)), Budget("free", Limit(calls=9, seconds=60))
    ledger.reserve("1", (full,))
    for call in "23":
        with pytest.raises(QuotaExceeded):
            ledger.reserve(call, (free, full))
    assert [meter.used for meter in ledger.meters((full, free))] == [1, 0]
    ledger.close()


def test_limits_of_one_key_count_the_same_call_once() -> None:
    ledger, budgets = Ledger(None, Clock()), (Budget("a", MINUTE), Budget("a", DAY), Budget("b", DAY))
    ledger.reserve("1", budgets)
    assert [meter.used for meter in ledger.meters(budgets)] == [1, 1, 1]
    ledger.close()


def test_the_day_ends_at_midnight_in_beijing() -> None:
    clock = Clock()
    ledger, budgets = Ledger(None, clock), (Budget("a", DAY),)
    for call in "123":
        ledger.reserve(call, budgets)
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("4", budgets)
    assert raised.value.wait_seconds == 30
    assert ledger.meters(budgets) == (Meter("a", DAY, None, 3, 30.0, 0.0),)
    clock.add(29.999999)
    with pytest.raises(QuotaExceeded):
        ledger.reserve("4", budgets)
    clock.add(0.000001)
    ledger.reserve("4", budgets)
    assert ledger.meters(budgets) == (Meter("a", DAY, None, 1, 86_400.0, 0.0),)
    ledger.close()


def test_a_meter_empties_one_window_after_the_last_call() -> None:
    clock = Clock()
    ledger, budgets = Ledger(None, clock), (Budget("a", MINUTE),)
    assert ledger.meters(budgets) == (Meter("a", MINUTE, None, 0, 0.0, 0.0),)
    for call in "12":
        ledger.reserve(call, budgets)
        clock.add(20)
    assert ledger.meters(budgets) == (Meter("a", MINUTE, None, 2, 40.0, 0.0),)
    clock.add(39.999999)
    assert ledger.meters(budgets)[0].used == 1
    clock.add(0.000001)
    assert ledger.meters(budgets) == (Meter("a", MINUTE, None, 0, 0.0, 0.0),)
    ledger.close()


def test_a_ban_stops_every_call_until_it_ends() -> None:
    clock = Clock()
    ledger, budgets = Ledger(None, clock), (Budget("a/app", MINUTE), Budget("b", MINUTE))
    ledger.ban("a/app", 41, "limited-by-\x1bapi")
    ledger.ban("a/app", 3, "shorter")
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("1", budgets)
    assert raised.value.wait_seconds == 41
    assert said(raised.value.message) == (
        "app: the gateway refuses calls for another 41 s (limited-by-␛api); wait until then"
    )
    assert [meter.banned_for for meter in ledger.meters(budgets)] == [41.0, 0.0]
    clock.add(41)
    ledger.reserve("1", budgets)
    assert [meter.used for meter in ledger.meters(budgets)] == [1, 1]
    ledger.close()


@pytest.mark.parametrize(
    ("seconds", "banned"), [(-5, 0), (0, 0), (math.nan, 0), (math.inf, 0), (1e12, 7 * 86_400), (31_062, 31_062)]
)
def test_a_ban_of_an_absurd_length_is_none_or_a_week(seconds: float, banned: float) -> None:
    ledger = Ledger(None, Clock())
    ledger.ban("a", seconds, "why")
    assert ledger.meters((Budget("a", MINUTE),))[0].banned_for == banned
    ledger.close()


def test_a_call_that_costs_nothing_is_checked_and_not_recorded() -> None:
    ledger, budgets = Ledger(None, Clock()), (Budget("a", MINUTE, calls=0),)
    for call in "1234":
        ledger.reserve(call, budgets)
    assert ledger.meters(budgets)[0].used == 0
    ledger.ban("a", 5, "why")
    with pytest.raises(QuotaExceeded):
        ledger.reserve("5", budgets)
    ledger.close()


def test_a_call_that_costs_more_than_the_limit_never_fits() -> None:
    ledger = Ledger(None, Clock())
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("1", (Budget("a", MINUTE, calls=3),))
    assert raised.value.wait_seconds == math.inf
    assert said(raised.value.message) == (
        "a: the call costs more than the 2 a minute allowed; raise the limit in config.toml"
    )
    ledger.close()


def test_a_refusal_says_which_limit_how_much_and_how_long() -> None:
    clock = Clock()
    ledger, budgets = Ledger(None, clock), (Budget("prod/1/trade", MINUTE, Words(zh="交易类", en="Trade")),)
    ledger.reserve("1", budgets)
    clock.add(10.5)
    ledger.reserve("2", budgets)
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("3", budgets)
    assert said(raised.value.message) == "Trade: 2 calls used, 2 a minute allowed; the next fits in 50 s"
    ledger.close()


@pytest.mark.parametrize(
    ("limit", "words"),
    [
        (DAY, "3 a day"),
        (MINUTE, "2 a minute"),
        (Limit(calls=9, seconds=1), "9 a second"),
        (Limit(calls=9, seconds=3600), "9 an hour"),
        (Limit(calls=9, seconds=1.5), "9 in 1.5 s"),
    ],
)
def test_limits_are_said_in_words(limit: Limit, words: str) -> None:
    assert said(limit_words(limit)) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        *((0.01, "0.1 s"), (0.4, "0.4 s"), (1, "1 s"), (1.2, "2 s"), (90, "90 s"), (91, "2 min"), (5401, "2 h")),
        *((31_062, "9 h"), (math.inf, "never")),
    ],
)
def test_waits_are_said_in_words_and_never_too_short(seconds: float, words: str) -> None:
    assert said(span_words(seconds)) == words


def test_threads_share_one_ledger_exactly() -> None:
    ledger, budgets = Ledger(None, Clock()), (Budget("a", Limit(calls=100, seconds=60)),)

    def attempt(number: int) -> bool:
        try:
            ledger.reserve(str(number), budgets)
        except QuotaExceeded:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(attempt, range(400))) == 100
    assert ledger.meters(budgets)[0].used == 100
    ledger.close()
