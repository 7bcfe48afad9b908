"""Cheap draws from a seeded generator: building the market asks for thousands, and `random` is slow at small ones."""

from __future__ import annotations

import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def between(rng: random.Random, low: int, high: int) -> int:
    """A whole number from `low` to `high`."""
    return low + int(rng.random() * (high - low + 1))


def one_of(rng: random.Random, choices: Sequence[T]) -> T:
    """One of them, all alike."""
    return choices[int(rng.random() * len(choices))]


def weighted(rng: random.Random, choices: Sequence[tuple[int, T]]) -> T:
    """One of them, as often as its weight in percent says. The weights add up to 100."""
    left = rng.random() * 100
    for weight, choice in choices:
        left -= weight
        if left < 0:
            return choice
    return choices[-1][1]
