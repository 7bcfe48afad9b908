"""Signing in with a real browser: Chromium without a window, driven over its debugging pipe.

Runs where a Chromium is on PATH or TOPEXPLORER_CHROMIUM names one, and says so where not.
"""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from select import select
from time import monotonic, sleep
from typing import Any

import pytest

from tests.workbench import workbench

pytestmark = pytest.mark.anyio
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
# Read now: tests run without the variables of whoever started them.
CHROMIUM = os.environ.get("TOPEXPLORER_CHROMIUM") or next(filter(None, map(shutil.which, NAMES)), "")
PATIENCE = 40.0
FLAGS = (
    *("--headless=new", "--remote-debugging-pipe", "--no-first-run", "--disable-gpu", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage"),
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE 127.0.0.1",
)
LAUNCH = """
import os, sys
read_end, write_end = (os.dup(int(number)) for number in sys.argv[1:3])
for number, place in ((read_end, 3), (write_end, 4)):
    os.dup2(number, place)
    os.set_inheritable(place, True)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""A program that becomes the browser, with the pipe where the browser looks for it."""
CONSENT = """
[...document.querySelectorAll('input[name=user]')].find(radio => radio.value === '数码优选').checked = true;
document.querySelector('button[value=yes]').click();
"""
STATE = """
document.readyState === 'complete' ? [location.pathname, document.referrer, document.body.innerText] : null
"""
"""Nothing while a page is on its way: its address is there before its text."""


class Chromium:
    """A browser process and the page in it. Messages are JSON, each ended by a zero byte."""

    def __init__(self, to: int, from_: int) -> None:
        self._to, self._from = to, from_
        self._rest = b""
        self._number = 0
        self._session = ""

    def open(self, url: str) -> None:
        target = self._ask("Target.createTarget", url=url)["targetId"]
        self._session = self._ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]

    def evaluate(self, script: str) -> Any:
        """What the script gives; None while the page is being left."""
        found = self._ask("Runtime.evaluate", expression=script, returnByValue=True)
        return found.get("result", {}).get("value")

    def until(self, path: str) -> Any:
        """The state of the page once it is the one at `path`, and whole."""
        ends = monotonic() + PATIENCE
        while (found := self.evaluate(STATE)) is None or found[0] != path:
            assert monotonic() < ends, f"the browser never came to {path}: {found}"
            sleep(0.02)
        return found

    def _ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        self._number += 1
        message: dict[str, Any] = {"id": self._number, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._to, json.dumps(message).encode() + b"\0")
        while True:
            while b"\0" not in self._rest:
                readable, _writable, _odd = select([self._from], [], [], PATIENCE)
                assert readable, f"the browser does not answer {method}"
                chunk = os.read(self._from, 65_536)
                assert chunk, "the browser ended"
                self._rest += chunk
            first, _zero, self._rest = self._rest.partition(b"\0")
            answer = json.loads(first)
            if answer.get("id") == self._number:
                found: dict[str, Any] = answer.get("result", {})
                return found


@contextmanager
def chromium(profile: Path) -> Iterator[Chromium]:
    read_end, to = os.pipe()
    from_, write_end = os.pipe()
    root = ("--no-sandbox",) if os.geteuid() == 0 else ()
    begin = [sys.executable, "-c", LAUNCH, str(read_end), str(write_end)]
    command = [*begin, CHROMIUM, *FLAGS, *root, f"--user-data-dir={profile}", "about:blank"]
    process = subprocess.Popen(
        command, pass_fds=(read_end, write_end), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    os.close(read_end)
    os.close(write_end)
    try:
        yield Chromium(to, from_)
    finally:
        process.kill()
        process.wait()
        os.close(to)
        os.close(from_)


@pytest.mark.skipif(not CHROMIUM, reason="no Chromium on PATH, and TOPEXPLORER_CHROMIUM names none")
async def test_a_seller_consents_in_a_real_browser_and_ends_on_a_page_that_says_what_to_do_next(tmp_path: Path) -> None:
    bench = workbench(tmp_path / "home")
    address: asyncio.Future[str] = asyncio.get_running_loop().create_future()

    def visit(url: str) -> Any:
        with chromium(tmp_path / "profile") as browser:
            browser.open(url)
            _path, _referrer, text = browser.until("/oauth/authorize")
            assert "topexplorer 演示应用" in text
            browser.evaluate(CONSENT)
            return browser.until("/done")

    # Together, so that whatever goes wrong in the browser is what the test says.
    async with asyncio.TaskGroup() as both:
        signing_in = both.create_task(bench.sign_in.browse(address.set_result, browser=False, seconds=2 * PATIENCE))
        visiting = both.create_task(asyncio.to_thread(visit, await address))
    token, (_path, referrer, text) = signing_in.result(), visiting.result()
    assert (token.nick, bench.sellers.in_use()) == ("数码优选", token)
    assert referrer == ""
    assert "Go back to the terminal" in text
    assert "请回到终端" in text
