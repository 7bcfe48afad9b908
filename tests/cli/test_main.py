"""The command line as a whole: verbs, help, language, and one sentence for whatever goes wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from io import BytesIO
from pathlib import Path
from typing import IO

import httpx
import pytest

from tests.cli.conftest import Command, Terminal, answering
from topexplorer import __version__
from topexplorer.assemble import Workbench
from topexplorer.cli.output import EXIT_CODES
from topexplorer.cli.verbs import VERBS
from topexplorer.core.language import Language
from topexplorer.core.text import cell_width
from topexplorer.tui import app


def test_help_names_every_verb_and_every_exit_code(topexplorer: Command) -> None:
    ran = topexplorer("--help")
    lines = [line.split() for line in ran.out.splitlines()]
    assert ran.code == 0
    for name in VERBS:
        assert any(line[: len(name.split())] == name.split() for line in lines)
    for code in EXIT_CODES:
        assert any(line[:1] == [str(code)] for line in lines)


@pytest.mark.parametrize("verb", list(VERBS))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_every_verb_explains_itself_in_both_languages(topexplorer: Command, verb: str, language: str) -> None:
    say = Language(language)
    ran = topexplorer(*verb.split(), "--help", "--lang", language)
    assert ran.code == 0
    assert say(f"cli.verb.{verb}") in ran.out.replace("\n", "")
    assert say("cli.help.usage").strip() in ran.out
    assert "cli." not in ran.out


@pytest.mark.parametrize("family", ["env", "profile", "sandbox"])
def test_help_of_a_family_lists_its_verbs_only(topexplorer: Command, family: str) -> None:
    ran = topexplorer(family, "--help")
    assert ran.code == 0
    assert f"  {family} " in ran.out
    assert "  call " not in ran.out


def test_help_stays_within_a_narrow_terminal(topexplorer: Command) -> None:
    for language in ("en", "zh"):
        ran = topexplorer("call", "--help", "--lang", language)
        assert max(cell_width(line) for line in ran.out.splitlines()) <= 100


def test_the_version_is_the_package_s(topexplorer: Command) -> None:
    assert topexplorer("--version").out == f"topexplorer {__version__}\n"


@pytest.mark.parametrize("words", [("--env", "dev", "env", "show"), ("env", "show", "--env", "dev")])
def test_global_options_stand_before_or_after_the_verb(topexplorer: Command, words: tuple[str, ...]) -> None:
    assert topexplorer(*words).out.splitlines()[0].split() == ["name", "dev"]


@pytest.mark.parametrize(
    ("environ", "chinese"),
    [
        ({}, False),
        ({"LANG": "zh_CN.UTF-8"}, True),
        ({"LANG": "zh_CN.UTF-8", "LC_ALL": "en_US.UTF-8"}, False),
        ({"LANG": "en_US.UTF-8", "LC_MESSAGES": "zh_TW.UTF-8"}, True),
        ({"LANG": "de_DE.UTF-8"}, False),
    ],
)
def test_the_locale_chooses_the_language(topexplorer: Command, environ: dict[str, str], chinese: bool) -> None:
    topexplorer.environ = environ
    assert ("用法" in topexplorer("--help").out) is chinese


def test_a_remembered_language_comes_before_the_locale_and_an_option_before_both(topexplorer: Command) -> None:
    topexplorer.environ = {"LANG": "en_US.UTF-8"}
    topexplorer.paths.state.mkdir(parents=True)
    topexplorer.paths.preferences_file.write_text('{"language": "zh_CN"}', encoding="utf-8")
    assert "用法" in topexplorer("--help").out
    assert "Usage" in topexplorer("--lang=en", "--help").out


def test_an_unknown_language_is_refused_with_the_choices(topexplorer: Command) -> None:
    ran = topexplorer("list", "--lang", "fr")
    assert ran.code == 2
    assert ran.err == "error: --lang cannot be “fr”; choose from zh, en, zh_CN, zh-CN, en_US, en-US\n"


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("bogus",), "there is no verb “bogus” · see “topexplorer --help”"),
        (("cal",), "there is no verb “cal”; did you mean “call”? · see “topexplorer --help”"),
        (("env",), "“env” needs one of: list, show, use, add, edit, remove"),
        (("env", "bogus"), "“env” needs one of: list, show, use, add, edit, remove"),
        (("call",), "METHOD is missing · see “topexplorer call --help”"),
        (("list", "--categry", "x"), "--categry is not understood here · see “topexplorer list --help”"),
        (("list", "--category"), "--category needs a value · see “topexplorer list --help”"),
        (("list", "--json=yes"), "--json takes no value · see “topexplorer list --help”"),
        (("quota", "trade"), "trade is not understood here · see “topexplorer quota --help”"),
        (
            ("env", "add", "mine", "--kind", "dev", "--read-only=true"),
            "--kind, --read-only is not understood here · name=value goes without dashes: kind=… read_only=…; "
            "the options are in “topexplorer env add --help”",
        ),
    ],
)
def test_a_command_that_cannot_be_understood_gets_one_sentence(
    topexplorer: Command, words: tuple[str, ...], said: str
) -> None:
    ran = topexplorer(*words)
    assert (ran.code, ran.out, ran.err) == (2, "", f"error: {said}\n")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("env", "edit", "dev", "--app-secret=CANARYsec1"), "--app-secret is not understood here · secrets are never"),
        (("env", "add", "dev", "--session", "canary"), "--session is not understood here · secrets are never typed"),
        (("env", "edit", "dev", "--proxy=http://u:canary@h:1"), "--proxy is not understood here · a proxy with a name"),
        (("env", "edit", "dev", "--proxy", "http://u:canary@h:1"), "into the variable HTTPS_PROXY"),
        (("env", "edit", "dev", "http://u:canary@h:1=x"), "not of the form setting=value"),
        (("env", "edit", "dev", "refresh_tokens=canary"), "not kept in config.toml"),
        (("env", "edit", "http://u:canary@h", "kind=dev"), "there is no environment …"),
        (("env", "show", "http://u:canary@h"), "There is no environment …;"),
        (("env", "show", "dev", "canary6100a"), "one word here is not understood; it is not repeated"),
        (("call", "taobao.time.get", "--session", "canary"), "--session is not understood here · secrets"),
        (("call", "taobao.time.get", "6100-canary"), "“…” is not a parameter"),
        (("call", "http://u:canary@h"), "“…” is not the name of an API"),
        (("call", "m", "--view", "6100-canary"), "--view cannot be “…”; choose"),
        (("sign", "taobao.time.get", "--secret=canary"), "--secret is not understood here · secrets"),
        (("history", "run", "1", "--refresh-token", "canary"), "--refresh-token is not understood here · secrets"),
        (("doctor", "--session", "canary"), "--session is not understood here · secrets"),
        (("env", "list", "-S", "canary"), "-S is not understood here"),
        (("sellers", "list", "--Canary0f1e2d3c=canary", "canary"), "one word here is not understood"),
        (("list", "--json=canary"), "--json takes no value"),
        (("--session", "canary", "call"), "--session is not understood here · secrets"),
        (("6100canary0f1e",), "there is no verb “…”"),
    ],
)
def test_what_may_be_a_secret_in_the_wrong_place_is_not_said_back(
    topexplorer: Command, words: tuple[str, ...], said: str
) -> None:
    ran = topexplorer(*words)
    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert said in ran.err
    assert "canary" not in ran.err.lower()


def test_a_folder_that_cannot_be_is_one_sentence(
    topexplorer: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    long = str(tmp_path / ("a" * 300))
    homes = (("~nobody-here/x", 2, "begins with the home of a user"), (long, 8, "could not be written: File name too"))
    for home, code, said in homes:
        monkeypatch.setenv("TOPEXPLORER_HOME", home)
        ran = topexplorer.assembled("--lang", "en", "list")
        assert (ran.code, ran.out, ran.err.count("\n"), said in ran.err) == (code, "", 1, True)
    monkeypatch.setenv("TOPEXPLORER_HOME", str(tmp_path))
    ran = topexplorer.assembled("list", "--lang", "zh", "--specs", "~nobody-here/x")
    assert ran.err.startswith("错误：~nobody-here/x")
    for words in (
        ("import", "~nobody-here/x"),
        ("catalog", "check", "~nobody-here/x"),
        ("sandbox", "serve", "--state", "~nobody-here/x"),
        ("call", "picture.upload", "--file", "img=~nobody-here/x"),
        ("call", "picture.upload", "--file", f"img={long}"),
    ):
        ran = topexplorer(*words)
        assert (ran.code, "unexpectedly" in ran.err) == (2, False), ran.err
    assert "unexpectedly" not in topexplorer("explain", "~nobody-here/x").err


def test_what_is_wrong_with_the_settings_is_said_once(topexplorer: Command) -> None:
    topexplorer.configure("x = \n")
    call, edit = ("call", "time.get", "--env", "dev"), ("env", "edit", "dev", "app_key=1")
    for words in (("-q", "keys", "where", "dev"), call, edit):
        ran = topexplorer(*words)
        assert (ran.code, ran.err.count("config.toml")) == (8, 1), ran.err
    topexplorer.configure("[environments.dev]\napp_key = 0x" + "f" * 5000)
    assert topexplorer("env", "list").code == 0
    assert "must be an app key" in topexplorer("env", "show", "dev").err
    assert topexplorer("env", "edit", "dev", "app_key=12345678").code == 0


def test_usage_errors_are_chinese_too(topexplorer: Command) -> None:
    assert topexplorer("call", "--lang", "zh").err == "错误：缺少 METHOD · 请看“topexplorer call --help”\n"


def test_without_a_verb_and_without_a_terminal_help_goes_to_stderr(topexplorer: Command) -> None:
    ran = topexplorer()
    assert (ran.code, ran.out) == (2, "")
    assert "Usage: topexplorer" in ran.err
    assert ran.err.endswith("error: the explorer needs a terminal to draw on; use a verb here\n")


@pytest.fixture
def opened(topexplorer: Command, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str, str | None]]:
    """Environment, language and theme of every explorer that opened, in a terminal where none is drawn."""
    rows = []

    def open_tui(bench: Workbench, language: Language, theme: str | None, *, demo: bool) -> int:
        rows.append((bench.start_environment.name, language.name, theme))
        return 5

    monkeypatch.setattr(app, "open_tui", open_tui)
    monkeypatch.setattr(sys, "stdin", Terminal(BytesIO()))
    topexplorer.terminal = True
    return rows


def test_without_a_verb_the_explorer_opens_in_the_environment_asked_for(
    topexplorer: Command, opened: list[tuple[str, str, str | None]]
) -> None:
    assert topexplorer("--env", "prod", "--lang", "zh", "--theme", "textual-light").code == 5
    assert opened == [("prod", "zh_CN", "textual-light")]


def test_an_environment_that_does_not_exist_stops_the_explorer_before_it_opens(
    topexplorer: Command, opened: list[tuple[str, str, str | None]]
) -> None:
    ran = topexplorer("--env", "nowhere")
    assert (ran.code, opened) == (2, [])
    assert "nowhere" in ran.err


def test_no_color_reaches_the_explorer(
    topexplorer: Command, opened: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(os, "environ", dict(os.environ))
    topexplorer("--no-color")
    assert os.environ["NO_COLOR"] == "1"
    assert len(opened) == 1


def test_an_unexpected_failure_is_one_line_without_values(topexplorer: Command) -> None:
    def explode(request: httpx.Request) -> httpx.Response:
        raise ZeroDivisionError(request.headers["host"])

    topexplorer.transport = answering(explode)
    topexplorer.add_environment("far", {"APP_KEY": "1", "APP_SECRET": "2"}, "https://gateway.example/router/rest")
    ran = topexplorer("call", "taobao.time.get", "--env", "far")
    assert ran.code == 1
    assert ran.err.splitlines() == [
        "error: topexplorer failed unexpectedly (ZeroDivisionError) · "
        "please report it with the command; TOPEXPLORER_DEBUG=1 shows the place"
    ]
    topexplorer.environ["TOPEXPLORER_DEBUG"] = "1"
    ran = topexplorer("call", "taobao.time.get", "--env", "far")
    assert "in explode" in ran.err
    assert "gateway.example" not in ran.err


def test_an_interrupted_call_ends_with_130(topexplorer: Command) -> None:
    def interrupt(request: httpx.Request) -> httpx.Response:
        raise KeyboardInterrupt

    topexplorer.transport = answering(interrupt)
    topexplorer.add_environment("far", {"APP_KEY": "1", "APP_SECRET": "2"}, "https://gateway.example/router/rest")
    ran = topexplorer("call", "taobao.time.get", "--env", "far")
    assert ran.code == 130
    assert ran.err.startswith("error: interrupted")


def test_a_specs_folder_adds_apis(topexplorer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    apis = tmp_path / "more" / "top" / "apis" / "tool"
    apis.mkdir(parents=True)
    (apis / "my.echo.get.json").write_text(
        '{"method": "my.echo.get", "title": {"zh": "回声", "en": "Echo"}, "summary": {"zh": "回声", "en": "Echo"},'
        '"category": "tool", "session": "none", "access": "basic", "writes": false}',
        encoding="utf-8",
    )
    (apis / "my.broken.get.json").write_text('{"method": 1}', encoding="utf-8")
    monkeypatch.setenv("TOPEXPLORER_HOME", str(topexplorer.root))
    ran = topexplorer.assembled("list", "echo", "--specs", str(tmp_path / "more"))
    assert ran.code == 0
    assert ran.out.split() == ["my.echo.get", "R", "-", "Echo"]
    assert "my.broken.get.json" in ran.err


def test_a_specs_folder_that_is_not_there_is_named(
    topexplorer: Command, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOPEXPLORER_HOME", str(topexplorer.root))
    ran = topexplorer.assembled("list", "--specs", str(tmp_path / "none"))
    assert (ran.code, ran.err) == (0, f"warning: {tmp_path / 'none'} $: there is no such spec folder\n")


def installed(*words: str, home: Path, stdout: int | IO[bytes]) -> subprocess.CompletedProcess[bytes]:
    """The command in a process of its own."""
    environ = {**os.environ, "TOPEXPLORER_HOME": str(home), "PYTHONPATH": str(Path(__file__).parents[2])}
    code = "from topexplorer.cli.main import run; run()"
    command = [sys.executable, "-W", "error", "-c", code, *words]
    return subprocess.run(command, env=environ, stdout=stdout, stderr=subprocess.PIPE, timeout=60, check=False)


def test_a_process_of_its_own_answers_with_json_and_exit_code(topexplorer: Command) -> None:
    ran = installed("call", "taobao.time.get", home=topexplorer.root, stdout=subprocess.PIPE)
    assert (ran.returncode, ran.stderr) == (0, b"")
    assert ran.stdout.startswith(b'{\n  "time_get_response"')
    assert installed("bogus", home=topexplorer.root, stdout=subprocess.PIPE).returncode == 2


@pytest.mark.parametrize(
    "words", [("call", "taobao.time.get"), ("list",), ("sign", "time.get"), ("quota",), ("--help",)]
)
def test_a_verb_loads_no_library_that_it_can_do_without(topexplorer: Command, words: tuple[str, ...]) -> None:
    heavy = "textual rich click pydantic msgspec tomlkit frizbee uvicorn httpcore uuid xml.etree.ElementTree"
    code = (
        "import sys; from topexplorer.cli.main import main; main(sys.argv[2:]);"
        "sys.exit(', '.join(name for name in sys.argv[1].split() if name in sys.modules))"
    )
    environ = {**os.environ, "TOPEXPLORER_HOME": str(topexplorer.root), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", code, heavy, *words]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ran.stderr.strip() == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_a_full_disk_behind_stdout_is_one_sentence(topexplorer: Command) -> None:
    with open("/dev/full", "wb") as full:
        ran = installed("list", home=topexplorer.root, stdout=full)
    assert ran.returncode == 8
    assert ran.stderr.decode().startswith("error: the output could not be written (No space left on device)")
    assert ran.stderr.count(b"\n") == 1


def test_a_reader_that_goes_away_ends_the_output_quietly(topexplorer: Command) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "wb") as gone:
        ran = installed("list", home=topexplorer.root, stdout=gone)
    assert (ran.returncode, ran.stderr) == (0, b"")


def test_nothing_is_lost_when_stdout_is_not_utf8(topexplorer: Command) -> None:
    topexplorer.encoding = "ascii"
    listed = topexplorer("list", "--lang", "zh")
    assert listed.code == 0
    assert b"taobao.trade.fullinfo.get" in listed.stdout
    assert b"?" in listed.stdout
    answer = topexplorer("call", "taobao.shop.seller.get", "fields=title")
    assert "童装" in answer.out
