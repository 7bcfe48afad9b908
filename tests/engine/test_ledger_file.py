"""The ledger's file: shared by every process, private, and never in the way of an answer when it breaks."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from tests.engine.clock import Clock
from tests.engine.sentences import said
from topexplorer.core.errors import QuotaExceeded
from topexplorer.core.spec import Limit
from topexplorer.engine import database
from topexplorer.engine.ledger import Budget, Ledger

ROOT = Path(__file__).parents[2]
THREE = (Budget("a", Limit(calls=3, seconds=0)),)
Opened = Callable[[], Ledger]
NUMBERS = map(str, count())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "ledger.sqlite3"


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opened(path: Path, clock: Clock) -> Iterator[Opened]:
    ledgers = []

    def make() -> Ledger:
        ledgers.append(Ledger(path, clock))
        return ledgers[-1]

    yield make
    for ledger in ledgers:
        ledger.close()


def reserved(ledger: Ledger, budgets: tuple[Budget, ...] = THREE) -> bool:
    try:
        ledger.reserve(next(NUMBERS), budgets)
    except QuotaExceeded:
        return False
    return True


def used(ledger: Ledger) -> int:
    return ledger.meters(THREE)[0].used


def problem(ledger: Ledger) -> str:
    (only,) = ledger.problems
    return said(only)


def rows(path: Path, query: str) -> list[tuple[int, ...]]:
    connection = sqlite3.connect(path)
    found: list[tuple[int, ...]] = connection.execute(query).fetchall()
    connection.close()
    return found


def test_nothing_is_opened_before_the_first_question(opened: Opened, path: Path) -> None:
    ledger = opened()
    assert ledger.problems == ()
    assert not path.parent.exists()


def test_two_windows_of_one_person_share_the_quota(opened: Opened) -> None:
    first, second = opened(), opened()
    assert [reserved(first), reserved(second), reserved(first), reserved(second)] == [True, True, True, False]
    first.ban("a", 5, "why")
    assert [ledger.meters(THREE)[0].banned_for for ledger in (first, second)] == [5.0, 5.0]


def test_what_was_counted_is_there_after_closing(opened: Opened) -> None:
    ledger = opened()
    assert reserved(ledger)
    ledger.close()
    assert used(ledger) == 1
    assert used(opened()) == 1


def test_the_file_is_private_whatever_the_umask(opened: Opened, path: Path) -> None:
    before = os.umask(0)
    try:
        assert reserved(opened())
    finally:
        os.umask(before)
    assert path.parent.stat().st_mode & 0o777 == 0o700
    files = {entry.name: entry.stat().st_mode & 0o777 for entry in path.parent.iterdir()}
    assert set(files.values()) == {0o600}
    assert "ledger.sqlite3-wal" in files


def test_calls_that_count_no_more_are_dropped_and_no_others(opened: Opened, path: Path, clock: Clock) -> None:
    ledger, budgets = opened(), (Budget("a", Limit(calls=10**6, seconds=0)), Budget("a", Limit(calls=9, seconds=1)))
    for _call in range(30):
        assert reserved(ledger, budgets)
        clock.add(1)
    clock.add(3 * 86_400)
    kept = []
    for _call in range(3):
        assert reserved(ledger, budgets)
        clock.add(2)
        kept.append(rows(path, "SELECT count(*) FROM calls")[0][0])
    assert kept == [11, 2, 3]
    assert ledger.meters(budgets)[0].used == 3


def test_a_hundred_thousand_calls_are_counted_exactly(opened: Opened, path: Path, clock: Clock) -> None:
    budgets = (Budget("a", Limit(calls=50_001, seconds=50)), Budget("a", Limit(calls=9**9, seconds=0)))
    ledger = opened()
    assert reserved(ledger, budgets)
    ledger.close()
    connection = sqlite3.connect(path)
    start = rows(path, "SELECT at FROM calls")[0][0]
    calls = (("a", number + 2, start + number * 1000, 1, "x") for number in range(100_000))
    connection.executemany("INSERT INTO calls (key, total, at, calls, call) VALUES (?, ?, ?, ?, ?)", calls)
    connection.commit()
    connection.close()
    clock.add(99.999)
    # 100 s of calls, a thousand a second: half of them in the window, two thirds after midnight
    assert [meter.used for meter in ledger.meters(budgets)] == [50_000, 70_000]
    assert [reserved(ledger, budgets), reserved(ledger, budgets)] == [True, False]
    clock.add(0.001)
    assert [reserved(ledger, budgets), reserved(ledger, budgets)] == [True, False]


def test_a_ledger_of_a_newer_version_is_left_alone(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    before = path.read_bytes()
    ledger = opened()
    assert [reserved(ledger) for _call in range(4)] == [True, True, True, False]
    assert f"{path} is from a newer topexplorer" in problem(ledger)
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_moved_aside_and_kept(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    for number, content in ((1, b"no database at all" * 100), (2, b"nor this" * 1000)):
        path.write_bytes(content)
        ledger = opened()
        assert [reserved(ledger) for _call in range(4)] == [True, True, True, False]
        moved = path.with_name(f"ledger.sqlite3.broken-{number}")
        assert moved.read_bytes() == content
        assert f"{path} was damaged and is now {moved}" in problem(ledger)
        ledger.close()
        assert used(opened()) == 3
        path.unlink()


def test_a_database_of_someone_elses_is_moved_aside_and_kept(opened: Opened, path: Path) -> None:
    path.parent.mkdir()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE calls (other)")
    connection.close()
    content = path.read_bytes()
    ledger = opened()
    assert reserved(ledger)
    assert "was damaged" in problem(ledger)
    assert path.with_name("ledger.sqlite3.broken-1").read_bytes() == content


def test_a_database_with_damaged_pages_is_moved_aside_while_running(opened: Opened, path: Path) -> None:
    first = opened()
    assert reserved(first)
    first.close()
    size = path.stat().st_size
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * (size - 4096))
    ledger = opened()
    assert reserved(ledger)
    assert "was damaged" in problem(ledger)
    assert path.with_name("ledger.sqlite3.broken-1").stat().st_size == size
    assert used(opened()) == 1


def test_a_ledger_that_was_moved_or_deleted_is_opened_anew_by_everyone(opened: Opened, path: Path) -> None:
    first, second = opened(), opened()
    assert [reserved(first), reserved(second)] == [True, True]
    for name in ("", "-wal", "-shm"):
        os.replace(f"{path}{name}", f"{path}.old{name}")
    assert [reserved(first), reserved(second)] == [True, True]
    assert [used(first), used(second)] == [2, 2]
    for name in ("", "-wal", "-shm"):
        os.unlink(f"{path}{name}")
    assert [reserved(second), used(first)] == [True, 1]
    assert first.problems == second.problems == ()


def test_where_no_folder_can_be_made_counting_goes_on_in_this_process(opened: Opened, path: Path) -> None:
    path.parent.write_text("a file")
    ledger = opened()
    assert [reserved(ledger) for _call in range(4)] == [True, True, True, False]
    assert problem(ledger).startswith(f"The quota ledger {path} cannot be used, so only this process’s calls count")
    assert "Not a directory" in problem(ledger)


def test_a_folder_in_the_place_of_the_file_is_one_problem(opened: Opened, path: Path) -> None:
    path.mkdir(parents=True)
    ledger = opened()
    assert [used(ledger), reserved(ledger), used(ledger)] == [0, True, 1]
    assert "Is a directory" in problem(ledger)
    ledger.ban("a", 5, "why")
    assert not reserved(ledger)


def test_a_folder_that_forbids_writing_is_one_problem(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert [reserved(opened()), reserved(opened())] == [True, True]

    def refuse(*_arguments: object) -> int:
        raise PermissionError(13, "Permission denied")

    ledger = opened()
    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        assert [reserved(ledger), reserved(ledger)] == [True, False]
    assert "this user may not write there" in problem(ledger)
    assert used(opened()) == 2


FULL = """
import resource, sys
from datetime import UTC, datetime
from pathlib import Path
from topexplorer.core.errors import QuotaExceeded
from topexplorer.core.spec import Limit
from topexplorer.engine.ledger import Budget, Ledger
ledger = Ledger(Path(sys.argv[1]), lambda: datetime(2026, 11, 21, tzinfo=UTC))
budgets = (Budget("a", Limit(calls=5, seconds=0)),)
for call in range(7):
    if call == int(sys.argv[2]):
        resource.setrlimit(resource.RLIMIT_FSIZE, (1, 1))
    try:
        ledger.reserve(str(call), budgets)
    except QuotaExceeded:
        print("refused")
    else:
        print("passed")
print(*[problem.key for problem in ledger.problems])
"""


@pytest.mark.parametrize("call", [0, 2])
def test_a_disk_that_fills_up_loses_no_count(call: int, path: Path) -> None:
    command = [sys.executable, "-c", FULL, str(path), str(call)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stdout.split() == ["passed"] * 5 + ["refused"] * 2 + ["ledger.unwritable"], done.stderr


def test_a_ledger_that_stays_locked_refuses_for_a_second(
    opened: Opened, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(database, "BUSY_SECONDS", 0.0)
    ledger = opened()
    assert reserved(ledger)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(QuotaExceeded) as raised:
        ledger.reserve("2", THREE)
    assert raised.value.wait_seconds == 1.0
    assert f"kept the quota ledger {path} locked" in said(raised.value.message)
    assert used(ledger) == 1
    other.close()
    assert reserved(ledger)
    assert ledger.problems == ()
