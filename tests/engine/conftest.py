"""What the tests of the engine share."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import pytest

from topexplorer.engine import vaultfile


@pytest.fixture(autouse=True, scope="session")
def passphrases_are_stretched_once() -> Iterator[None]:
    """Stretching one is made to be slow and gives the same for the same; these tests open the same vaults often."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(vaultfile, "_scrypt", cache(vaultfile._scrypt))
        yield
