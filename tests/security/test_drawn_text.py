"""Text from elsewhere is drawn and never obeyed: not by the terminal, not by the reader, not as markup or a link.

Every place that foreign text can come from is hostile at once: specs, answers, refusals, headers, the names of
profiles, files, sellers and settings.
"""

from __future__ import annotations

import errno
import json
import os
import pty
import re
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import httpx
import pytest

from tests.cli.conftest import Command
from tests.engine.vaults import CHEAP
from tests.security.conftest import GATEWAY, KEYS
from tests.tui.steps import explorer, sent, settled
from tests.workbench import workbench
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.core.language import Language
from topexplorer.core.text import clean_line
from topexplorer.engine.environments import Environment
from topexplorer.engine.settings import Paths
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.engine.vault import Vault
from topexplorer.tui.app import TopExplorer
from topexplorer.tui.commands import BY_ID

ROOT = Path(__file__).resolve().parents[2]
MARKUP = "[red]PWNED[/red][@click=app.pwned]PWNED[/][link=http://pwned.example]PWNED[/link][/x]"
BYTES = (
    "\x1b[8;95mPWNED\x1b]0;PWNED\x07\x1b]52;c;UFdO\x1b\\\x9b8;95m\x90PWNED\x9c\x08\x7f"
    "\u202ePWNED\u2066\u200b\ufeff\u2028"
)
EVIL = f"{MARKUP} {BYTES} <b>PWNED</b>"
OBEYED = re.compile(
    rb"\x1b\[8;95m|\x1b\]0;PWNED|\x1b\]52;c;UFdO|\x1b\]8;[^\x1b]*pwned|[\x07\x08\x7f]"
    rb"|\xc2[\x80-\x9f]|\xe2\x80[\x8b-\x8f\xa8-\xae]|\xe2\x81[\xa6-\xa9]|\xef\xbb\xbf"
)
"""What a terminal or a reader would act on, as bytes; the program itself writes none of it."""
METHOD = "taobao.sample.evil.get"
DOCUMENT = {"sample_evil_get_response": {EVIL: EVIL, "things": [{"title": EVIL}] * 3}}
BODY = json.dumps(DOCUMENT, ensure_ascii=False).encode()
REFUSAL = {"code": 15, "msg": EVIL, "sub_code": f"isv.{EVIL}", "sub_msg": EVIL, "request_id": EVIL}
CONFIG = f"""
[environments.far]
kind = "dev"
gateway = "GATEWAY"
vault = "file"
[environments.{json.dumps(EVIL.replace(".", " "))}]
kind = {json.dumps(EVIL)}
[{json.dumps(EVIL)}]
"""


def hostile(part: Any) -> Any:
    """A spec in which every text that is free to say anything is hostile."""
    if isinstance(part, dict):
        free = {"zh", "en", "default", "note", "docs"}
        return {name: EVIL if name in free and isinstance(text, str) else hostile(text) for name, text in part.items()}
    return [hostile(entry) for entry in part] if isinstance(part, list) else part


def prepare(root: Path, gateway: str) -> Paths:
    """A home in which every file is hostile."""
    paths = Paths.under(root)
    for folder in (paths.config, paths.profiles_folder, paths.data / "specs" / "top" / "apis" / "sample"):
        folder.mkdir(parents=True)
    paths.config_file.write_text(CONFIG.replace("GATEWAY", gateway), encoding="utf-8")
    sample = ROOT / "tests/specs/top/apis/sample/taobao.sample.things.get.json"
    spec = hostile(json.loads(sample.read_text(encoding="utf-8"))) | {"method": METHOD}
    spec["errors"] = [{"sub_code": "isv.evil", "title": {"zh": EVIL, "en": EVIL}, "cure": {"zh": EVIL, "en": EVIL}}]
    specs = paths.data / "specs" / "top" / "apis" / "sample"
    (specs / f"{METHOD}.json").write_text(json.dumps(spec), encoding="utf-8")
    (specs / "taobao.sample.broken.get.json").write_text(json.dumps({EVIL: EVIL, "method": EVIL}), encoding="utf-8")
    (specs / "\x1b[8;95mPWNED\u202e.json").write_text("{", encoding="utf-8")
    quoted = json.dumps(EVIL)
    profile = f'name = {quoted}\nmethod = "{METHOD}"\nnote = {quoted}\n[values]\nfields = {quoted}\nq = {quoted}\n'
    (paths.profiles_folder / "evil.toml").write_text(profile, encoding="utf-8")
    (paths.profiles_folder / "\x9b8;95m\x1b[8;95mPWNED.toml").write_text(f"{quoted} = {quoted}", encoding="utf-8")
    return paths


def answer(request: httpx.Request) -> httpx.Response:
    """Hostile either way: what is asked for without `fields` is refused."""
    headers = [(b"x-evil", f"{MARKUP}\x9b8;95m".encode("latin-1")), (b"server", b"\x1b[8;95mPWNED")]
    refused = b"fields=" not in request.content
    body = json.dumps({"error_response": REFUSAL}).encode() if refused else BODY
    return httpx.Response(200, headers=headers, content=body)


def obeyed(shown: bytes) -> list[bytes]:
    """What would be acted on, with what stands around it."""
    return [shown[max(0, found.start() - 40) : found.end() + 20] for found in OBEYED.finditer(shown)][:3]


VERBS = (
    ("list", "PWNED", "--lang", "zh"),
    ("show", METHOD),
    ("show", METHOD, "--lang", "zh"),
    *(("call", METHOD, "fields=a", "--view", view) for view in ("tree", "raw", "headers")),
    ("call", METHOD, f"q={EVIL}", f"fields={EVIL}", "--dry-run", "--force"),
    ("call", METHOD, "--force"),
    ("call", METHOD, EVIL),
    ("call", EVIL),
    ("sign", METHOD, "fields=a", f"q={EVIL}"),
    ("sign", "--check", f"q={EVIL}&sign=0123456789ABCDEF0123456789ABCDEF"),
    ("profile", "list"),
    ("profile", "show", EVIL),
    ("profile", "run", EVIL),
    ("env", "list"),
    ("env", "show", EVIL),
    ("env", "use", EVIL),
    ("explain", EVIL),
    ("explain", json.dumps({"error_response": REFUSAL})),
    ("catalog", "check", "{home}/data/specs"),
    ("quota",),
    ("doctor", "--offline"),
    ("sellers", "list"),
    ("import", EVIL.replace("/", "")),
    (EVIL,),
)


def test_no_verb_lets_foreign_text_act_on_the_terminal(topexplorer: Command) -> None:
    prepare(topexplorer.root, GATEWAY)
    topexplorer.transport = httpx.MockTransport(answer)
    topexplorer.environ |= {f"TOPEXPLORER_FAR_{name}": text for name, text in KEYS.items()}
    topexplorer.terminal = True
    shown = b""
    for words in VERBS:
        words = tuple(word.replace("{home}", str(topexplorer.root)) for word in words)
        ran = topexplorer(*words, "--env", "far", "--verbose")
        assert ran.code != 1, (words, ran.err)
        assert obeyed(ran.stdout + ran.stderr) == [], words
        shown += ran.stdout + ran.stderr
    for part in (MARKUP, clean_line("\x1b[8;95m"), "<202E>", "<009B>8;95m"):
        assert shown.count(part.encode()) > 10


SHOWING = ("docs", "sign", "sign_lab", "save", "environment", "sellers", "checkup", "problems")
"""The commands whose screens show foreign text."""


async def test_no_screen_obeys_foreign_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    paths = prepare(tmp_path, GATEWAY)
    passphrase = Secret("canary correct horse battery")
    vault = Vault({}, {}, paths.vault_folder, ask=lambda _wanted: passphrase, cost=CHEAP)
    far = Environment("far", "dev", GATEWAY, vault="file")
    for nick in (f"first {MARKUP}", f"other{BYTES}"):
        vault.room.put(far, KEYS["APP_KEY"], Secret(KEYS["APP_SECRET"]), SellerToken(Secret(f"6100{len(nick)}x"), nick))
    bench = workbench(
        tmp_path, environment="far", transport=httpx.MockTransport(answer), ask_passphrase=lambda _wanted: passphrase
    )
    bench.vault.unlock(bench.environments["far"], passphrase)
    app = TopExplorer(bench, Language("en"))
    shown: list[str] = []
    async with app.run_test(size=(120, 36)) as pilot:
        await settled(pilot, lambda: explorer(pilot).ready)
        screen = explorer(pilot)
        monkeypatch.setattr(screen, "holds_back", lambda _draft: False)

        def page() -> str:
            return "\n".join(strip.text for strip in app.screen._compositor.render_strips(app.size))

        async def look(where: str) -> None:
            """Waits until hostile text is there, and looks at every piece of the screen."""
            await settled(pilot, lambda: "PWNED" in page())
            for strip in app.screen._compositor.render_strips(app.size):
                assert obeyed(strip.text.encode("utf-8", "replace")) == [], where
                assert not any(char in strip.text for char in "\x1b\n\r\t"), where
                for style in (segment.style for segment in strip if segment.style):
                    assert "pwned" not in f"{style.meta} {style.link}", where
            shown.append(page())

        screen.open_api(METHOD, RequestDraft(METHOD, {"fields": EVIL, "q": EVIL, EVIL: EVIL}))
        await look("the form")
        await sent(pilot)
        for view in ("1", "2", "3", "4"):
            await pilot.press("f4", view)
            await look(f"answer {view}")
        app.notify(EVIL, markup=False)
        for name in SHOWING:
            await (app if BY_ID[name].action.startswith("app.") else screen).run_action(
                BY_ID[name].action.removeprefix("app.")
            )
            await look(name)
            while app.screen is not screen:
                await pilot.press("escape")
        screen.open_api(METHOD, RequestDraft(METHOD, {}))
        await sent(pilot)
        await look("refusal")
    bench.engine.ledger.close()
    assert sum("[red]PWNED[/red]" in text for text in shown) > 5


@contextmanager
def hostile_gateway() -> Iterator[str]:
    """The same answers from a real socket on this machine."""

    class Gateway(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["content-length"]))
            self.send_response(200)
            self.send_header("content-length", str(len(BODY)))
            self.end_headers()
            self.wfile.write(BODY)

        def log_message(self, *_: object) -> None:
            return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Gateway)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/router/rest"
    finally:
        server.shutdown()
        server.server_close()


def at_a_terminal(words: tuple[str, ...], home: Path, steps: tuple[tuple[str, bytes], ...] = ()) -> bytes:
    """Everything that the program writes to a real pseudo-terminal; each step waits for a text and then types."""
    controller, terminal = pty.openpty()
    keys = {f"TOPEXPLORER_FAR_{name}": text for name, text in KEYS.items()}
    environ = {**os.environ, **keys, "TOPEXPLORER_HOME": str(home), "TERM": "xterm-256color", "LINES": "36"}
    running = subprocess.Popen(
        [sys.executable, "-m", "topexplorer", *words],
        cwd=ROOT,
        env={**environ, "COLUMNS": "120"},
        stdin=terminal,
        stdout=terminal,
        stderr=terminal,
        start_new_session=True,
    )
    os.close(terminal)
    written, since, waiting = b"", 0, list(steps)
    try:
        while select.select([controller], [], [], 30)[0]:
            came = read(controller)
            if not came:
                break
            written += came
            if waiting and waiting[0][0] in plain(written[since:]):
                since = len(written)
                os.write(controller, waiting.pop(0)[1])
    finally:
        running.kill()
        running.wait()
        os.close(controller)
    assert not waiting, (waiting, plain(written[since:]))
    return written


def read(controller: int) -> bytes:
    try:
        return os.read(controller, 65536)
    except OSError as error:
        if error.errno != errno.EIO:  # what Linux says when the other side has gone
            raise
        return b""


def plain(written: bytes) -> str:
    """What was written without the program's own sequences."""
    return re.sub(rb"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-~])", b"", written).decode(
        "utf-8", "replace"
    )


STEPS = (
    ("search, such", b"evil"),
    ("1 found", b"\r"),
    ("fields", b"\x14"),  # fill what is required
    ("thing_id", b"\n"),  # send
    ("things", b"\x04"),  # the answer is there; documentation
    ("PWNED", b"\x11"),  # quit
)


@pytest.mark.skipif(os.name != "posix", reason="needs a pseudo-terminal")
def test_a_real_terminal_gets_nothing_that_it_would_act_on(tmp_path: Path) -> None:
    with hostile_gateway() as gateway:
        prepare(tmp_path, gateway)
        called = at_a_terminal(("call", METHOD, "fields=a", "--env", "far"), tmp_path)
        used = at_a_terminal(("--env", "far"), tmp_path, STEPS)
    assert obeyed(called) == []
    assert called.count(b"<009B>8;95m") >= 5
    own = re.sub(rb"\x1b\]22;[a-z]*\x07", b"", used)  # the shape of the mouse's pointer
    assert obeyed(own) == []
    assert b"things" in own
