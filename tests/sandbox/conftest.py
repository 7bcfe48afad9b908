"""A fresh sandbox per test."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

import pytest

from tests.sandbox.wire import Outsider, small
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.seed import history
from topexplorer.sandbox.seed.people import Buyer


@pytest.fixture
def outsider() -> Outsider:
    """The bundled APIs and the seeded market, without call limits."""
    return Outsider()


@pytest.fixture
def sampler() -> Outsider:
    """The hand-written APIs, without call limits."""
    return Outsider(small())


_really_drawn = history.drawn
_drawn: dict[tuple[object, ...], dict[int, Row]] = {}


@pytest.fixture(autouse=True)
def the_past_is_drawn_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Thousands of old trades, the same in every market of one seed and one moment; each market gets its own copy."""

    def drawn(seed: int, now: datetime, buyers: Sequence[Buyer], counts: Mapping[str, int]) -> dict[int, Row]:
        key = (seed, now, *counts.items())
        if key not in _drawn:
            _drawn[key] = _really_drawn(seed, now, buyers, counts)
        return {tid: {**head} for tid, head in _drawn[key].items()}

    monkeypatch.setattr(history, "drawn", drawn)
