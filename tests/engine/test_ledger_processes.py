"""The ledger under several real processes with the real clock, and under a kill."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from topexplorer.core.spec import Limit
from topexplorer.engine.ledger import Budget, Ledger

ROOT = Path(__file__).parents[2]
START = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from topexplorer.core.errors import QuotaExceeded
from topexplorer.core.spec import Limit
from topexplorer.engine.ledger import Budget, Ledger
ledger = Ledger(Path(sys.argv[1]), lambda: datetime.now(UTC))
"""
HAMMER = (
    START
    + """
budgets = (Budget("k", Limit(calls=25, seconds=0.05)), Budget("k", Limit(calls=400, seconds=86400)))
passed = 0
for call in range(600):
    try:
        ledger.reserve(f"{sys.argv[2]}-{call}", budgets)
        passed += 1
    except QuotaExceeded as error:
        assert error.wait_seconds > 0
print(passed, *ledger.problems)
"""
)
ENDLESS = (
    START
    + """
for call in range(1_000_000):
    ledger.reserve(str(call), (Budget("k", Limit(calls=10**6, seconds=86400)),))
    print(call + 1, flush=True)
"""
)


def test_four_processes_never_break_a_limit_together(tmp_path: Path) -> None:
    path = tmp_path / "state" / "ledger.sqlite3"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", HAMMER, str(path), str(number)],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    passed = []
    for process in processes:
        out, errors = process.communicate(timeout=110)
        assert process.returncode == 0, errors
        passed.append(int(out))
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT at, call FROM calls ORDER BY total").fetchall()
    connection.close()
    stamps = [at for at, _call in rows]
    assert sum(passed) == len(rows) == len({call for _at, call in rows})
    assert 25 <= len(rows) <= 400
    assert stamps == sorted(stamps)
    assert all(later - earlier >= 50_000 for earlier, later in zip(stamps, stamps[25:], strict=False))


def test_a_kill_loses_no_call_that_was_allowed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.sqlite3"
    budgets = (Budget("k", Limit(calls=10**6, seconds=86400)),)
    total = 0
    for rounds in (1, 40):
        with subprocess.Popen(
            [sys.executable, "-c", ENDLESS, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _round in range(rounds):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            said = rounds + len(process.stdout.read().splitlines())
        ledger = Ledger(path, lambda: datetime.now(UTC))
        (meter,) = ledger.meters(budgets)
        assert total + said <= meter.used <= total + said + 1
        ledger.reserve("after", budgets)
        total = meter.used + 1
        assert ledger.problems == ()
        ledger.close()
    connection = sqlite3.connect(path)
    assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
    connection.close()
