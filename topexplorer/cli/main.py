"""The `topexplorer` command: reads the command line, picks the language, runs one verb or opens the explorer.

Promises its caller an exit code of `output.EXIT_CODES` and one sentence for whatever went wrong, never a traceback.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import NoReturn, TextIO

from topexplorer import __version__
from topexplorer.assemble import Workbench, assemble
from topexplorer.cli import output
from topexplorer.cli.arguments import HELP, PROGRAM, Arguments, definitions, one_of, split, value_of, values_of
from topexplorer.cli.output import Console
from topexplorer.cli.prompts import Prompts
from topexplorer.cli.verbs import VERBS, find, named
from topexplorer.core.errors import TopExplorerError, UsageError
from topexplorer.core.language import Language, Message, message
from topexplorer.core.specfiles import BrokenSpec
from topexplorer.core.typedwords import said_back
from topexplorer.engine.hardening import harden
from topexplorer.engine.settings import storage_error, typed_path

RARELY = 100_000
"""New objects between two looks for garbage."""
LANGUAGE_WORDS = ("zh", "en", "zh_CN", "zh-CN", "en_US", "en-US")


def run() -> NoReturn:
    """The console entry point."""
    # Next to nothing that a short run makes is garbage. Looking for it, above all once more at the very end, took a
    # fifth of the time of a whole call.
    gc.set_threshold(RARELY)
    harden()
    code = main(sys.argv[1:])
    gc.freeze()
    sys.exit(code)


def main(
    argv: Sequence[str],
    *,
    bench: Workbench | None = None,
    stdout: TextIO | None = None,
    stderr: TextIO | None = None,
) -> int:
    """Does what the words say and gives the exit code. `bench` and the streams are seams for tests."""
    words = list(argv)
    try:
        bench = bench or assemble(specs=[typed_path(folder) for folder in values_of("--specs", words)])
    except TopExplorerError as error:
        return _unassembled(error, words, stdout, stderr)
    except OSError as error:
        return _unassembled(storage_error(error, Path(error.filename or os.curdir)), words, stdout, stderr)
    say = Language(value_of("--lang", words) or bench.preferences.language or _system_language(bench.environ))
    console = Console(say, stdout or _stream(sys.stdout), stderr or _stream(sys.stderr), bench.known)
    try:
        code = _guarded(bench, console, words)
        console.flush()
    except output.OutputFailed:
        return output.STORAGE
    return code


def _unassembled(error: TopExplorerError, words: list[str], stdout: TextIO | None, stderr: TextIO | None) -> int:
    """Says why there is nothing to work with: a folder that is named and cannot be."""
    say = Language(value_of("--lang", words) or _system_language(os.environ))
    try:
        return Console(say, stdout or _stream(sys.stdout), stderr or _stream(sys.stderr)).report(error)
    except output.OutputFailed:
        return output.STORAGE


def _guarded(bench: Workbench, console: Console, words: list[str]) -> int:
    said = None
    try:
        code = _dispatch(bench, console, words)
    except TopExplorerError as error:
        said, code = error.message, console.report(error)
    except BrokenSpec as error:
        problem = error.problems[0]
        console.error(message("cli.output.spec_problem", file=problem.file, where=problem.where, reason=problem.reason))
        code = output.STORAGE
    except KeyboardInterrupt:
        console.error(message("cli.output.interrupted"))
        return output.INTERRUPTED
    except output.OutputFailed:
        raise
    except Exception as error:
        code = _unexpected(bench, console, error)
    console.warn(*(problem for problem in _problems(bench) if problem != said))
    return code


def _problems(bench: Workbench) -> tuple[Message, ...]:
    """What went wrong beside the verb's own work. Asks only parts that were used: asking would build the others."""
    ledger = bench.engine.ledger.problems if "engine" in vars(bench) else ()
    if "history" not in vars(bench):
        return (*bench.problems, *ledger)
    bench.history.wait()
    return (*bench.problems, *ledger, *bench.history.problems)


def _unexpected(bench: Workbench, console: Console, error: Exception) -> int:
    """One line, or with TOPEXPLORER_DEBUG the places in the code; never values, which may hold secrets."""
    console.error(message("cli.output.unexpected", kind=type(error).__name__), message("cli.output.unexpected.hint"))
    if bench.environ.get("TOPEXPLORER_DEBUG"):
        import traceback

        console.tell(line.rstrip() for line in traceback.format_tb(error.__traceback__))
    return output.UNEXPECTED


def _dispatch(bench: Workbench, console: Console, words: list[str]) -> int:
    before, rest = split(words)
    name, after = named(rest)
    if name is None:
        return _without_verb(bench, console, before, rest)
    arguments = Arguments(name, console.say)
    verb = find(name)
    verb.declare(arguments)
    _declare_everywhere(arguments)
    if any(word in HELP for word in words):
        console.lines(arguments.help(console.say(f"cli.verb.{name}"), console.width))
        return output.OK
    options = arguments.parse([*before, *after])
    bench.chosen = options.env or bench.chosen
    options.prompts = Prompts(console, options.passphrase_stdin)
    bench.ask_passphrase = bench.ask_passphrase or options.prompts.passphrase
    console.quiet = options.quiet
    console.narrates = options.verbose or (console.narrates and not options.quiet)
    return verb.run(bench, console, options)


def _without_verb(bench: Workbench, console: Console, before: list[str], rest: list[str]) -> int:
    """Help, version, or the explorer. Raises UsageError for a word that is no verb."""
    wants_help = any(word in HELP for word in (*before, *rest))
    if rest and not (wants_help and _members(rest[0])):
        # A word behind an option that nobody knows is the option's, whatever the option was to be.
        _explorer_options(console).parse([word for word in before if word not in (*HELP, "--version")])
        raise _unknown_verb(rest)
    if "--version" in before:
        console.lines([f"{PROGRAM} {__version__}"])
    elif wants_help:
        console.lines(_family_help(console, rest[0]) if rest else _main_help(console))
    else:
        return _explore(bench, console, before)
    return output.OK


def _declare_everywhere(arguments: Arguments) -> None:
    arguments.option("--env", "NAME", "cli.help.env", everywhere=True)
    arguments.option("--lang", "zh|en", "cli.help.lang", everywhere=True, type=one_of("--lang", LANGUAGE_WORDS))
    arguments.option("--specs", "DIR", "cli.help.specs", everywhere=True, action="append", default=[])
    arguments.switch("--passphrase-stdin", key="cli.help.passphrase_stdin", everywhere=True)
    arguments.switch("-q", "--quiet", key="cli.help.quiet", everywhere=True)
    arguments.switch("-v", "--verbose", key="cli.help.verbose", everywhere=True)
    arguments.switch("--no-color", key="cli.help.no_color", everywhere=True)
    arguments.explain(HELP, "cli.help.help")


def _declare_exploring(arguments: Arguments) -> None:
    arguments.option("--theme", "NAME", "cli.help.theme")
    arguments.switch("--demo", key="redact.help.demo")


def _explorer_options(console: Console) -> Arguments:
    arguments = Arguments("", console.say)
    _declare_everywhere(arguments)
    _declare_exploring(arguments)
    return arguments


def _explore(bench: Workbench, console: Console, words: list[str]) -> int:
    """Opens the explorer; without a terminal, help on stderr and the exit code for usage."""
    options = _explorer_options(console).parse(words)
    if not (console.is_terminal and sys.stdin.isatty()):
        console.tell(_main_help(console))
        console.error(message("cli.usage.no_terminal"))
        return output.USAGE
    bench.chosen = options.env
    if options.env:
        bench.environments.get_or_raise(options.env)
    if options.no_color:
        os.environ["NO_COLOR"] = "1"  # Textual looks there, and only when it is imported
    if not bench.environ.get("TOPEXPLORER_DEBUG"):
        # Textual would write every event to a file or to a developer's console, keys that are typed included.
        for name in ("TEXTUAL", "TEXTUAL_LOG"):
            os.environ.pop(name, None)
    from topexplorer.tui.app import open_tui

    return open_tui(bench, console.say, options.theme, demo=options.demo)


def _main_help(console: Console) -> list[str]:
    """Usage, verbs, options, exit codes."""
    say = console.say
    arguments = Arguments("", say)
    arguments.mention(say("cli.help.verb_word"))
    _declare_exploring(arguments)
    arguments.explain(("--version",), "cli.help.version")
    _declare_everywhere(arguments)
    codes = definitions([(str(code), say(f"cli.exit.{code}")) for code in output.EXIT_CODES], console.width)
    after = [*_verb_lines(console, VERBS), "", say("cli.help.exit_codes"), *codes, "", say("cli.help.more")]
    return arguments.help(say("cli.help.about"), console.width, after)


def _family_help(console: Console, family: str) -> list[str]:
    """The verbs that begin with `family`, such as `env`."""
    arguments = Arguments(family, console.say)
    arguments.mention(console.say("cli.help.verb_word"))
    _declare_everywhere(arguments)
    after = [*_verb_lines(console, _members(family)), "", console.say("cli.help.more")]
    return arguments.help(console.say(f"cli.family.{family}"), console.width, after)


def _verb_lines(console: Console, names: Iterable[str]) -> list[str]:
    rows = [(name, console.say(f"cli.verb.{name}")) for name in names]
    return ["", console.say("cli.help.verbs"), *definitions(rows, console.width)]


def _members(family: str) -> list[str]:
    """The verbs of two words that begin with `family`."""
    return [name for name in VERBS if name.startswith(f"{family} ")]


def _unknown_verb(words: list[str]) -> UsageError:
    if members := _members(words[0]):
        known = tuple(name.split()[1] for name in members)
        return UsageError(message("cli.usage.needs_verb", family=words[0], known=known))
    from difflib import get_close_matches

    hint = message("cli.usage.see_help", command=PROGRAM)
    if near := get_close_matches(words[0], {name.split()[0] for name in VERBS}, 1):
        return UsageError(message("cli.usage.unknown_verb_near", word=said_back(words[0]), near=near[0]), hint)
    return UsageError(message("cli.usage.unknown_verb", word=said_back(words[0])), hint)


def _system_language(environ: Mapping[str, str]) -> str:
    """The language of the locale, by the order that POSIX gives its variables."""
    return next((environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if environ.get(name)), "en")


def _stream(stream: TextIO | None) -> TextIO:
    """The stream, or nowhere when it was closed before we started."""
    return stream if stream is not None else open(os.devnull, "w", encoding="utf-8")
