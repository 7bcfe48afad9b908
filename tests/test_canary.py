"""Planted secrets: every face of the program is run with them, and none may be found in anything that comes out.

The far end repeats every secret it was ever told, in every spelling. What is searched: both streams of every verb,
every log at every level, every screen as text and as picture, the clipboard, the crash, and every file that is left.
"""

from __future__ import annotations

import asyncio
import html
import json
import logging
import sys
from base64 import b64encode
from collections.abc import Iterator, Mapping
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import Any
from urllib.parse import quote, quote_plus

import httpx
import pytest
from textual.worker import WorkerFailed

from tests.engine.vaults import CHEAP
from tests.tui.steps import explorer, sent, settled
from tests.workbench import TID, readable, workbench
from topexplorer.cli.main import main
from topexplorer.cli.verbs import VERBS
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.core.exporters import EXPORTERS
from topexplorer.core.language import Language
from topexplorer.core.taint import Taint
from topexplorer.engine.environments import Environment
from topexplorer.engine.hardening import _last_words
from topexplorer.engine.settings import Paths
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.engine.vault import Vault
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.commands import COMMANDS

FAR = Environment("far", "dev", "https://gateway.example/router/rest", vault="file")
CONFIG = """
[environments.far]
kind = "dev"
gateway = "https://gateway.example/router/rest"
vault = "file"
seller = "first"
"""
SECRETS = {
    "app secret": "canary/5ecret+0f1e2d3c4b5a6978",
    "session": "6100canarycanarycanarycanarycanary5e551on",
    "refresh token": "6101canaryrefreshcanaryrefreshcanary",
    "other seller's session": "6102canary0therseller0therseller0ther",
    "other seller's refresh token": "6103canary0ther=refresh&0ther",
    "passphrase": "canary correct horse battery",
    "proxy password": "canary/pr0xy+pa55=w0rd",
}
PROXY = {"HTTPS_PROXY": f"http://joe:{quote(SECRETS['proxy password'], safe='')}@127.0.0.1:9"}
"""A proxy that nothing is sent to: the network is replaced."""
TRADE = ("taobao.trade.fullinfo.get", f"tid={TID}", "fields=tid")


def spelled(secret: str, *, cut: bool = True) -> Iterator[str]:
    """Each way somebody writes it; not the module's own list. Of base64 what does not depend on what is beside it,
    or all of it.
    """
    yield secret
    yield quote(secret, safe="")
    yield quote(secret, safe="").replace("%2F", "%2f").replace("%2B", "%2b").replace("%3D", "%3d")
    yield quote_plus(secret)
    yield json.dumps(secret)[1:-1].replace("/", "\\/")
    yield "".join(f"\\u{ord(letter):04x}" for letter in secret)
    yield html.escape(secret)
    yield secret.encode().hex()
    for before in ("", "x", "xy"):
        encoded = b64encode(before.encode() + secret.encode()).decode()
        yield encoded.rstrip("=")[(0, 2, 3)[len(before)] : -2] if cut else encoded


ECHO = " ".join(form for secret in SECRETS.values() for form in spelled(secret, cut=False))

FORMS = [(name, form) for name, secret in SECRETS.items() for form in dict.fromkeys(spelled(secret))]


def found(content: str | bytes, where: object) -> list[str]:
    """Which secrets can be read in it, and where that was."""
    text = content.decode("utf-8", "replace") if isinstance(content, bytes) else content
    texts = (text, html.unescape(text).replace("\xa0", " "), text.replace("\n", ""))
    return [f"{name} in {where}" for name, form in FORMS if any(form in shown for shown in texts)]


def echo(request: httpx.Request) -> httpx.Response:
    """Repeats all it was told and more; its log does too."""
    logging.getLogger("gateway.example").debug("got %s with %s", request.content.decode(), {"all": ECHO})
    try:
        raise ValueError(ECHO)
    except ValueError:
        logging.getLogger("gateway.example").exception("failed on %(what)s", {"what": ECHO})
    trade = {"tid": int(TID), "title": ECHO, "nested": json.dumps({"token": SECRETS["other seller's session"]})}
    headers = {"x-echo": ECHO.replace("\\", "/"), "location": f"https://elsewhere.example/?{quote(ECHO)}"}
    if b"method=taobao.item" in request.content:
        return httpx.Response(200, headers=headers, stream=httpx.ByteStream(_refusal()))
    body = json.dumps({"trade_fullinfo_get_response": {"trade": trade, "request_id": "r1"}}).encode()
    return httpx.Response(200, headers=headers, stream=httpx.ByteStream(body))


def _refusal() -> bytes:
    return json.dumps({"error_response": {"code": 27, "msg": f"Invalid {ECHO}", "sub_code": "isv.x"}}).encode()


def fail(request: httpx.Request) -> httpx.Response:
    raise httpx.ConnectError(f"could not send {request.content.decode()} {ECHO}")


def explode(request: httpx.Request) -> httpx.Response:
    secret = SECRETS["app secret"]
    raise RuntimeError(f"{request.content.decode()} {secret}")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A home with a vault that holds two sellers' tokens."""
    paths = Paths.under(tmp_path)
    paths.config.mkdir(parents=True)
    paths.config_file.write_text(CONFIG)
    vault = Vault({}, {}, paths.vault_folder, ask=lambda _wanted: Secret(SECRETS["passphrase"]), cost=CHEAP)
    for nick in ("first", "other"):
        session = SECRETS["session" if nick == "first" else "other seller's session"]
        refresh = SECRETS["refresh token" if nick == "first" else "other seller's refresh token"]
        token = SellerToken(Secret(session), nick, Secret(refresh))
        vault.room.put(FAR, "23456789", Secret(SECRETS["app secret"]), token)
    return tmp_path


@pytest.fixture
def logs() -> Iterator[StringIO]:
    """Everything that is logged anywhere, formatted as by default."""
    written = StringIO()
    handler = logging.StreamHandler(written)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield written
    root.removeHandler(handler)
    root.setLevel(level)


def bench_at(home: Path, gateway: Any, environ: Mapping[str, str] | None = None) -> Any:
    """As a new process would have it, with somebody there who types the passphrase."""
    return workbench(
        home,
        {**PROXY, **(environ or {})},
        transport=httpx.MockTransport(gateway),
        ask_passphrase=lambda wanted: None if wanted.problem else Secret(SECRETS["passphrase"]),
    )


def run(home: Path, words: tuple[str, ...], gateway: Any, stdin: bytes = b"") -> bytes:
    """Both streams of one command."""
    bench = bench_at(home, gateway, {"TOPEXPLORER_DEBUG": "1", "TOPEXPLORER_FAR_SESSION": SECRETS["session"]})
    out, err = BytesIO(), BytesIO()
    stdout, stderr = TextIOWrapper(out, encoding="utf-8"), TextIOWrapper(err, encoding="utf-8")
    before, sys.stdin = sys.stdin, TextIOWrapper(BytesIO(stdin), encoding="utf-8")
    try:
        main((*words, "--verbose"), bench=bench, stdout=stdout, stderr=stderr)
    except SystemExit:
        pass
    finally:
        sys.stdin = before
    if "engine" in vars(bench):
        bench.engine.ledger.close()
    return out.getvalue() + err.getvalue()


TYPED = SECRETS["session"].encode()
MEMO = f"memo={SECRETS['session']}"
VERB_RUNS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "list": ((), (SECRETS["session"],)),
    "show": (("taobao.trade.fullinfo.get",), (SECRETS["session"],)),
    "call": (
        TRADE,
        *((*TRADE, "--view", view) for view in ("tree", "raw", "headers", "why")),
        (*TRADE, "--dry-run"),
        (*TRADE, MEMO, "--dry-run", "--json"),
        (*TRADE, MEMO, "--save", "refused", "--force"),
        (*TRADE, "--save", "kept", "--dry-run"),
        ("taobao.item.seller.get", "fields=num_iid", "--force"),
        (*TRADE, "--personal", "fake"),
    ),
    "sign": (
        TRADE,
        (*TRADE, MEMO),
        ("--check", f"app_key=23456789&session={SECRETS['session']}&sign=0123456789ABCDEF0123456789ABCDEF"),
    ),
    "env list": ((), ("--json",)),
    "env show": ((), ("--json",)),
    "env use": (("far",),),
    "env add": (("staging", "kind=dev", "gateway=production"), (SECRETS["session"],)),
    "env edit": (
        ("far", f"proxy=http://user:{SECRETS['session']}@127.0.0.1:9"),
        ("far", f"proxy={PROXY['HTTPS_PROXY']}"),
        ("far", "proxy="),
    ),
    "env remove": (("staging",),),
    "keys set": (("far", "session", "--stdin"), ("far",)),
    "keys where": ((), ("--json",)),
    "keys forget": (("far", "session", "--seller", "nobody"), ("--vault", "prod", "--confirm", "prod")),
    "keys lock": ((),),
    "login": (("--help",),),
    "logout": (("nobody", "--env", "far"),),
    "sellers list": (("--env", "far"), ("--env", "far", "--json")),
    "sellers use": (("other", "--env", "far"),),
    "sellers refresh": (("other", "--env", "far"),),
    "profile list": ((), ("--json",)),
    "profile show": ((SECRETS["session"],), ("kept",)),
    "profile save": (("mine", *TRADE), ("bad", *TRADE, MEMO), (SECRETS["session"], *TRADE)),
    "profile run": (("mine", "--env", "far"), (SECRETS["session"],)),
    "profile delete": (("mine",),),
    "history list": ((), ("--json",), (SECRETS["session"],)),
    "history show": (
        *(("d1", *how) for how in ((), ("--view", "raw"), ("--view", "headers"), ("--json",))),
        ("d2", "--view", "why"),
        (SECRETS["session"],),
    ),
    "history run": (("d1",), ("d1", MEMO, "--dry-run"), (SECRETS["session"],)),
    "history diff": (("d1", "d2"), ("--json",), (SECRETS["session"],)),
    "history save": (("d1", "again"), ("d1", SECRETS["session"])),
    "history forget": (("--env", "far"), (SECRETS["session"],)),
    "import": ((SECRETS["session"],),),
    "catalog sync": (("--help",),),
    "catalog check": ((SECRETS["session"],),),
    "catalog diff": ((SECRETS["session"], "kept"),),
    "quota": ((), ("--json",)),
    "explain": (("27",), (f"Invalid session {SECRETS['session']}",)),
    "doctor": (("--env", "far"),),
    "sandbox serve": (("--faults",), ("--rule", SECRETS["session"])),
    "keys rotate": (("far",),),
    "keys back": (("far",),),
    "keys export-encrypted": (("{home}/exported",),),
    "keys import": ((SECRETS["session"],), ("{home}/exported",)),
}
"""What each verb is run with. A session in a variable is known at once; what is in the vault, once it is opened."""


def test_no_verb_writes_a_secret_anywhere(home: Path, logs: StringIO) -> None:
    assert VERB_RUNS.keys() == VERBS.keys(), "a verb is not run with planted secrets"
    leaks: list[str] = []
    for verb, runs in VERB_RUNS.items():
        for words in runs:
            words = tuple(word.replace("{home}", str(home)) for word in words)
            whole = (*verb.split(), *words, *(() if "--env" in words else ("--env", "far")))
            leaks += found(run(home, whole, echo, TYPED), whole)
    for gateway in (fail, explode):
        leaks += found(run(home, ("call", *TRADE, "--env", "far"), gateway), gateway.__name__)
    assert "gateway.example" in logs.getvalue() or "got" in logs.getvalue()
    assert leaks + found(logs.getvalue(), "logs") + in_files(home) == []


def in_files(home: Path) -> list[str]:
    return [leak for name, content in readable(home) for leak in found(content, name)]


def test_no_screen_picture_copy_or_file_of_the_app_holds_a_secret(
    home: Path, logs: StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    asyncio.run(_through_the_app(home, monkeypatch))
    assert found(logs.getvalue(), "logs") + in_files(home) == []


NOTHING_NEW = (
    *("app.quit", "app.screenshot", "app.lock", "app.switch"),
    *("send", "cancel", "change", "resize", "focus_pane"),
)
"""Commands that end the app, or show only what another one has shown."""


async def _through_the_app(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    bench = bench_at(home, echo)
    bench.chosen = "far"
    bench.vault.unlock(bench.environments["far"], Secret(SECRETS["passphrase"]))
    bench.known.learn([SECRETS["passphrase"]])
    assert bench.vault.sellers(bench.environments["far"])
    app = TopExplorer(bench, Language("en"))
    leaks: list[str] = []
    async with app.run_test(size=(80, 24)) as pilot:
        await settled(pilot, lambda: explorer(pilot).ready)
        screen = explorer(pilot)

        def look(where: str, *, picture: bool = False) -> None:
            if picture:
                leaks.extend(found(app.export_screenshot(), f"picture of {where}"))
            strips = app.screen._compositor.render_strips(app.size)
            leaks.extend(found("\n".join(strip.text for strip in strips), where))
            leaks.extend(found("".join(strip.text.strip(" │") for strip in strips), f"{where}, wrapped"))
            leaks.extend(found(app.clipboard, f"clipboard after {where}"))
            leaks.extend(found(f"{app.title} {app.sub_title}", "title"))
            leaks.extend(leak for notice in app._notifications for leak in found(notice.message, "a notice"))
            leaks.extend(found(repr(screen.exchange) + repr(screen.exchange and screen.exchange.body), "the exchange"))

        monkeypatch.setattr(screen, "holds_back", lambda _draft: False)
        values = {"tid": TID, "fields": "tid", "memo": SECRETS["other seller's session"]}
        screen.open_api("taobao.trade.fullinfo.get", RequestDraft("taobao.trade.fullinfo.get", values))
        await sent(pilot)
        for view in ("1", "2", "3", "4"):
            await pilot.press("f4", view)
            await pilot.pause()
            look(f"answer {view}", picture=True)
            await pilot.press("down", "y")
            look(f"copied from {view}")
        app.notify(f"wrapped {ECHO}")
        await pilot.pause()
        look("a notice")
        for command in COMMANDS:
            if command.action.startswith(NOTHING_NEW):
                continue
            owner = app if command.action.startswith("app.") else screen
            await owner.run_action(command.action.removeprefix("app."))
            await pilot.pause()
            look(command.id)
            while app.screen is not screen:
                await pilot.press("escape")
                await pilot.pause()
        screen.open_api("taobao.item.seller.get")
        await sent(pilot)
        look("refusal", picture=True)
        path = home / "pictures"
        path.mkdir()
        app.action_screenshot(path=str(path))
        screen.keep_drafts()
        await pilot.pause(0.05)
        look("notices")
    bench.engine.ledger.close()
    assert leaks == []


PREVIOUS = "canary&previous+5ecret/1a2b3c4d5e6f"
KNOWS_PREVIOUS = " ".join(spelled(PREVIOUS, cut=False))


def test_an_app_secret_that_was_replaced_appears_nowhere_while_it_is_kept_and_when_it_goes(
    home: Path, logs: StringIO
) -> None:
    def kept() -> Vault:
        folder = Paths.under(home).vault_folder
        return Vault({}, {}, folder, ask=lambda _wanted: Secret(SECRETS["passphrase"]), cost=CHEAP)

    def tells(content: bytes) -> set[str]:
        return {form for form in spelled(PREVIOUS) if form in content.decode("utf-8", "replace")}

    def refuse(_request: httpx.Request) -> httpx.Response:
        refusal = {"code": 25, "msg": f"Invalid signature {KNOWS_PREVIOUS}", "sub_msg": KNOWS_PREVIOUS}
        return httpx.Response(200, json={"error_response": refusal}, headers={"x-echo": quote(KNOWS_PREVIOUS)})

    def answer(_request: httpx.Request) -> httpx.Response:
        trade = {"tid": int(TID), "title": KNOWS_PREVIOUS}
        return httpx.Response(200, json={"trade_fullinfo_get_response": {"trade": trade}})

    room = kept().room
    room.put(FAR, "", Secret(PREVIOUS))
    room.forget(FAR, "previous")
    room.put(FAR, "", Secret(SECRETS["app secret"]))
    assert tells(KNOWS_PREVIOUS.encode()), "the search finds it"
    words: tuple[tuple[str, ...], ...] = (
        *(("call", *TRADE, "--view", view) for view in ("text", "raw", "headers", "why")),
        *(("doctor",), ("keys", "where", "far", "--json"), ("env", "show", "far"), ("keys", "rotate", "far")),
        *(("keys", "export-encrypted", f"{home}/exported"), ("keys", "forget", "far", "--previous")),
    )
    told = [said for said in words if tells(run(home, (*said, "--env", "far"), refuse))]
    held = kept().room.keys(FAR)
    assert held is not None
    assert held.previous == Secret(PREVIOUS)
    told += [("answer",)] if tells(run(home, ("call", *TRADE, "--env", "far"), answer)) else []
    held = kept().room.keys(FAR)
    assert held is not None
    assert held.previous is None
    files = [str(path) for path in home.rglob("*") if path.is_file() and tells(path.read_bytes())]
    assert (told, files, tells(logs.getvalue().encode())) == ([], [], set())


@pytest.mark.parametrize("where", ["a message handler", "a worker", "the interpreter", "a thread"])
def test_no_crash_tells_a_secret(home: Path, where: str, capsys: pytest.CaptureFixture[str]) -> None:
    bench = bench_at(home, echo)
    bench.known.learn(SECRETS.values())
    app = TopExplorer(bench, Language("en"))

    def act() -> None:
        held = dict(SECRETS)
        raise RuntimeError(f"with {held['session']}") from ValueError(f"caused by {held['refresh token']}")

    if where in ("the interpreter", "a thread"):
        try:
            act()
        except RuntimeError as error:
            _last_words(RuntimeError, error, error.__traceback__)
    else:
        asyncio.run(_crashing(app, act, in_worker=where == "a worker"))
    told = "".join(capsys.readouterr())
    assert "RuntimeError" in told
    assert found(told, where) == []


async def _crashing(app: TopExplorer, act: Any, *, in_worker: bool) -> None:
    async def work() -> None:
        act()

    async def live() -> None:
        async with app.run_test() as pilot:
            await settled(pilot, lambda: explorer(pilot).ready)
            app.run_worker(work()) if in_worker else app.call_later(act)
            await pilot.pause(0.05)

    with pytest.raises((RuntimeError, WorkerFailed)):
        await live()


def test_no_exporter_passes_a_secret_on(home: Path) -> None:
    bench = bench_at(home, echo)
    bench.known.learn(SECRETS.values())
    app = TopExplorer(bench, Language("en"))
    forms = (form for secret in SECRETS.values() for form in spelled(secret, cut=False))
    values = {f"memo{number}": f"before {form}" for number, form in enumerate(forms)}
    draft = RequestDraft("taobao.trade.fullinfo.get", {**values, "session": SECRETS["session"]}, {"image": ECHO})
    for kind in ("dev", "prod"):
        shared = app.veil.draft_to_share(draft, kind)
        assert [leak for name, export in EXPORTERS.items() for leak in found(export(shared, "far"), name)] == []


def test_the_log_of_the_sandbox_holds_no_secret_that_a_caller_sent(tmp_path: Path) -> None:
    bench = workbench(tmp_path)

    async def call() -> str:
        transport = httpx.ASGITransport(bench.sandbox)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
            form = {"method": "taobao.time.get", "app_key": "12345678", "session": SECRETS["session"], "memo": ECHO}
            await client.post("/router/rest", data=form)
            await client.post("/router/rest", data={**form, "sign": SECRETS["app secret"], "v": "2.0"})
        return "".join(str([getattr(row, name) for name in row.__slots__]) for row in bench.sandbox.log)

    told = asyncio.run(call())
    assert "taobao.time.get" in told
    assert found(told, "log") == []


def test_the_search_finds_what_is_not_masked(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without masking the same run is full of leaks: this test would notice if the others could not fail."""
    monkeypatch.setattr(Taint, "spans", lambda _self, _text: [])
    leaks = " ".join(found(run(home, ("call", *TRADE, "--env", "far"), echo), "streams"))
    assert [name for name in SECRETS if f"{name} in" not in leaks] == []
