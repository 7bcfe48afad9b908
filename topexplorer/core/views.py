"""How an answer can be read: `VIEWS` turn an Exchange into data that a face draws or prints.

Adding a view is one class and one row. The view with the highest priority opens first; a view that fails falls back to
the raw bytes and says which one failed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Literal, Protocol

from topexplorer.core.call import Answer, Exchange
from topexplorer.core.diagnosis import Diagnosis, Surroundings, explain
from topexplorer.core.indent import indent_json, indent_xml
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.refusedcall import NOTHING_KNOWN
from topexplorer.core.spec import ApiSpec, ErrorTable, Field

Syntax = Literal["json", "xml", "text"]
LARGE_FOR_TREE = 1024 * 1024
"""Above this many bytes the text opens first: building a tree of it takes longer than drawing lines."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What a view may need beside the exchange."""

    spec: ApiSpec
    errors: ErrorTable
    around: Surroundings = NOTHING_KNOWN
    hide: Callable[[Exchange], Exchange] | None = None
    """What the exchange has to go through before anybody sees it. May take as long as the answer is large."""
    rest: Callable[[], object] = lambda: None
    """Called between two steps of what takes long, so that other threads get their turn."""


@dataclass(frozen=True, slots=True)
class Tree:
    """A decoded document and the fields that explain its keys."""

    payload: Any
    fields: tuple[Field, ...]


@dataclass(frozen=True, slots=True)
class Lines:
    """Text of any size as UTF-8 bytes; foreign, to be cleaned line by line when drawn."""

    text: bytes
    syntax: Syntax


@dataclass(frozen=True, slots=True)
class Pairs:
    """Names and values, such as headers; foreign."""

    rows: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class ResponseView:
    """What to draw. `problem` says why another view was asked for and failed."""

    name: str
    content: Tree | Lines | Pairs | Diagnosis
    problem: Message | None = None


class View(Protocol):
    """A way to read an exchange. Its title is the message `view.<name>`."""

    @property
    def name(self) -> str: ...

    def priority(self, exchange: Exchange) -> int:
        """0 when it has nothing to show; the highest opens first."""
        ...

    def render(self, exchange: Exchange, reading: Reading) -> Tree | Lines | Pairs | Diagnosis: ...


class WhyView:
    """The error card."""

    name = "why"

    def priority(self, exchange: Exchange) -> int:
        return 0 if exchange.ok else 90

    def render(self, exchange: Exchange, reading: Reading) -> Diagnosis:
        diagnosis = explain(exchange, reading.spec, reading.errors, reading.around)
        if diagnosis is None:
            raise ValueError("an answer needs no diagnosis")
        return diagnosis


class TreeView:
    """The decoded document, key by key, with the meaning of each."""

    name = "tree"

    def priority(self, exchange: Exchange) -> int:
        if not isinstance(exchange.outcome, Answer):
            return 0
        return 50 if len(exchange.body) <= LARGE_FOR_TREE else 20

    def render(self, exchange: Exchange, reading: Reading) -> Tree:
        if not isinstance(exchange.outcome, Answer):
            raise ValueError("no answer")
        return Tree(exchange.outcome.payload, reading.spec.response)


class TextView:
    """The document indented, every digit and byte as it came."""

    name = "text"

    def priority(self, exchange: Exchange) -> int:
        return 40 if exchange.body else 0

    def render(self, exchange: Exchange, reading: Reading) -> Lines:
        body = exchange.body.removeprefix(b"\xef\xbb\xbf")
        if body.lstrip()[:1] == b"<":
            return Lines(indent_xml(body), "xml")
        return Lines(indent_json(body, reading.rest), "json")


class RawView:
    """The bytes as they came."""

    name = "raw"

    def priority(self, exchange: Exchange) -> int:
        return 10

    def render(self, exchange: Exchange, reading: Reading) -> Lines:
        return Lines(exchange.body, "text")


class HeadersView:
    """The HTTP headers of the reply."""

    name = "headers"

    def priority(self, exchange: Exchange) -> int:
        return 5 if exchange.headers else 0

    def render(self, exchange: Exchange, reading: Reading) -> Pairs:
        return Pairs(exchange.headers)


_ALL: tuple[View, ...] = (WhyView(), TreeView(), TextView(), RawView(), HeadersView())
VIEWS: Mapping[str, View] = {view.name: view for view in _ALL}


def offered(exchange: Exchange) -> tuple[str, ...]:
    """The names of the views that have something to show, in tab order."""
    return tuple(name for name, view in VIEWS.items() if view.priority(exchange) > 0)


def best(exchange: Exchange) -> str:
    """The view that should open first."""
    return max(VIEWS.values(), key=lambda view: view.priority(exchange)).name


def render(name: str, exchange: Exchange, reading: Reading) -> ResponseView:
    """That view's content, or the raw one with a `problem` when it cannot be made. May take long: use a thread."""
    if reading.hide is not None:
        exchange = reading.hide(exchange)
    try:
        return ResponseView(name, VIEWS[name].render(exchange, reading))
    except Exception as error:
        problem = message("view.failed", view=message(f"view.{name}"), detail=str(error))
        return ResponseView("raw", RawView().render(exchange, reading), problem)
