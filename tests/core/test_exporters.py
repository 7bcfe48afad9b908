"""A draft becomes a command that makes the same call, holds no secret and means the same to a real shell."""

from __future__ import annotations

import shlex
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from topexplorer.core.call import RequestDraft
from topexplorer.core.exporters import EXPORTERS, command_line

DRAFT = RequestDraft("taobao.trade.memo.add", {"tid": "3141592653589793238", "memo": 'it\'s "好" $HOME `id` \\ #!'})
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
NAMES = st.text("abcxyz_.019", min_size=1, max_size=10).filter(lambda name: name not in ("v", "sign"))


def test_a_command_makes_the_same_call() -> None:
    draft = RequestDraft(
        "taobao.item.img.upload",
        {"num_iid": "1", "blank": " ", "off": "x"},
        {"image": "my pictures/图 1.png"},
        off=frozenset({"off"}),
        format="xml",
        simplify=True,
        sign_method="md5",
    )
    assert shlex.split(command_line(draft, "prod")) == [
        *("topexplorer", "call", "taobao.item.img.upload", "num_iid=1", "--file", "image=my pictures/图 1.png"),
        *("--format", "xml", "--simplify", "--sign-method", "md5", "--env", "prod"),
    ]
    assert command_line(RequestDraft("taobao.time.get"), "sandbox") == "topexplorer call taobao.time.get"


@given(st.dictionaries(NAMES, TEXT, max_size=4), TEXT.filter(bool))
def test_a_command_reads_back_as_its_words(values: dict[str, str], environment: str) -> None:
    draft = RequestDraft("taobao.a.b", values)
    words = shlex.split(command_line(draft, environment))
    assert words[:3] == ["topexplorer", "call", "taobao.a.b"]
    assert dict(word.split("=", 1) for word in words[3 : 3 + len(draft.sent_values())]) == draft.sent_values()
    assert words[3 + len(draft.sent_values()) :] == ([] if environment == "sandbox" else ["--env", environment])


def through_a_shell(command: str) -> list[str]:
    """The words that a real shell makes of a command."""
    script = f"printf '%s\\0' {command}"
    done = subprocess.run(["sh", "-c", script], capture_output=True, check=True, timeout=60)
    assert done.stderr == b""
    return done.stdout.decode().split("\0")[:-1]


@settings(max_examples=40)
@given(st.dictionaries(NAMES, TEXT, max_size=4))
def test_a_real_shell_reads_the_same_words(values: dict[str, str]) -> None:
    command = command_line(RequestDraft("taobao.a.b", values), "sandbox")
    assert through_a_shell(command) == shlex.split(command)


@pytest.mark.parametrize(
    "text",
    [
        "$(touch x)",
        "`id`",
        "a;b|c&d",
        "line\nline",
        "\t",
        "'",
        '"',
        "\\",
        "*?[a]",
        "~",
        "!x",
        "#",
        "-n",
        "--",
        "%s\\0",
        "\x1b[31m",
    ],
)
def test_nothing_in_a_value_means_anything_to_a_shell(text: str) -> None:
    words = through_a_shell(command_line(DRAFT.with_value("memo", f"x{text}"), "sandbox"))
    assert words[-1] == f"memo=x{text}"


def test_no_secret_and_nothing_that_the_command_refuses_is_exported() -> None:
    names = ("session", "sign", "access_token", "refresh_token", "app_key", "method", "timestamp", "format")
    draft = RequestDraft("taobao.a.b", {name: f"value-of-{name}" for name in names})
    for export in EXPORTERS.values():
        assert "value-of" not in export(draft.with_value("tid", "1"), "prod")
