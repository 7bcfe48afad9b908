"""What reaches stdout and stderr, and which exit code stands for what."""

from __future__ import annotations

from io import BytesIO, TextIOWrapper

import pytest

from tests.cli.conftest import Terminal
from tests.workbench import NOON
from topexplorer.cli import output
from topexplorer.cli.output import Console, exit_code_of, exit_code_of_error
from topexplorer.core import errors
from topexplorer.core.call import Answer, NoAnswer, NoAnswerReason, Refusal
from topexplorer.core.language import Language, message
from topexplorer.core.plannedwrite import PlannedWrite

EVIL = "a\x1b[31mred\x9b31m\u202e\ttab"


class Streams:
    """A console on two byte buffers."""

    def __init__(self, terminal: bool = False, encoding: str = "utf-8") -> None:
        kind = Terminal if terminal else TextIOWrapper
        self.out, self.err = BytesIO(), BytesIO()
        self.console = Console(Language("en"), kind(self.out, encoding=encoding), kind(self.err, encoding=encoding))

    def read(self) -> tuple[str, str]:
        self.console.flush()
        return self.out.getvalue().decode(), self.err.getvalue().decode()


@pytest.mark.parametrize("terminal", [True, False])
def test_text_never_carries_what_a_terminal_would_act_on(terminal: bool) -> None:
    streams = Streams(terminal)
    streams.console.lines([EVIL])
    streams.console.tell([EVIL])
    for text in streams.read():
        assert text == "a␛[31mred<009B>31m<202E>\ttab\n"


def test_a_document_keeps_its_bytes_in_a_pipe_and_is_made_safe_on_a_terminal() -> None:
    document = EVIL.encode()
    piped, drawn = Streams(), Streams(terminal=True)
    for streams in (piped, drawn):
        streams.console.document(document)
    assert piped.read()[0] == EVIL + "\n"
    assert "\x1b" not in drawn.read()[0]


def test_raw_bytes_go_into_a_pipe_as_they_are_without_a_line_end() -> None:
    streams = Streams()
    streams.console.raw(b"\xff\x00{}")
    streams.console.flush()
    assert streams.out.getvalue() == b"\xff\x00{}"


def test_what_an_encoding_cannot_say_becomes_a_question_mark() -> None:
    streams = Streams(encoding="ascii")
    streams.console.lines(["订单 tid"])
    streams.console.error(message("output.nothing"))
    assert streams.read()[0] == "?? tid\n"


def test_an_error_is_one_line_of_what_and_what_to_do() -> None:
    streams = Streams()
    streams.console.error(message("cli.usage.twice", name="tid"), message("cli.usage.pair"))
    assert streams.read() == (
        "",
        "error: tid stands twice; give it once, lists with commas · "
        'write name=value, with quotes around blanks: name="two words"\n',
    )


def test_the_same_warning_is_said_once() -> None:
    streams = Streams()
    warning = message("cli.call.problem", where="tid", what=message("check.missing", name="tid"))
    streams.console.warn(warning, warning)
    assert streams.read()[1] == "warning: tid: tid is required\n"


def test_narration_is_for_a_terminal_and_details_for_everybody_who_is_not_in_a_hurry() -> None:
    streams = Streams()
    streams.console.narrate(["narration"])
    streams.console.detail(["detail"])
    streams.console.quiet = True
    streams.console.detail(["more"])
    assert streams.read()[1] == "detail\n"
    drawn = Streams(terminal=True)
    drawn.console.narrate(["narration"])
    assert drawn.read()[1] == "narration\n"


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.UsageError(message("x")), 2),
        (errors.UnknownApi(message("x")), 2),
        (errors.InvalidDraft(message("x")), 2),
        (errors.UnknownEnvironment(message("x")), 2),
        (errors.UnknownProfile(message("x")), 2),
        (errors.UnsafeGateway(message("x")), 3),
        (errors.Forbidden(message("x")), 3),
        (errors.NeedsConfirmation(message("x"), PlannedWrite("prod", "", "", "", (), (), NOON)), 3),
        (errors.QuotaExceeded(message("x"), 1.0), 4),
        (errors.MissingKeys(message("x")), 5),
        (errors.ConfigError(message("x")), 8),
        (errors.StorageError(message("x")), 8),
    ],
)
def test_every_error_of_ours_has_its_exit_code(error: errors.TopExplorerError, code: int) -> None:
    assert exit_code_of_error(error) == code


@pytest.mark.parametrize(
    ("refusal", "code"),
    [
        (Refusal(7, ""), 4),
        (Refusal(11, ""), 3),
        (Refusal(12, ""), 3),
        (Refusal(13, ""), 3),
        (Refusal(42, ""), 3),
        (Refusal(53, ""), 3),
        (Refusal(26, ""), 5),
        (Refusal(27, ""), 5),
        (Refusal(28, ""), 5),
        (Refusal(29, ""), 5),
        (Refusal(44, ""), 5),
        (Refusal(10, ""), 6),
        (Refusal(15, "", "isp.remote-service-timeout"), 6),
        (Refusal(15, "", "isv.trade-not-exist"), 7),
        (Refusal(25, ""), 7),
        (Refusal(41, ""), 7),
        (Refusal(99999, ""), 7),
    ],
)
def test_a_refusal_ends_with_the_code_of_its_class(refusal: Refusal, code: int) -> None:
    assert exit_code_of(refusal) == code


@pytest.mark.parametrize("reason", ["timeout", "connect", "tls", "unreadable", "too_large", "redirect", "http"])
def test_no_usable_answer_is_the_platform_s_fault(reason: NoAnswerReason) -> None:
    assert exit_code_of(NoAnswer(reason)) == output.PLATFORM
    assert exit_code_of(NoAnswer("interrupted")) == output.INTERRUPTED
    assert exit_code_of(Answer(b"{}", "json", None, None)) == output.OK
