"""What a person would look at looks as it was approved.

After a look at snapshot_report.html, `pytest tests/tui/test_snapshots.py --snapshot-update` approves what is there now.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.tui.scenes import SCENES


@pytest.mark.parametrize("name", SCENES)
def test_the_scene_looks_as_it_was_approved(name: str, snap_compare: Callable[..., bool]) -> None:
    scene = SCENES[name]
    assert snap_compare(scene.app(), terminal_size=scene.size, run_before=scene.play)
