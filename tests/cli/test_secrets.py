"""A canary in the keys of an environment is seen by the gateway and by nobody else, whatever is run."""

from __future__ import annotations

from urllib.parse import parse_qs

import httpx
import pytest

from tests.cli.conftest import Command, answering
from tests.workbench import TID

FAR = "https://gateway.example/router/rest"
TRADE = ("trade.fullinfo.get", f"tid={TID}", "fields=tid")
SESSIONS: list[str] = []


def echo(request: httpx.Request) -> httpx.Response:
    """A gateway that repeats what it got, secrets and sign included."""
    form = {name: texts[0] for name, texts in parse_qs(request.content.decode()).items()}
    SESSIONS.append(form.get("session", ""))
    return httpx.Response(
        200, json={"trade_fullinfo_get_response": form}, headers={"x-session": form.get("session", "")}
    )


def redirect(request: httpx.Request) -> httpx.Response:
    return httpx.Response(302, headers={"location": f"https://elsewhere.example/?{request.content.decode()}"})


def refuse(request: httpx.Request) -> httpx.Response:
    session = parse_qs(request.content.decode())["session"][0]
    return httpx.Response(200, json={"error_response": {"code": 27, "msg": f"Invalid session {session}"}})


def fail(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"could not send {request.content.decode()}")


def explode(request: httpx.Request) -> httpx.Response:
    raise RuntimeError(request.content.decode())


COMMANDS = (
    ("list",),
    ("show", "taobao.trade.fullinfo.get"),
    ("env", "list"),
    ("env", "list", "--json"),
    ("env", "show"),
    ("env", "show", "--json"),
    ("env", "use", "far"),
    ("quota",),
    ("quota", "--json"),
    ("profile", "list"),
    ("sign", *TRADE),
    *(("sign", *TRADE, "--sign-method", method) for method in ("hmac", "hmac-sha256")),
    ("call", *TRADE),
    *(("call", *TRADE, "--view", view) for view in ("tree", "raw", "headers", "why")),
    ("call", *TRADE, "--dry-run"),
    ("call", *TRADE, "--dry-run", "--json"),
    ("call", *TRADE, "--save", "kept"),
    ("call", "trade.fullinfo.get", "--force"),
    ("call", "trade.fullinfo.get"),
)


@pytest.mark.parametrize("gateway", [echo, redirect, refuse, fail, explode], ids=lambda gateway: gateway.__name__)
def test_no_output_ever_holds_a_secret(topexplorer: Command, canary: dict[str, str], gateway: object) -> None:
    topexplorer.transport = answering(gateway)  # type: ignore[arg-type]
    topexplorer.add_environment("far", canary, FAR)
    topexplorer.environ["TOPEXPLORER_DEBUG"] = "1"
    for words in COMMANDS if gateway is echo else (words for words in COMMANDS if words[0] == "call"):
        ran = topexplorer(*words, "--env", "far", "--verbose")
        for secret in (canary["APP_SECRET"], canary["SESSION"]):
            assert secret.encode() not in ran.stdout + ran.stderr, words
    for path in topexplorer.root.rglob("*"):
        if path.is_file():
            for secret in (canary["APP_SECRET"], canary["SESSION"]):
                assert secret.encode() not in path.read_bytes(), path


def test_the_gateway_itself_does_get_the_session(topexplorer: Command, canary: dict[str, str]) -> None:
    SESSIONS.clear()
    topexplorer.transport = answering(echo)
    topexplorer.add_environment("far", canary, FAR)
    assert topexplorer("call", *TRADE, "--env", "far").code == 0
    assert [canary["SESSION"]] == SESSIONS
