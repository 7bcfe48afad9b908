"""How long each level of a session lives, what that closes, and the words for it."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from tests.core.samples import bundled
from tests.workbench import NOON
from topexplorer.core.language import Language
from topexplorer.core.sessionlife import LEVELS, PARTS, SessionLife, countdown, level_of, obstacle

say = Language("en")
HOUR = timedelta(hours=1)


def life(**hours: float) -> SessionLife:
    """A life whose parts end so many hours after noon."""
    return SessionLife({part: NOON + HOUR * hours[part] for part in PARTS if part in hours})


def test_a_level_ends_with_its_session_at_the_latest_and_one_that_nobody_mentions_goes_on() -> None:
    known = life(session=2, r1=5, w2=1)
    assert [known.left(part, NOON) for part in PARTS] == [7200, 7200, 7200, 7200, 3600, None]
    assert SessionLife().left("w2", NOON) is None
    assert SessionLife().closed(NOON) == frozenset()
    assert life(session=0).closed(NOON) == set(LEVELS)


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (life(), "life unknown"),
        (life(session=30), "alive"),
        (life(session=30, w1=0, w2=-1), "alive for reading, dead for writing"),
        (life(session=30, r2=0, w2=0), "dead for r2, w2"),
        (life(session=0), "over: sign in again"),
    ],
)
def test_a_state_says_what_the_session_is_still_good_for(known: SessionLife, words: str) -> None:
    assert say.render(known.state(NOON)) == words


def test_the_level_to_watch_is_the_dead_one_then_the_one_that_ends_first_within_a_day() -> None:
    assert life(session=48, w2=30).soonest(NOON) is None
    assert life(session=48, w1=23, w2=1).soonest(NOON) == ("w2", 3600)
    assert life(session=48, r1=1, w2=0).soonest(NOON) == ("w2", 0)


def test_an_api_says_why_this_session_cannot_call_it() -> None:
    catalog = bundled()
    ship, read = catalog["taobao.logistics.offline.send"], catalog["taobao.shop.seller.get"]
    assert (ship.writes, level_of(read)) == (True, "r1")
    writes_over = life(session=48, w1=0, w2=0)
    why = obstacle("童装小铺", writes_over, ship, NOON)
    assert why is not None
    assert "alive for reading and dead for writing" in say.render(why)
    assert obstacle("童装小铺", writes_over, read, NOON) is None
    for session, key in ((life(session=0), "sellers.over"), (life(session=9, r1=0), "sellers.over.level")):
        assert getattr(obstacle("", session, read, NOON), "key", None) == key


@pytest.mark.parametrize(
    ("known", "words"),
    [
        (life(session=48), None),
        (life(session=48, w2=0.5), "w2 30:00"),
        (life(session=48, r2=0, w2=0), "r2/w2 over"),
        (life(session=48, w1=0, w2=0), "can only read"),
        (life(session=0), "over"),
    ],
)
def test_the_top_line_says_in_few_letters_what_there_is_to_watch(known: SessionLife, words: str | None) -> None:
    note = known.note(NOON)
    assert (say.render(note) if note else None) == words


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (None, "–"),
        (0, "over"),
        (0.5, "over"),
        (59, "0:59"),
        (3599, "59:59"),
        (3600, "1 h 00"),
        (86_400 + 3600, "1 d 1 h"),
        (40 * 86_400, "40 d"),
        ((datetime.max - datetime(2026, 1, 1)).total_seconds(), "never ends"),
    ],
)
def test_a_countdown_has_two_units_at_most(seconds: float | None, words: str) -> None:
    assert say.render(countdown(seconds)) == words
