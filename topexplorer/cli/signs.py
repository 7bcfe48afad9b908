"""`sign`: how a sign comes about, or with `--check` what is wrong with one that another program made. Sends nothing.

Signs of calls, with JSON and XML bodies and in batches, of callbacks that the platform sends, of TMC connections.
"""

from __future__ import annotations

import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.arguments import Arguments, one_of
from topexplorer.cli.drafts import STDIN, declare_draft, draft_from, engine_for, known_method, unlisted
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Language, message
from topexplorer.engine.engine import Engine
from topexplorer.engine.madeup import keys_are_made_up

if TYPE_CHECKING:
    from topexplorer.core.signlab.pasted import Pasted
    from topexplorer.core.signlab.solve import Verdict

LANGUAGES = ("python", "php", "java", "javascript", "shell", "csharp")


def declare_sign(arguments: Arguments) -> None:
    arguments.positional("method", "signlab.help.method", nargs="?")
    declare_draft(arguments)
    arguments.option("--body", "TEXT|-|FILE", "lab.help.body")
    arguments.switch("--batch", key="lab.help.batch")
    arguments.option("--callback", "TEXT|-|FILE", "lab.help.callback")
    arguments.option("--tmc", "GROUP", "lab.help.tmc")
    arguments.option("--check", "TEXT|-|FILE", "signlab.help.check")
    arguments.switch("--secret-stdin", key="signlab.help.secret_stdin")
    arguments.option("--fix-in", "LANGUAGE", "signlab.help.fix_in", type=one_of("--fix-in", LANGUAGES))
    arguments.switch("--json", key="signlab.help.json")


def sign(bench: Workbench, console: Console, options: Namespace) -> int:
    """Shows how the sign of a request comes about, or checks a pasted one."""
    if options.check is not None:
        return check(bench, console, options)
    if options.fix_in:
        raise UsageError(message("lab.usage.needs_check"))
    if (options.body, options.callback) == (STDIN, STDIN) or (options.secret_stdin and STDIN in _texts(options)):
        raise UsageError(message("signlab.usage.one_stdin"), message("signlab.usage.secret_elsewhere"))
    engine = engine_for(bench, options.env)
    if options.callback is None and options.tmc is None:
        return _forward(bench, console, engine, options)
    from topexplorer.cli.signsteps import show_callback, show_tmc

    secret, app_key, _session = _keys(bench, engine, options.secret_stdin)
    reveal = _made_up(engine, options)
    if options.tmc is not None:
        app_key = app_key or bench.vault.status(engine.environment).app_key or ""
        return show_tmc(console, secret, engine, app_key, options, reveal)
    body = _text(options.body) if options.body else ""
    return show_callback(console, secret, _text(options.callback), body, options, reveal)


def _forward(bench: Workbench, console: Console, engine: Engine, options: Namespace) -> int:
    """The steps of a call. Raises UsageError without a METHOD, unless it is a batch, whose parts name theirs."""
    if options.secret_stdin:
        raise UsageError(message("lab.usage.secret_stdin"))
    if options.method is None and not options.batch:
        raise UsageError(message("cli.usage.required", names="METHOD"), message("signlab.usage.or_check"))
    if options.batch and not options.body:
        raise UsageError(message("cli.usage.required", names="--body"), message("lab.help.body"))
    from topexplorer.cli.signsteps import show_call

    draft = _draft(bench, console, options) if options.method else draft_from(bench, options, RequestDraft(""))
    for problem in engine.check(draft) if options.method else ():
        console.warn(message("cli.call.problem", where=problem.where, what=problem.what))
    return show_call(console, engine, draft, options, _text(options.body) if options.body else "")


def _texts(options: Namespace) -> tuple[str | None, ...]:
    return options.body, options.callback


def _draft(bench: Workbench, console: Console, options: Namespace) -> RequestDraft:
    method = known_method(bench.catalog, options.method)
    if method not in bench.catalog:
        console.warn(unlisted(bench.catalog, method))
    return draft_from(bench, options, RequestDraft(method))


def check(bench: Workbench, console: Console, options: Namespace) -> int:
    """Names the mistake behind a pasted sign. The exit code is that of a refused call unless the sign is right."""
    from topexplorer.core.signlab.reading import read
    from topexplorer.core.signlab.solve import solve

    if options.check == STDIN and options.secret_stdin:
        raise UsageError(message("signlab.usage.one_stdin"), message("signlab.usage.secret_elsewhere"))
    pasted = read(_text(options.check))
    engine = engine_for(bench, options.env)
    known: tuple[tuple[str, str], ...] = ()
    if options.method:
        known = _drafted(engine, _draft(bench, console, options))
        if not pasted.params:
            pasted = pasted.with_params(known)
    secret, app_key, session = _keys(bench, engine, options.secret_stdin)
    verdict = solve(
        pasted,
        secret,
        known=(*known, *((("session", session.reveal()),) if session else ())),
        app_key=app_key,
        now=engine.clock(),
        language=options.fix_in,
    )
    if options.json:
        console.json(_data(pasted, verdict, console.say))
    else:
        console.lines(_lines(pasted, verdict, console.say, may_show=_made_up(engine, options)))
    console.warn(*verdict.cautions)
    if verdict.kind == "unreadable":
        return output.USAGE
    return output.OK if verdict.kind == "correct" else output.REFUSED


def _drafted(engine: Engine, draft: RequestDraft) -> tuple[tuple[str, str], ...]:
    """The parameters of the draft as this environment would sign them. Raises MissingKeys."""
    return engine.parameters(draft)


def _keys(bench: Workbench, engine: Engine, from_stdin: bool) -> tuple[Secret, str, Secret | None]:
    """Secret, app key and session: the environment's, or only a secret from stdin. Raises MissingKeys."""
    if not from_stdin:
        keys = bench.vault.credentials(engine.environment)
        return keys.app_secret, keys.app_key, keys.session
    if sys.stdin.isatty():
        from getpass import getpass

        return Secret(getpass("app secret: ")), "", None
    given = sys.stdin.buffer.read(10_000).decode("utf-8-sig", "replace")
    return Secret(given.removesuffix("\n").removesuffix("\r")), "", None


def _made_up(engine: Engine, options: Namespace) -> bool:
    """Whether everybody may know the keys: the embedded sandbox's are made up, one from stdin may be real."""
    return keys_are_made_up(engine) and not options.secret_stdin


def _text(given: str) -> str:
    """The text to check: from stdin, from a file of that name, or the word itself. Raises UsageError."""
    from topexplorer.core.signlab.pasted import LONGEST

    if given == STDIN:
        return sys.stdin.buffer.read(4 * LONGEST + 1).decode("utf-8-sig", "replace")
    try:
        path = Path(given).expanduser()
        if not path.is_file():
            return given
        with path.open("rb") as file:
            return file.read(4 * LONGEST + 1).decode("utf-8-sig", "replace")
    except (OSError, ValueError, RuntimeError):
        return given


def _lines(pasted: Pasted, verdict: Verdict, say: Language, may_show: bool) -> Iterator[str]:
    from topexplorer.core.signlab.telling import told

    for look, text in told(pasted, verdict, say, reveal=may_show):
        yield f"  {text}" if look in ("text", "fix") else text


def _data(pasted: Pasted, verdict: Verdict, say: Language) -> dict[str, object]:
    evidence = verdict.evidence
    return {
        "kind": verdict.kind,
        "sentence": say.render(verdict.sentence),
        "mistakes": [
            {"mistake": row.mistake, "about": row.target, "sentence": say.render(row.what)} for row in verdict.findings
        ],
        "also": [{"mistake": row.mistake, "about": row.target} for row in verdict.also],
        "read_as": pasted.form,
        "parameters": [name for name, _value in pasted.params],
        "hashed": evidence.hashed if evidence else None,
        "right": evidence.right if evidence else None,
        "fixes": [{"language": fix.language, "line": fix.line} for fix in verdict.fixes],
        "cautions": [say.render(caution) for caution in verdict.cautions],
    }


VERBS = {"sign": Verb(declare_sign, sign)}
