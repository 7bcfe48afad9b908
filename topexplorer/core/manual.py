"""The documentation of an API as lines of parts with a role each: drawn by the terminal app, printed by `show`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal

from topexplorer.core.call import RequestDraft
from topexplorer.core.examples import with_examples
from topexplorer.core.exporters import EXPORTERS
from topexplorer.core.language import Language
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Choice, Field, Limit, Param, Platform, Sample, walk_fields
from topexplorer.core.text import cell_width

Role = Literal["plain", "title", "muted", "name", "accent", "good", "warning", "bad", "strong"]
NAME_LIMIT = 28
SECTIONS = ("params", "answer", "errors", "example", "related")


@dataclass(frozen=True, slots=True)
class ManualLine:
    """One line. Continued lines start at `hang` cells when a face wraps it. Text is foreign."""

    parts: tuple[tuple[str, Role], ...] = ()
    hang: int = 0
    section: str = ""
    """On the first line of a section: its name out of SECTIONS."""
    target: str = ""
    """On a line that leads to another API: its method."""

    @property
    def text(self) -> str:
        return "".join(text for text, _role in self.parts)


def manual(spec: ApiSpec, platform: Platform, say: Language, behind: ApiSpec | None = None) -> Iterator[ManualLine]:
    """Title, facts, parameters, answer, errors, examples and related APIs of `spec` in one language.

    `behind` is the imported spec of the same API, if any: its samples and permission packages are shown too.
    """
    yield _line((spec.method, "title"), ("  " + say.words(spec.title), "strong"))
    yield _line(("  ·  ".join(facts(spec, platform, say)), "muted"))
    if spec.origin:
        yield _line((say("manual.imported", name=spec.origin.name), "warning"), hang=2)
    if spec.retired:
        yield _line((say("manual.retired") + " ", "bad"), (say.words(spec.retired.reason), "plain"), hang=2)
        for method in spec.retired.instead:
            yield ManualLine(((say("manual.instead") + " ", "bad"), (method, "name")), 2, target=method)
    yield _line()
    yield from _text(say.words(spec.summary), 0, "plain")
    if spec.uncertain:
        yield _line((say("manual.uncertain") + " ", "warning"), (say.words(spec.uncertain), "plain"), hang=2)
    yield from _section("params", say("manual.params", n=len(spec.params)))
    width = _name_width([param.name for param in spec.params])
    for param in sorted(spec.params, key=lambda param: not param.required):
        yield from _param(param, width, 2, say)
    if not spec.params:
        yield _line(("  " + say("manual.no_params"), "muted"))
    yield from _section("answer", say("manual.answer", n=sum(1 for _field in walk_fields(spec.response))))
    yield from _fields(spec.response, 2, say)
    yield from _errors(spec, say)
    yield from _examples(spec, (*spec.samples, *(behind.samples if behind else ())), say)
    permissions = spec.permissions or (behind.permissions if behind else ())
    if spec.related or permissions or spec.docs:
        yield from _section("related", say("manual.related"))
    for method in spec.related:
        yield ManualLine((("  " + method, "name"),), target=method)
    for name in permissions:
        yield _line(("  " + say("manual.permission") + " ", "muted"), (name, "plain"), hang=4)
    if spec.docs:
        yield _line(("  " + say("manual.docs") + " ", "muted"), (spec.docs, "muted"), hang=4)


def facts(spec: ApiSpec, platform: Platform, say: Language) -> list[str]:
    """What matters before a call: reads or writes, session, rate class with its limit."""
    rate = platform.rate_class(spec.access)
    limits = " ".join(limit_text(limit, say) for limit in rate.limits) if rate else ""
    return [
        say("manual.writes" if spec.writes else "manual.reads"),
        say(f"manual.session.{spec.session}"),
        f"{say.words(rate.title)} {limits}" if rate else spec.access,
    ]


def limit_text(limit: Limit, say: Language) -> str:
    """`200/min`, `10/s`, `5,000/day` in the user's language."""
    if limit.seconds == 0:
        return say("rate.day", calls=f"{limit.calls:,}")
    units = {1.0: "rate.second", 60.0: "rate.minute", 3600.0: "rate.hour"}
    key = units.get(float(limit.seconds), "rate.other")
    return say(key, calls=f"{limit.calls:,}", seconds=f"{limit.seconds:g}")


def constraints(param: Param, say: Language) -> str:
    """Type and limits of a parameter in one short line: `integer · 1–100 · default 40`."""
    kind = say(f"type.{param.type}")
    parts = [say("manual.list_of", type=kind) if param.many and param.type != "fields" else kind]
    if param.minimum is not None or param.maximum is not None:
        low = "" if param.minimum is None else str(param.minimum)
        high = "" if param.maximum is None else str(param.maximum)
        parts.append(f"{low}–{high}")
    if param.max_length is not None:
        parts.append(say("manual.max_length", n=param.max_length))
    if param.max_items is not None:
        parts.append(say("manual.max_items", n=param.max_items))
    if param.default is not None:
        parts.append(say("manual.default", text=param.default))
    return " · ".join(parts)


def _section(name: str, title: str) -> Iterator[ManualLine]:
    yield _line()
    yield ManualLine(((title, "title"),), section=name)


def _text(text: str, indent: int, role: Role) -> Iterator[ManualLine]:
    """A text with its own line breaks, as imported ones have them."""
    for line in text.splitlines():
        yield _line((" " * indent + line.rstrip(), role), hang=indent)


def _name_width(names: list[str]) -> int:
    return min(max((cell_width(name) for name in names), default=0), NAME_LIMIT) + 3


def _padded(name: str, width: int) -> str:
    """`name` and at least a space. A name is never cut: what it is called is what the page is for."""
    return name + " " * max(1, width - cell_width(name))


def _param(param: Param, width: int, indent: int, say: Language) -> Iterator[ManualLine]:
    mark: Role = "accent" if param.required else "muted"
    name = _padded(param.name, width - 2) + ("* " if param.required else "  ")
    hang = indent + width
    yield _line(
        (" " * indent + name, "name"),
        (say.words(param.title), "strong"),
        ("  " + constraints(param, say), mark if param.required else "muted"),
        hang=hang,
    )
    if param.summary:
        yield from _text(say.words(param.summary), hang, "plain")
    if param.example is not None:
        yield _line((" " * hang + say("manual.example", text=param.example), "muted"), hang=hang)
    yield from _choices(param.choices, hang, say)
    inner = _name_width([child.name for child in param.children])
    for child in param.children:
        yield from _param(child, inner, indent + 2, say)


def _choices(choices: tuple[Choice, ...], indent: int, say: Language) -> Iterator[ManualLine]:
    width = max((cell_width(choice.value) for choice in choices), default=0) + 2
    for choice in choices:
        title = say.words(choice.title) if choice.title else ""
        yield _line((" " * indent + _padded(choice.value, width), "name"), (title, "muted"), hang=indent + width)


def _fields(fields: tuple[Field, ...], indent: int, say: Language) -> Iterator[ManualLine]:
    width = _name_width([field.name for field in fields])
    for field in fields:
        kind = f"{field.platform_type} []" if field.many else field.platform_type
        session = "  " + say("manual.needs_session") if field.needs_session else ""
        hang = indent + width
        yield _line(
            (" " * indent + _padded(field.name, width), "name"),
            (say.words(field.title), "plain"),
            (f"  {kind}", "muted"),
            (session, "warning"),
            hang=hang,
        )
        if field.summary:
            yield from _text(say.words(field.summary), hang, "muted")
        yield from _choices(field.choices, hang, say)
        yield from _fields(field.children, indent + 2, say)


def _errors(spec: ApiSpec, say: Language) -> Iterator[ManualLine]:
    if not spec.errors:
        return
    yield from _section("errors", say("manual.errors", n=len(spec.errors)))
    for error in spec.errors:
        yield _line((f"  {error.sub_code}  ", "bad"), (say.words(error.title), "plain"), hang=4)
        if error.cure:
            yield from _text(say.words(error.cure), 4, "muted")


def _examples(spec: ApiSpec, samples: Iterable[Sample], say: Language) -> Iterator[ManualLine]:
    yield from _section("example", say("manual.examples"))
    command = EXPORTERS["command"](with_examples(RequestDraft(spec.method), spec), "sandbox")
    yield _line(("  " + command, "plain"), hang=4)
    for sample in samples:
        yield _line(("  " + sample.name, "strong"))
        yield from _text(sample.text, 4, "muted")


def _line(*parts: tuple[str, Role], hang: int = 0) -> ManualLine:
    return ManualLine(tuple(part for part in parts if part[0]), hang)
