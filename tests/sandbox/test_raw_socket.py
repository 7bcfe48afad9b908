"""Bytes that no HTTP client would send, at the real server: a clean refusal or a closed line, and the next call works.

No test waits: where a server might, the line is hung up, or the good call is made while the bad one still hangs.
"""

from __future__ import annotations

import gzip
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, NamedTuple
from urllib.parse import urlencode

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sandbox.wire import BEIJING, sign
from topexplorer.sandbox.accounts import Accounts

ROOT = Path(__file__).parents[2]
SERVE = "from topexplorer.cli.main import run; run()"
PLATFORM = frozenset({200})
REFUSED = frozenset({400, 404, 405, 411, 413, 414, 415, 431, 501})
POST = b"POST /router/rest HTTP/1.1\r\nHost: x\r\n"
FORM = b"Content-Type: application/x-www-form-urlencoded\r\n"
CHUNKED = POST + FORM + b"Transfer-Encoding: chunked\r\n\r\n"
SMALL = POST + FORM + b"Content-Length: 3\r\n\r\na=1"
PARTS = b"Content-Type: multipart/form-data; boundary=b\r\n"


class Reply(NamedTuple):
    """What came back."""

    status: int
    body: bytes


class Server:
    """A running `topexplorer sandbox serve`."""

    def __init__(self, home: Path) -> None:
        environ = {**os.environ, "TOPEXPLORER_HOME": str(home), "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-W", "error", "-c", SERVE, "sandbox", "serve", "--port", "0"]
        self.errors = home / "stderr.txt"
        with self.errors.open("wb") as stderr:
            self.process = subprocess.Popen(command, env=environ, stdout=subprocess.PIPE, stderr=stderr)
        assert self.process.stdout
        self.port = next(int(found[1]) for line in self.process.stdout if (found := re.search(rb"0\.0\.1:(\d+)", line)))

    def dial(self) -> socket.socket:
        return socket.create_connection(("127.0.0.1", self.port), timeout=60)

    def ask(self, data: bytes, replies: int = 1) -> list[Reply]:
        """The replies to these bytes; fewer when the server closes the line."""
        with self.dial() as line, line.makefile("rb") as stream:
            line.sendall(data)
            return list(_replies(stream, replies))

    def answers_a_good_call(self) -> bool:
        keys = Accounts.default().credentials()
        params = {
            "method": "taobao.time.get",
            "app_key": keys.app_key,
            "timestamp": datetime.now(UTC).astimezone(BEIJING).strftime("%Y-%m-%d %H:%M:%S"),
            "v": "2.0",
            "sign_method": "hmac",
            "format": "json",
            "partner_id": os.urandom(8).hex(),
        }
        signed = {**params, "sign": sign("hmac", keys.app_secret.reveal(), params)}
        body = urlencode(signed).encode()
        (reply,) = self.ask(with_body(POST + FORM, body))
        return reply.status == 200 and (b"time_get_response" in reply.body or b"App Call Limited" in reply.body)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.send_signal(signal.SIGINT if os.name == "posix" else signal.SIGTERM)
        self.process.communicate(timeout=60)


def with_body(head: bytes, body: bytes) -> bytes:
    return head + b"Content-Length: %d\r\n\r\n" % len(body) + body


def _replies(stream: BinaryIO, count: int) -> Iterator[Reply]:
    while count:
        status_line = stream.readline()
        if not status_line:
            return
        status = int(status_line.split(b" ")[1])
        headers = dict(line.lower().split(b": ", 1) for line in iter(lambda: stream.readline().rstrip(), b""))
        body = stream.read(int(headers.get(b"content-length", b"0")))
        if status >= 200:
            count -= 1
            yield Reply(status, body)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One for all tests; when they are over it must have nothing to complain of."""
    running = Server(tmp_path_factory.mktemp("home"))
    try:
        yield running
    finally:
        running.stop()
    said = running.errors.read_text(encoding="utf-8")
    assert "Traceback" not in said
    assert not re.search(r"(?m)^\w*(Error|Exception|Warning)\b", said)
    assert all(character.isprintable() or character == "\n" for character in said)
    assert os.name != "posix" or running.process.returncode == 0


CORPUS = {
    "HTTP/0.9": (b"GET /router/rest\r\n\r\n", REFUSED),
    "HTTP/1.0": (b"GET /router/rest HTTP/1.0\r\n\r\n", PLATFORM),
    "no host": (b"GET /router/rest HTTP/1.1\r\n\r\n", REFUSED),
    "no such version": (b"GET /router/rest HTTP/9.9\r\nHost: x\r\n\r\n", PLATFORM | REFUSED),
    "not HTTP": (b"\x00\xff\xfe nonsense\r\n\r\n", REFUSED),
    "a TLS hello": (bytes.fromhex("16030100a5010000a10303") + b"\r\n\r\n", REFUSED),
    "a chunk size that is none": (CHUNKED + b"ZZ\r\nabc\r\n", REFUSED),
    "a chunk without end": (CHUNKED + b"F" * 40 + b"\r\n", REFUSED),
    "chunks": (CHUNKED + b"2\r\na=\r\n1;ext=1\r\n1\r\n0\r\nTrailer: x\r\n\r\n", PLATFORM),
    "an unknown transfer coding": (POST + FORM + b"Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", REFUSED),
    "two lengths": (POST + FORM + b"Content-Length: 3\r\nContent-Length: 4\r\n\r\na=12", REFUSED),
    "a negative length": (POST + FORM + b"Content-Length: -3\r\n\r\na=1", REFUSED),
    "a length that is no number": (POST + FORM + b"Content-Length: x\r\n\r\na=1", REFUSED),
    "a length that is absurd": (POST + FORM + b"Content-Length: 1" + b"0" * 18 + b"\r\n\r\na=1", REFUSED),
    "a length over the limit": (POST + FORM + b"Content-Length: 99999999\r\n\r\na=1", frozenset({413})),
    "a huge header": (POST + b"X: " + b"a" * 200_000 + b"\r\n\r\n", REFUSED),
    "many headers": (POST + b"".join(b"X%d: 1\r\n" % number for number in range(20_000)) + b"\r\n", REFUSED),
    "a huge address": (b"GET /router/rest?" + b"a" * 500_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED),
    "a header without a colon": (POST + b"no colon here\r\n\r\n", REFUSED),
    "a header with a zero byte": (POST + b"X: a\x00b\r\n\r\n", REFUSED),
    "a folded header": (POST + b"X: a\r\n b\r\nContent-Length: 0\r\n\r\n", PLATFORM | REFUSED),
    "an address that is not ASCII": ("GET /路由 HTTP/1.1\r\nHost: x\r\n\r\n".encode(), REFUSED),
    "an address of escapes": (b"GET /%ff%00/%zz HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED),
    "CONNECT": (b"CONNECT a:1 HTTP/1.1\r\nHost: a:1\r\n\r\n", REFUSED),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n", REFUSED),
    "a verb of one's own": (b"BREW /router/rest HTTP/1.1\r\nHost: x\r\n\r\n", PLATFORM | REFUSED),
    "a broken upgrade": (
        b"GET /router/rest HTTP/1.1\r\nHost: x\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n",
        PLATFORM | REFUSED,
    ),
    "a question first": (POST + FORM + b"Expect: 100-continue\r\nContent-Length: 3\r\n\r\na=1", PLATFORM),
    "an odd question first": (POST + FORM + b"Expect: 200-ok\r\nContent-Length: 3\r\n\r\na=1", PLATFORM | REFUSED),
    "an unknown coding": (with_body(POST + FORM + b"Content-Encoding: br\r\n", b"a=1"), frozenset({415})),
    "gzip that lies": (with_body(POST + FORM + b"Content-Encoding: gzip\r\n", b"a=1"), frozenset({415})),
    "a gzip bomb": (
        with_body(POST + FORM + b"Content-Encoding: gzip\r\n", gzip.compress(b"a" * 40_000_000, 1)),
        frozenset({413}),
    ),
    "gzip": (with_body(POST + FORM + b"Content-Encoding: gzip\r\n", gzip.compress(b"a=1")), PLATFORM),
    "a boundary that is not text": (
        with_body(POST + b"Content-Type: multipart/form-data; boundary=\xff\xfe\r\n", b"--\xff\xfe\r\n"),
        PLATFORM,
    ),
    "a form that breaks off": (with_body(POST + PARTS, b'--b\r\nContent-Disposition: form-data; name="a'), PLATFORM),
    "a form of nothing but beginnings": (with_body(POST + PARTS, b"--b\r\n" * 5000), PLATFORM),
    "a part with huge headers": (with_body(POST + PARTS, b"--b\r\nX: " + b"a" * 500_000), PLATFORM),
    "not UTF-8": (with_body(POST + FORM, b"method=%FF&a=\xc0\x80"), PLATFORM),
    "100,000 parameters": (with_body(POST + FORM, b"&".join(b"p%d=1" % n for n in range(100_000))), PLATFORM),
    "two megabytes of &": (with_body(POST + FORM, b"&" * 2**21), PLATFORM),
    "a batch of nothing": (with_body(b"POST /router/batch HTTP/1.1\r\nHost: x\r\n", b""), PLATFORM),
    "a batch with an odd separator": (
        with_body(b"POST /router/batch HTTP/1.1\r\nHost: x\r\ntop-api-separator: \xff\xfe\r\n", b"a\xff\xfeb" * 5000),
        PLATFORM,
    ),
}


@pytest.mark.parametrize("name", CORPUS)
def test_hostile_bytes_get_a_clean_answer_and_the_next_call_works(server: Server, name: str) -> None:
    data, expected = CORPUS[name]
    (reply,) = server.ask(data)
    assert reply.status in expected
    assert reply.status != 200 or b"error_response" in reply.body
    assert server.answers_a_good_call()


@pytest.mark.parametrize("name", CORPUS)
def test_hanging_up_in_the_middle_harms_nobody(server: Server, name: str) -> None:
    data, _expected = CORPUS[name]
    for part in (1, len(data) // 2, len(data) - 1, len(data)):
        with server.dial() as line:
            line.sendall(data[:part])
    assert server.answers_a_good_call()


def test_requests_may_follow_one_another_without_waiting(server: Server) -> None:
    replies = server.ask(SMALL * 5, 5)
    assert [reply.status for reply in replies] == [200] * 5
    ids = {re.search(rb"<request_id>(\w+)<", reply.body) for reply in replies}
    assert None not in ids
    assert len({found[1] for found in ids if found}) == 5


def test_more_body_than_was_announced_spoils_no_answer(server: Server) -> None:
    good, *bad = server.ask(SMALL + b"and more\r\n\r\n", 2)
    assert good.status == 200
    assert [reply.status for reply in bad] in ([], [400])


def test_a_body_that_comes_byte_by_byte_is_answered(server: Server) -> None:
    with server.dial() as line, line.makefile("rb") as stream:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in SMALL:
            line.sendall(bytes([byte]))
        (reply,) = _replies(stream, 1)
    assert reply.status == 200


def test_callers_who_stall_hold_nobody_up(server: Server) -> None:
    stalled = [POST[:20], POST + FORM, POST + FORM + b"Content-Length: 300\r\n\r\na=1", CHUNKED + b"FFFF\r\nabc"]
    with ExitStack() as lines:
        for data in stalled * 10:
            lines.enter_context(server.dial()).sendall(data)
        assert server.answers_a_good_call()


def test_a_caller_who_does_not_read_holds_nobody_up(server: Server) -> None:
    with server.dial() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.sendall(SMALL * 300)
        assert server.answers_a_good_call()


PIECES = st.sampled_from(
    [
        *(b"\r\n", b"\r\n\r\n", b"\n", b" ", b"\x00", b":", b"0", b"GET", b"POST", b" /router/rest", b" HTTP/1.1"),
        *(b"Host: x", b"Content-Length: 3", b"Transfer-Encoding: chunked", b"a=1", b"3", b"PRI * HTTP/2.0\r\n\r\nSM"),
        *(
            POST,
            FORM,
            SMALL,
            CHUNKED,
            PARTS,
            b"--b\r\n",
            b"Connection: close",
            b"Expect: 100-continue",
            b"Upgrade: h2c",
        ),
    ]
)


@settings(max_examples=60)
@given(st.lists(st.one_of(PIECES, st.binary(max_size=12)), max_size=12))
@example([b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x00\x00\x00\x04\x00\x00\x00\x00\x00", b"\xff" * 40])
def test_any_bytes_leave_the_server_well(server: Server, pieces: list[bytes]) -> None:
    with server.dial() as line:
        line.sendall(b"".join(pieces))
        line.shutdown(socket.SHUT_WR)
    assert server.answers_a_good_call()
