"""`sandbox serve` is the sandbox gateway for an SDK in any language: signed calls over real HTTP on loopback."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.cli.conftest import Command
from topexplorer.core import signing
from topexplorer.core.values import timestamp

ROOT = Path(__file__).parents[2]


class Server:
    """A running `topexplorer sandbox serve` and what it printed for its user to put into an SDK."""

    def __init__(self, home: Path, *words: str) -> None:
        environ = {**os.environ, "TOPEXPLORER_HOME": str(home), "PYTHONPATH": str(ROOT)}
        code = "from topexplorer.cli.main import run; run()"
        command = [sys.executable, "-W", "error", "-c", code, "sandbox", "serve", "--port", "0", *words]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self.process.stdout
        lines = [self.process.stdout.readline().rstrip("\n") for _line in range(4)]
        self.facts = {name.strip(): text for name, _blank, text in (line.rpartition(" ") for line in lines)}

    def call(self, method: str, secret: str | None = None, **values: str) -> httpx.Response:
        """A call as somebody else's SDK makes it."""
        params = {
            "method": method,
            "app_key": self.facts["app key"],
            "timestamp": timestamp(datetime.now(UTC), "text"),
            "format": "json",
            "v": "2.0",
            "sign_method": "hmac-sha256",
            "session": self.facts["session"],
            **values,
        }
        params["sign"] = signing.sign("hmac-sha256", secret or self.facts["app secret"], params.items())
        return httpx.post(self.facts["gateway"], data=params, trust_env=False, timeout=30)

    def stop(self) -> tuple[int, str]:
        """Ends it as ctrl+c does: the exit code and what it said."""
        self.process.send_signal(signal.SIGINT)
        _out, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


@pytest.fixture
def server(topexplorer: Command) -> Iterator[Server]:
    running = Server(topexplorer.root)
    yield running
    if running.process.poll() is None:
        running.stop()


@pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to another process there")
def test_an_sdk_gets_signed_answers_and_ctrl_c_ends_it_cleanly(server: Server) -> None:
    answer = server.call("taobao.trade.fullinfo.get", fields="tid", tid="3141592653589793238").json()
    assert answer["trade_fullinfo_get_response"]["trade"]["tid"] == 3141592653589793238
    refused = server.call("taobao.time.get", secret="wrong").json()
    assert refused["error_response"]["code"] == 25
    assert httpx.get(server.facts["gateway"].replace("/router/rest", "/"), trust_env=False).status_code == 404
    code, err = server.stop()
    lines = [line.split("  ") for line in err.splitlines()]
    assert code == 0
    assert lines[0][0].startswith("The sandbox gateway is running.")
    assert [line[1:3] for line in lines[1:3]] == [
        ["taobao.trade.fullinfo.get", server.facts["app key"]],
        ["taobao.time.get", server.facts["app key"]],
    ]
    assert lines[1][3] == "answered"
    assert lines[2][3].startswith("25 ")
    assert lines[3] == ["/: not the gateway; it is at /router/rest"]
    assert lines[-1] == ["the sandbox has stopped"]
    assert server.facts["app secret"] not in err
    assert server.facts["session"] not in err


def test_a_port_that_is_taken_is_one_sentence(topexplorer: Command) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ran = topexplorer("sandbox", "serve", "--port", str(port))
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == (
        f"error: port {port} on 127.0.0.1 is taken by another program; "
        "choose another with --port, or --port 0 for a free one\n"
    )


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "gateway.example", "::"])
def test_it_listens_on_this_machine_only(topexplorer: Command, host: str) -> None:
    ran = topexplorer("sandbox", "serve", "--host", host)
    assert (ran.code, ran.err) == (
        2,
        f"error: {host} is not a loopback address; the sandbox listens only on this machine, such as 127.0.0.1\n",
    )


@pytest.mark.parametrize("port", ["http", "-1", "65536", "٨"])
def test_a_port_is_a_number_that_exists(topexplorer: Command, port: str) -> None:
    ran = topexplorer("sandbox", "serve", f"--port={port}")
    assert ran.code == 2
    assert ran.err == f"error: --port must be a whole number from 0 to 65535, not “{port}”\n"
