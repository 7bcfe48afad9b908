"""Secrets stay in the process: masked logs at every level and with every formatter, no core dumps, no last words."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest

from topexplorer.core.taint import KnownSecrets
from topexplorer.engine import hardening

ROOT = Path(__file__).parents[2]
SECRET = "canary5ecret0f1e2d3c4b5a69788796"


@pytest.fixture
def known() -> KnownSecrets:
    held = KnownSecrets([SECRET])
    hardening.watch(held)
    hardening.mask_logs()
    return held


@pytest.fixture
def written() -> Iterator[StringIO]:
    stream = StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(message)s %(args)s %(stack_info)s"))
    logger = logging.getLogger("topexplorer.test")
    logger.addHandler(handler)
    logger.setLevel(1)
    yield stream
    logger.removeHandler(handler)


def test_every_log_record_is_masked_in_all_its_parts(known: KnownSecrets, written: StringIO) -> None:
    logger = logging.getLogger("topexplorer.test")

    class Address:
        def __str__(self) -> str:
            return f"https://a.example/?session={SECRET}"

    logger.debug("plain %s", SECRET)
    logger.log(3, f"in the text {SECRET}")
    logger.info("an object %s", Address())
    logger.warning("a table %(a)s", {"a": [SECRET]})
    logger.error("numbers stay %d %.1f %s", 3, 1.5, None, stack_info=True)
    try:
        raise ValueError(SECRET) from KeyError(SECRET)
    except ValueError:
        logger.exception("it failed")
    told = written.getvalue()
    assert SECRET not in told
    assert "numbers stay 3 1.5 None" in told
    assert told.count("******") >= 6
    assert "ValueError: ******" in told


def test_logs_are_masked_once_however_often_it_is_asked(known: KnownSecrets) -> None:
    make = logging.getLogRecordFactory()
    hardening.mask_logs()
    assert logging.getLogRecordFactory() is make


def test_what_nobody_knows_any_more_is_not_masked() -> None:
    held = KnownSecrets(["a secret of a moment"])
    hardening.watch(held)
    assert hardening.masked("a secret of a moment") == "******"
    del held
    assert hardening.masked("a secret of a moment") == "a secret of a moment"


def test_the_process_leaves_no_core_dump_and_no_secret_in_its_last_words() -> None:
    program = f"""
import sys, threading
from topexplorer.core.taint import KnownSecrets
from topexplorer.engine.hardening import harden, watch
known = KnownSecrets([{SECRET!r}])
watch(known)
harden()
try:
    import resource
    print(resource.getrlimit(resource.RLIMIT_CORE))
except ImportError:
    print((0, 0))
def fail():
    held = {SECRET!r}
    raise RuntimeError("with " + held)
thread = threading.Thread(target=fail)
thread.start()
thread.join()
fail()
"""
    ran = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert ran.stdout == "(0, 0)\n", ran.stderr
    assert ran.stderr.count("RuntimeError: with ******") == 2
    # The program's own text is on the command line here, and with it in no traceback.
    assert SECRET not in ran.stderr
