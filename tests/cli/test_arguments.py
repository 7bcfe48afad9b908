"""Arguments are declared once; help and reading agree with each other."""

from __future__ import annotations

import pytest

from topexplorer.cli.arguments import Arguments, one_of, split, value_of, values_of
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language


@pytest.fixture
def arguments() -> Arguments:
    declared = Arguments("call", Language("en"))
    declared.positional("method", "cli.help.method")
    declared.positional("pairs", "cli.help.pairs", nargs="*", default=[])
    declared.option("--view", "VIEW", "cli.help.view", type=one_of("--view", ("text", "raw")), default="text")
    declared.switch("-f", "--force", key="cli.help.force")
    return declared


def test_options_stand_between_words(arguments: Arguments) -> None:
    options = arguments.parse(["--view", "raw", "m", "a=1", "-f", "b=2"])
    assert (options.method, options.pairs, options.view, options.force) == ("m", ["a=1", "b=2"], "raw", True)


def test_help_shows_whatever_can_be_read(arguments: Arguments) -> None:
    text = "\n".join(arguments.help("about", 100))
    for name in ("topexplorer call METHOD [PAIRS ...]", "--view VIEW", "-f, --force"):
        assert name in text


@pytest.mark.parametrize(
    ("words", "key"),
    [
        ([], "cli.usage.required"),
        (["m", "--nope"], "cli.usage.unrecognized"),
        (["m", "--vie", "raw"], "cli.usage.unrecognized"),
        (["m", "--view"], "cli.usage.no_value"),
        (["m", "--force=1"], "cli.usage.extra_value"),
        (["m", "--view", "pie"], "cli.usage.choice"),
    ],
)
def test_what_argparse_would_say_is_said_in_our_words(arguments: Arguments, words: list[str], key: str) -> None:
    with pytest.raises(UsageError) as caught:
        arguments.parse(words)
    assert caught.value.message.key == key


def test_an_argparse_sentence_nobody_translated_is_not_repeated(arguments: Arguments) -> None:
    with pytest.raises(UsageError) as caught:
        arguments._parser.error("something new about what was typed")
    assert Language("zh").render(caught.value.message) == "命令的写法不对"


def test_global_options_are_found_wherever_they_stand() -> None:
    words = ["--env", "dev", "--specs=a", "call", "x", "--specs", "b", "--lang"]
    assert split(words) == (words[:3], words[3:])
    assert values_of("--specs", words) == ["a", "b"]
    assert value_of("--env", words) == "dev"
    assert value_of("--lang", words) is None
