"""A fresh sandbox per test."""

from __future__ import annotations

import pytest

from tests.sandbox.wire import Outsider, small


@pytest.fixture
def outsider() -> Outsider:
    """The bundled APIs and the seeded market, without call limits."""
    return Outsider()


@pytest.fixture
def sampler() -> Outsider:
    """The hand-written APIs, without call limits."""
    return Outsider(small())
