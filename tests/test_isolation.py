"""The fixtures that keep tests on this machine and out of the person's files do what they promise."""

from __future__ import annotations

import asyncio
import os
import socket
import threading
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.conftest import is_this_machine

FAR = "192.0.2.1"


def test_a_connection_to_another_machine_is_refused_and_noted(network_attempts: list[str]) -> None:
    with socket.socket() as plug, pytest.raises(RuntimeError, match=FAR):
        plug.connect((FAR, 80))
    assert network_attempts == [f"connect('{FAR}')"]
    network_attempts.clear()


def test_a_datagram_to_another_machine_is_refused(network_attempts: list[str]) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as plug, pytest.raises(RuntimeError, match=FAR):
        plug.sendto(b"", (FAR, 53))
    network_attempts.clear()


async def test_asyncio_is_guarded_too(network_attempts: list[str]) -> None:
    with pytest.raises(RuntimeError, match=FAR):
        await asyncio.open_connection(FAR, 80)
    network_attempts.clear()


def test_a_name_lookup_is_refused_and_noted_even_when_the_error_is_swallowed(network_attempts: list[str]) -> None:
    with pytest.raises(RuntimeError, match=r"gateway\.invalid"):
        socket.getaddrinfo("gateway.invalid", 443)
    assert network_attempts == ["getaddrinfo('gateway.invalid')"]
    network_attempts.clear()


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=lambda: server.accept()[0].close())
        thread.start()
        with socket.create_connection(("localhost", server.getsockname()[1]), timeout=10) as plug:
            assert plug.recv(1) == b""
        thread.join()


@pytest.mark.parametrize("host", ["127.0.0.1", "127.9.9.9", "::1", "localhost", b"localhost", "", None, "0.0.0.0"])
def test_these_are_this_machine(host: object) -> None:
    assert is_this_machine(host)


@pytest.mark.parametrize("host", ["10.0.0.1", "::2", "localhost.example", "gw.api.taobao.com", "128.0.0.1"])
def test_these_are_not_this_machine(host: object) -> None:
    assert not is_this_machine(host)


def test_the_home_and_the_working_folder_are_empty_ones(tmp_path: Path) -> None:
    assert Path.cwd().parent == Path.home() != tmp_path
    assert list(Path.cwd().iterdir()) == []
    assert not [name for name in os.environ if name.startswith(("TOPEXPLORER_", "LC_"))]


@given(st.integers())
def test_properties_can_be_tested_under_these_fixtures(number: int) -> None:
    assert Path.cwd().parent == Path.home()
