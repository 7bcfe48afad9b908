"""What a command takes: declared once, read by argparse, shown as help in the person's language.

argparse only reads. Help is laid out here, because argparse counts characters and not terminal cells, and its errors
become one sentence with what to do.
"""

from __future__ import annotations

import re
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NoReturn

from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.typedwords import is_name, names_secret, said_back

PROGRAM = "topexplorer"
GLOBAL_VALUES = ("--lang", "--env", "--specs", "--theme")
"""Options that take a value and may stand before the verb."""
HELP = ("-h", "--help")
PAIRS = ("pairs", "settings")
"""Words that are `name=value`."""
_SENTENCES = (
    (r"the following arguments are required: (?P<names>.+)", "cli.usage.required"),
    (r"argument (?P<names>[^:]+): expected .*argument.*", "cli.usage.no_value"),
    (r"argument (?P<names>[^:]+): ignored explicit argument .+", "cli.usage.extra_value"),
)
"""What argparse says of names that were declared, and the message that says it in the person's language. Nothing else
that it says is repeated: what was typed may be in it."""


class _Parser(ArgumentParser):
    """argparse that raises UsageError and never exits."""

    instead: Message | None = None
    """What is said of any mistake, where what was typed must not be repeated."""
    takes_pairs = False
    """Whether some of its words are `name=value`, which other programs take as options."""

    def error(self, text: str) -> NoReturn:
        see_help = message("cli.usage.see_help", command=self.prog)
        for pattern, key in _SENTENCES:
            if found := re.fullmatch(pattern, text, re.DOTALL):
                raise UsageError(message(key, **found.groupdict()), see_help)
        if self.instead is not None:
            raise UsageError(self.instead)
        raise UsageError(message("cli.usage.other"), see_help)

    def refuse(self, strays: Sequence[str], words: Sequence[str]) -> NoReturn:
        """Raises UsageError for what is not understood among `words`: options by their names, other words only where
        no option stands that one of them may be the value of."""
        if self.instead is not None:
            raise UsageError(self.instead)
        flags = [word for word in strays if word.startswith("-")]
        names = list(dict.fromkeys(name for word in flags or strays if (name := _name_of(word))))
        if not names:
            see_help = message("cli.usage.see_help", command=self.prog)
            raise UsageError(message("cli.usage.stray", n=len(flags or strays)), see_help)
        raise UsageError(message("cli.usage.unrecognized", names=tuple(names)), self._advice(names, words))

    def _advice(self, names: Sequence[str], words: Sequence[str]) -> Message:
        options = [name[2:].replace("-", "_") for name in names if name.startswith("--")]
        if any(map(names_secret, options)):
            return message("cli.usage.as_secret")
        if "proxy" in options and any("@" in word for word in words):
            return message("cli.usage.as_variable")
        if options and self.takes_pairs:
            pairs = " ".join(f"{option}=…" for option in options)
            return message("cli.usage.as_pairs", pairs=pairs, command=self.prog)
        return message("cli.usage.see_help", command=self.prog)


def _name_of(word: str) -> str:
    """What of a word that is not understood is repeated: `--name` of `--name=value`, a word that looks like a name."""
    if word.startswith("--"):
        name = word[2:].partition("=")[0]
        return f"--{name}" if is_name(name) else ""
    if word.startswith("-"):
        return word if re.fullmatch("-[A-Za-z]", word) else ""
    return word if is_name(word) else ""


class Arguments:
    """The arguments of one command, each with the message that explains it."""

    def __init__(self, command: str, say: Language) -> None:
        self.command = f"{PROGRAM} {command}".strip()
        self.say = say
        self._parser = _Parser(prog=self.command, add_help=False, allow_abbrev=False)
        self._words: list[str] = []
        self._positionals: list[tuple[str, str]] = []
        self._options: list[tuple[str, str]] = []
        self._globals: list[tuple[str, str]] = []

    def positional(self, name: str, key: str, **settings: Any) -> None:
        """A word of the command. `key` is the message that explains it."""
        self._parser.add_argument(name, metavar=name.upper(), **settings)
        self._parser.takes_pairs |= name in PAIRS
        many = {"*": "[{} ...]", "+": "{} [...]", "?": "[{}]"}
        self._words.append(many.get(settings.get("nargs", ""), "{}").format(name.upper()))
        self._positionals.append((name.upper(), self.say(key)))

    def switch(self, *flags: str, key: str, everywhere: bool = False) -> None:
        """An option without a value."""
        self._parser.add_argument(*flags, action="store_true")
        self._place(everywhere).append((", ".join(flags), self.say(key)))

    def option(
        self, flag: str, value: str, key: str, *, short: str = "", everywhere: bool = False, **settings: Any
    ) -> None:
        """An option with a value, called `value` in the help. `short` is another way to write the flag."""
        flags = [short, flag] if short else [flag]
        self._parser.add_argument(*flags, metavar=value, **settings)
        self._place(everywhere).append((f"{', '.join(flags)} {value}", self.say(key)))

    def keep_quiet(self, sentence: Message) -> None:
        """Any mistake gets this one sentence: what was typed may be a secret and is not repeated."""
        self._parser.instead = sentence

    def explain(self, flags: Sequence[str], key: str) -> None:
        """A line in the help for options that are read before argparse."""
        self._globals.append((", ".join(flags), self.say(key)))

    def mention(self, word: str) -> None:
        """A word in the usage line for what is read before argparse."""
        self._words.append(word)

    def parse(self, words: Sequence[str]) -> Namespace:
        """Options and words in any order. Raises UsageError."""
        options, strays = self._parser.parse_known_intermixed_args(list(words))
        if strays:
            self._parser.refuse(strays, words)
        return options

    def help(self, summary: str, width: int, after: Iterable[str] = ()) -> list[str]:
        """The help page: usage, summary, arguments, options, and what stands `after`."""
        from topexplorer.cli.layout import wrapped

        words = [self.command, *self._words, self.say("cli.help.options_word")]
        lines = wrapped(self.say("cli.help.usage") + " ".join(words), width, 4)
        lines += ["", *wrapped(summary, width)]
        for key, rows in (
            ("cli.help.arguments", self._positionals),
            ("cli.help.options", self._options),
            ("cli.help.everywhere", self._globals),
        ):
            if rows:
                lines += ["", self.say(key), *definitions(rows, width)]
        return [*lines, *after]

    def _place(self, everywhere: bool) -> list[tuple[str, str]]:
        return self._globals if everywhere else self._options


def definitions(rows: Iterable[tuple[str, str]], width: int) -> list[str]:
    """Names with what they mean, the meanings in one column, wrapped."""
    from topexplorer.cli.layout import columns, wrapped

    rows = list(rows)
    lead = max(len(name) for name, _meaning in rows)
    lines = []
    for line in columns(rows, "  "):
        lines += wrapped(line, width, lead + 4)
    return lines


def one_of(flag: str, choices: Sequence[str]) -> Callable[[str], str]:
    """Reads an option that takes one of a few words. Raises UsageError."""

    def read(text: str) -> str:
        if text not in choices:
            raise UsageError(message("cli.usage.choice", option=flag, text=said_back(text), choices=tuple(choices)))
        return text

    return read


def split(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """The global options that stand before the verb, and the verb with all that follows."""
    place = 0
    while place < len(words) and words[place].startswith("-"):
        place += 2 if words[place] in GLOBAL_VALUES else 1
    return list(words[:place]), list(words[place:])


def value_of(option: str, words: Sequence[str]) -> str | None:
    """The first value of a global option, wherever it stands: what has to be known before anything is parsed."""
    return next(iter(values_of(option, words)), None)


def values_of(option: str, words: Sequence[str]) -> list[str]:
    """Every value of a global option."""
    found = []
    for place, word in enumerate(words):
        if word == option and place + 1 < len(words):
            found.append(words[place + 1])
        elif word.startswith(f"{option}="):
            found.append(word.removeprefix(f"{option}="))
    return found
