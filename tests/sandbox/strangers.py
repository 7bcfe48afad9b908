"""SDKs that nobody here wrote, behind one way of calling them: what they send and how they read it is their own.

Each is used as its readme says. What it parsed is handed out as it gave it, without the envelope.
"""

from __future__ import annotations

import asyncio
import base64
import importlib
import io
import json
import os
import shutil
import socket
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Protocol

import pytest

from topexplorer.core.call import Credentials
from topexplorer.sandbox import loopback
from topexplorer.sandbox.app import Sandbox

# Read before the fixtures take such variables away.
NODE_MODULES = os.environ.get("TOPEXPLORER_NODE_MODULES", "")
HOW_TO_GET_TOPSDK = (
    "needs Node and npm's topsdk: run `npm install --prefix FOLDER topsdk`, "
    "and set TOPEXPLORER_NODE_MODULES to FOLDER/node_modules"
)


@dataclass(frozen=True, slots=True)
class File:
    """One file of a call."""

    name: str
    filename: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Place:
    """A gateway that listens on this machine, and the keys to call it with."""

    port: int
    keys: Credentials

    @property
    def session(self) -> str:
        assert self.keys.session
        return self.keys.session.reveal()


class Refused(Exception):
    """The SDK's own error, with what it made of the gateway's."""

    def __init__(self, code: object, sub_code: object, text: str) -> None:
        super().__init__(text)
        self.code = code
        self.sub_code = sub_code


class Sdk(Protocol):
    """One SDK."""

    def call(self, place: Place, method: str, values: dict[str, Any], session: str | None, file: File | None) -> Any:
        """What stands under the root of the answer, as the SDK parsed it. Raises Refused."""
        ...


class PyTaobaoOpen:
    """PyPI's py-taobao-open: the platform's own Python SDK, made to run on Python 3."""

    def __init__(self) -> None:
        self._sdk: Any = pytest.importorskip(
            "taobao_open", reason="needs PyPI's py-taobao-open, which requirements-dev.lock holds"
        )
        self._base: Any = importlib.import_module("taobao_open.api.base")
        # It leaves its connections to the garbage collector, and that says so in the middle of another test.
        self._connections: list[HTTPConnection] = []
        vars(self._base)["httplib"] = SimpleNamespace(HTTPConnection=self._connection)

    def call(self, place: Place, method: str, values: dict[str, Any], session: str | None, file: File | None) -> Any:
        request = self._request(method, file)("127.0.0.1", place.port)
        request.set_app_info(self._sdk.appinfo(place.keys.app_key, place.keys.app_secret.reveal()))
        for name, value in values.items():
            setattr(request, name, value)
        if file:
            # It joins the parts as text and sends that as Latin-1, so this is how a file's bytes get through it.
            content = io.StringIO(file.content.decode("latin-1"), newline="")
            setattr(request, file.name, self._base.FileItem(file.filename, content))
        try:
            document = request.getResponse(session)
        except self._base.TopException as error:
            raise Refused(error.errorcode, error.subcode, str(error)) from None
        finally:
            self._connections.pop().close()
        (answer,) = document.values()
        return answer

    def _connection(self, host: str, port: int, timeout: float) -> HTTPConnection:
        self._connections.append(HTTPConnection(host, port, timeout))
        return self._connections[-1]

    def _request(self, method: str, file: File | None) -> Any:
        """The SDK's class for that API, or one as it makes them: it has those of the app that it was generated for."""
        parts = method.removeprefix("taobao.").split(".")
        found = getattr(self._sdk.api, "".join(part.capitalize() for part in parts) + "Request", None)
        names = [file.name] if file else []
        own = {"getapiname": lambda _self: method, "getMultipartParas": lambda _self: names}
        return found or type("Request", (self._base.RestApi,), own)


class TopSdk:
    """npm's topsdk, in a Node of its own."""

    def __init__(self) -> None:
        node = shutil.which("node")
        if not node or not (Path(NODE_MODULES) / "topsdk").is_dir():
            pytest.skip(HOW_TO_GET_TOPSDK)
        # It sends the local time for the platform's.
        environ = {"PATH": os.environ["PATH"], "TZ": "Asia/Shanghai", "NODE_NO_WARNINGS": "1"}
        command = [node, str(Path(__file__).with_name("topsdk.mjs")), NODE_MODULES]
        self._process = subprocess.Popen(
            command, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, encoding="utf-8"
        )

    def call(self, place: Place, method: str, values: dict[str, Any], session: str | None, file: File | None) -> Any:
        order = {
            "endpoint": f"http://127.0.0.1:{place.port}/router/rest",
            "key": place.keys.app_key,
            "secret": place.keys.app_secret.reveal(),
            "method": method,
            "values": {**values, **({"session": session} if session else {})},
        }
        if file:
            content = base64.b64encode(file.content).decode("ascii")
            order["file"] = {"name": file.name, "filename": file.filename, "base64": content}
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        said = json.loads(self._process.stdout.readline())
        if "message" in said:
            raise Refused(said["code"], said["sub_code"], said["message"])
        return said["answer"]

    def close(self) -> None:
        self._process.communicate(timeout=60)


@contextmanager
def listening(sandbox: Sandbox) -> Iterator[int]:
    """The sandbox on a free port of this machine, under the server of `sandbox serve`, in a thread; the port."""
    listener = socket.create_server(("127.0.0.1", 0))
    port = int(listener.getsockname()[1])
    loop, over = asyncio.new_event_loop(), asyncio.Event()

    async def until_over() -> None:
        await over.wait()

    def run() -> None:
        loop.run_until_complete(loopback.serve(sandbox, listener, until_over))

    # The socket already listens: who calls before the server is up waits in its backlog.
    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield port
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join()
        loop.close()
