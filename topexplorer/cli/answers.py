"""An exchange as text: the answer on stdout, why it failed and what it cost on stderr."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from topexplorer.assemble import Workbench
from topexplorer.cli.output import Console
from topexplorer.core import views
from topexplorer.core.call import Answer, Exchange, NoAnswer, Refusal, RequestDraft
from topexplorer.core.diagnosis import Diagnosis, Surroundings
from topexplorer.core.fixes import Fix
from topexplorer.core.language import Language
from topexplorer.core.spec import ErrorTable, Field
from topexplorer.core.text import clean_line, fit, size_text
from topexplorer.engine.engine import Engine

NO_ERRORS = ErrorTable(codes=(), families=())
VALUE_CELLS = 60
"""The most cells of a value in the tree; the whole value stands in the text view."""


def narrate_call(console: Console, engine: Engine, method: str) -> None:
    """Where the call goes, before it goes."""
    environment = engine.environment
    kind = console.say(f"cli.env.kind.{environment.kind}")
    console.narrate([f"{kind} · {environment.name} · {environment.gateway} · {method}"])


def narrate_end(bench: Workbench, console: Console, engine: Engine, exchange: Exchange) -> None:
    """Status, time, size, request_id, and the quota that the call drew on."""
    if not console.narrates:
        return
    console.narrate([status_line(exchange, len(exchange.body))])
    from topexplorer.cli.meters import meter_words

    quota = meter_words(engine.meters(exchange.draft.api), console.say)
    console.narrate([console.say("cli.quota.line", meters=" · ".join(quota))])


def status_line(exchange: Exchange, size: int) -> str:
    """Status, time, size of the answer and request_id."""
    outcome = exchange.outcome
    request_id = outcome.request_id if isinstance(outcome, Answer | Refusal) else None
    parts = [
        f"HTTP {exchange.status}" if exchange.status is not None else "",
        f"{exchange.seconds * 1000:.0f} ms",
        size_text(size),
        f"request_id {request_id}" if request_id else "",
    ]
    return " · ".join(filter(None, parts))


def show_exchange(bench: Workbench, console: Console, exchange: Exchange, name: str) -> None:
    """The chosen view on stdout, and for a failure the diagnosis on stderr unless it is the view itself.

    What is no answer of the platform's is data only when the raw bytes were asked for.
    """
    errors = NO_ERRORS if exchange.ok else bench.catalog.errors
    method = exchange.draft.api
    around = Surroundings() if exchange.ok else _around(bench, method)
    reading = views.Reading(bench.catalog.spec(method), errors, around)
    if exchange.ok and name == "why":
        return
    if name in ("raw", "headers", "why") or not isinstance(exchange.outcome, NoAnswer):
        view = views.render(name, exchange, reading)
        if view.problem:
            console.warn(view.problem)
        _show(console, view, bench.engine, exchange.draft)
    if not exchange.ok and name != "why":
        found = views.render("why", exchange, reading).content
        if isinstance(found, Diagnosis):
            console.error(found.title, found.cause)
            console.detail(card_lines(found, console.say, bench.engine, exchange.draft))
        if isinstance(exchange.outcome, NoAnswer) and exchange.body and name != "raw":
            console.detail([console.say("cli.call.see_raw", size=size_text(len(exchange.body)))])


def _around(bench: Workbench, method: str) -> Surroundings:
    from topexplorer.engine.around import surroundings

    return surroundings(bench.engine, method)


def _show(console: Console, view: views.ResponseView, engine: Engine, draft: RequestDraft) -> None:
    content = view.content
    if isinstance(content, views.Lines):
        if view.name == "raw":
            console.raw(content.text)
        else:
            console.document(content.text)
    elif isinstance(content, views.Tree):
        console.lines(tree_lines(content, console.say))
    elif isinstance(content, views.Pairs):
        console.lines(_columns(content.rows))
    else:
        console.lines([console.say.render(content.title), console.say.render(content.cause)])
        console.lines(card_lines(content, console.say, engine, draft))


def card_lines(
    diagnosis: Diagnosis, say: Language, engine: Engine | None = None, draft: RequestDraft | None = None
) -> list[str]:
    """What to do, what was sent and the evidence, below the title and the cause.

    With the engine and the draft that was refused, each fix comes with the command that carries it out.
    """
    rows = [(say("cli.why.cure"), say.render(diagnosis.cure))]
    for fix in diagnosis.fixes:
        rows.append((say("cli.why.fix"), " ".join(filter(None, (say.render(fix.text), fix.link)))))
        if engine and draft and (command := _command(fix, engine, draft)):
            rows.append(("", f"$ {command}"))
    rows += [(say("doctor.why.proof"), say.render(proof)) for proof in diagnosis.proofs]
    rows += [(say("doctor.why.note"), say.render(note)) for note in diagnosis.notes]
    rows += diagnosis.evidence
    return _columns(rows, "  ")


def _command(fix: Fix, engine: Engine, draft: RequestDraft) -> str:
    from topexplorer.cli.proposals import command_for

    return command_for(fix, engine, draft)


def tree_lines(tree: views.Tree, say: Language) -> list[str]:
    """The document key by key, indented, with the meaning of each key."""
    return _columns(_branches(tree.payload, tree.fields, 0, say))


def _columns(rows: Iterable[Sequence[str]], indent: str = "") -> list[str]:
    # The plain text of an answer, which is what a script reads, needs no columns.
    from topexplorer.cli.layout import columns

    return columns(rows, indent)


def _branches(value: Any, fields: tuple[Field, ...], depth: int, say: Language) -> Iterator[tuple[str, str, str]]:
    indent = "  " * depth
    if isinstance(value, list):
        for place, entry in enumerate(value):
            yield f"{indent}[{place}]", _leaf(entry), ""
            yield from _branches(entry, fields, depth + 1, say)
    elif isinstance(value, dict):
        known = {field.name: field for field in fields}
        for key, entry in value.items():
            field = known.get(key)
            yield f"{indent}{clean_line(key)}", _leaf(entry), say.words(field.title) if field else ""
            # A list stands under the name of its type (`orders: {order: […]}`): that key has no field of its own.
            inner = field.children if field else fields if isinstance(entry, list) else ()
            yield from _branches(entry, inner, depth + 1, say)


def _leaf(value: Any) -> str:
    if isinstance(value, dict | list):
        return ""
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return fit(clean_line(str(value)), VALUE_CELLS).rstrip()
