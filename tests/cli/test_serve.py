"""`sandbox serve` is the sandbox gateway for an SDK in any language: signed calls over real HTTP on loopback."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Command
from topexplorer.cli.sdksnippets import SNIPPETS
from topexplorer.core import signing
from topexplorer.core.values import timestamp
from topexplorer.sandbox.faultwords import WORDS

ROOT = Path(__file__).parents[2]


class Server:
    """A running `topexplorer sandbox serve` and what it printed for its user to put into an SDK."""

    def __init__(self, home: Path, *words: str, port: str = "0", facts: int = 6) -> None:
        environ = {**os.environ, "TOPEXPLORER_HOME": str(home), "PYTHONPATH": str(ROOT)}
        code = "from topexplorer.cli.main import run; run()"
        command = [sys.executable, "-W", "error", "-c", code, "sandbox", "serve", "--port", port, *words]
        self.process = subprocess.Popen(
            command, env=environ, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
        )
        assert self.process.stdout
        lines = [self.process.stdout.readline().rstrip("\n") for _line in range(facts)]
        self.facts = {name.strip(): text for name, _blank, text in (line.rpartition(" ") for line in lines)}
        self.printed = "\n".join(lines)

    @property
    def root(self) -> str:
        return self.facts["gateway"].removesuffix("/router/rest")

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

    def stop(self, how: signal.Signals = signal.SIGINT) -> tuple[int, str]:
        """Ends it as ctrl+c does: the exit code and what it said."""
        self.process.send_signal(how)
        _out, err = self.process.communicate(timeout=30)
        return self.process.returncode, err


Start = Callable[..., Server]


@pytest.fixture
def start(topexplorer: Command) -> Iterator[Start]:
    """Starts servers, and ends those that a test did not end."""
    running: list[Server] = []

    def started(*words: str, **options: Any) -> Server:
        running.append(Server(topexplorer.root, *words, **options))
        return running[-1]

    yield started
    for server in running:
        if server.process.poll() is None:
            server.stop(signal.SIGTERM)


@pytest.fixture
def server(start: Start) -> Server:
    return start()


ends_by_signal = pytest.mark.skipif(os.name == "nt", reason="SIGINT cannot be sent to another process there")


@ends_by_signal
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
    assert lines[1] == ["For a program to start from, add --sdk java|python|node|php|dotnet."]
    assert [line[1:3] for line in lines[2:4]] == [
        ["taobao.trade.fullinfo.get", server.facts["app key"]],
        ["taobao.time.get", server.facts["app key"]],
    ]
    assert all(re.fullmatch(r"[0-9]+ ms", line[3]) for line in lines[2:4])
    assert lines[2][4] == "answered"
    assert lines[3][4].startswith("25 ")
    assert lines[4] == ["/: not the gateway; it is at /router/rest"]
    assert lines[-1] == ["the sandbox has stopped"]
    assert server.facts["app secret"] not in err
    assert server.facts["session"] not in err


@ends_by_signal
def test_the_log_shows_no_sign_no_session_and_nothing_personal(server: Server) -> None:
    signs = []
    for values in ({"buyer_nick": "张三丰本人"}, {"session": "6100stolen"}, {"tid": "13800138000x"}):
        answer = server.call("taobao.trades.sold.get", fields="tid", **values)
        signs.append(answer.request.content.decode().rpartition("sign=")[2])
    httpx.get(f"{server.root}/oauth/authorize?client_id=1&code=c0dec0de", trust_env=False)
    _code, err = server.stop()
    assert "GET /oauth/authorize  -  -  HTTP 400" in err
    for hidden in (*signs, "张三丰本人", "6100stolen", "13800138000", "c0dec0de", "client_id"):
        assert hidden not in err


@ends_by_signal
def test_the_oauth_addresses_it_prints_are_there(server: Server) -> None:
    keys = {"client_id": server.facts["app key"], "redirect_uri": "urn:ietf:wg:oauth:2.0:oob", "response_type": "code"}
    assert httpx.get(server.facts["OAuth authorise"], params=keys, trust_env=False).status_code == 200
    assert "error" in httpx.post(server.facts["OAuth token"], data={"client_id": "x"}, trust_env=False).json()


@ends_by_signal
def test_rules_come_from_a_file_and_from_flags_and_the_log_names_the_one_that_struck(
    start: Start, tmp_path: Path
) -> None:
    file = tmp_path / "rules.txt"
    file.write_text("# on a bad day\ntaobao.time.get: code=15 sub_code=isp.x\n", encoding="utf-8")
    server = start("--rules", str(file), "--rule", "taobao.shop.*: status=503", "--rule", "*: latency=1ms")
    assert server.call("taobao.time.get").json()["error_response"]["sub_code"] == "isp.x"
    assert server.call("taobao.shop.seller.get", fields="sid").status_code == 503
    _code, err = server.stop()
    assert (
        "3 fault rules are in force:\n  taobao.time.get: code=15 sub_code=isp.x\n  taobao.shop.*: status=503\n" in err
    )
    assert "fault: taobao.time.get: code=15 sub_code=isp.x, *: latency=1ms" in err


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("--rule", "*: lag=1s"),
            "rule “*: lag=1s”, column 4: there is no fault lag; there are ",
        ),
        (("--rules", "nowhere.txt"), "nowhere.txt cannot be read (No such file or directory); check the path that"),
        (("--seed", "x"), "--seed must be a whole number from 0 to 2147483647, not “x”"),
        (("--sdk", "cobol"), "cobol"),
    ],
)
def test_what_cannot_be_read_stops_it_before_it_starts(
    topexplorer: Command, words: tuple[str, ...], sentence: str
) -> None:
    ran = topexplorer("sandbox", "serve", "--port", "0", *words)
    assert (ran.code, ran.out) == (2, "")
    assert sentence in ran.err
    assert len(ran.err.splitlines()) == 1


@pytest.mark.parametrize("language", ["en", "zh"])
def test_what_a_rule_can_say_is_listed_in_both_languages(topexplorer: Command, language: str) -> None:
    ran = topexplorer("sandbox", "serve", "--faults", "--lang", language)
    assert (ran.code, ran.err) == (0, "")
    listed = [line.split()[0] for line in ran.out.splitlines() if re.match(r"  \S", line)]
    assert listed == [word.example.split()[0] for word in WORDS.values()]
    assert "fault.word" not in ran.out


@ends_by_signal
def test_the_state_is_kept_between_runs_whichever_signal_ends_it(start: Start, tmp_path: Path) -> None:
    file = tmp_path / "deep" / "state.json"
    trade = {"fields": "tid,seller_memo", "tid": "3141592653589793238"}
    first = start("--state", str(file), "--seed", "11")
    assert file.exists()
    assert "error_response" not in first.call("taobao.trade.memo.update", tid=trade["tid"], memo="留到下次").json()
    code, err = first.stop(signal.SIGTERM)
    assert code == 0
    assert f"state saved in {file}" in err
    second = start("--state", str(file))
    answer = second.call("taobao.trade.fullinfo.get", **trade).json()
    assert answer["trade_fullinfo_get_response"]["trade"]["seller_memo"] == "留到下次"
    assert f"state from {file}" in second.stop()[1]


def test_a_file_that_is_no_state_is_left_alone(topexplorer: Command, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_bytes(b"Dear reader")
    ran = topexplorer("sandbox", "serve", "--port", "0", "--state", str(file))
    assert ran.code == 8
    assert ran.err.startswith(f"error: {file} cannot be the state: ")
    assert file.read_bytes() == b"Dear reader"
    ran = topexplorer("sandbox", "serve", "--port", "0", "--state", str(tmp_path))
    assert ran.code == 8
    assert ran.err.startswith(f"error: {tmp_path} cannot be read (")


@ends_by_signal
def test_control_is_served_when_asked_for_with_a_token(start: Start, server: Server) -> None:
    assert httpx.get(f"{server.root}/control/state", trust_env=False).status_code == 404
    controlled = start("--control", facts=8)
    shown = {"X-Sandbox-Token": controlled.facts["control token"]}
    assert httpx.get(controlled.facts["control"], trust_env=False).status_code == 403
    rules = f"{controlled.root}/control/rules"
    assert httpx.post(rules, headers=shown, json={"rule": "*: code=10"}, trust_env=False).status_code == 201
    assert controlled.call("taobao.time.get").json()["error_response"]["code"] == 10
    state = httpx.get(controlled.facts["control"], headers=shown, trust_env=False).json()
    assert state["counts"] == {"10": 1}


@ends_by_signal
def test_calls_that_a_fault_holds_up_do_not_hold_up_the_end(start: Start) -> None:
    server = start("--rule", "*: timeout")
    with socket.create_connection(("127.0.0.1", int(server.root.rpartition(":")[2]))) as caller:
        caller.sendall(b"POST /router/rest HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\n\r\na=b")
        assert httpx.get(server.root, trust_env=False).status_code == 404
        code, err = server.stop()
    assert code == 0
    assert "the caller hung up" in err
    assert err.splitlines()[-1] == "the sandbox has stopped"


@ends_by_signal
@pytest.mark.parametrize("sdk", list(SNIPPETS))
def test_a_program_for_an_sdk_has_the_address_the_keys_and_the_session(start: Start, sdk: str) -> None:
    server = start("--sdk", sdk, facts=len(SNIPPETS[sdk].program.template.splitlines()))
    _code, err = server.stop()
    facts = {name.strip(): text for name, _blank, text in (line.rpartition(" ") for line in err.splitlines()[1:7])}
    for name in ("app key", "app secret", "session"):
        assert facts[name] in server.printed
    host, port = facts["gateway"].removesuffix("/router/rest").removeprefix("http://").split(":")
    assert (facts["gateway"] if sdk != "python" else f'"{host}", {port}') in server.printed
    assert re.findall(r"\$(?!client|request)", server.printed) == []


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
