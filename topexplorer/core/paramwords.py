"""What a form says about a parameter: its limits, what a typed text stands for, and its help.

Everything returned is cleaned and safe to draw without markup.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from topexplorer.core.call import decode_json
from topexplorer.core.fieldchoice import FieldChoice, parts_of
from topexplorer.core.language import Language
from topexplorer.core.manual import constraints
from topexplorer.core.spec import Field, Param
from topexplorer.core.text import clean, clean_line
from topexplorer.core.values import BadValue, wire

DOT = " · "


def placeholder(say: Language, param: Param) -> str:
    """What an empty field shows: what the platform assumes, else an example, else what it takes when not any text."""
    if param.default is not None:
        return clean_line(say("manual.default", text=param.default))
    if param.example:
        return clean_line(say("manual.example", text=param.example))
    takes = hint(say, param, "")
    return "" if takes == say("type.string") else takes


def hint(say: Language, param: Param, text: str) -> str:
    """Type and limits in one line; the default too once the field no longer shows it itself."""
    limits = constraints(param if text else replace(param, default=None), say)
    return clean_line(limits + (DOT + say("form.one_of", n=len(param.choices)) if param.choices else ""))


def meaning(say: Language, param: Param, text: str, now: datetime, fields: Sequence[tuple[str, Field]] = ()) -> str:
    """What the typed text stands for when that is not plain from it: the moment in GMT+8, a count, a choice's title."""
    if not text.strip():
        return ""
    if param.type in ("object", "json"):
        return _document(say, text)
    if param.type == "fields":
        count = FieldChoice.of(fields, text).count
        return say("form.chosen", count=count, total=len(fields)) if fields else ""
    if param.many:
        count = len(parts_of(text))
        if param.max_items is not None:
            return say("form.count_of", count=count, limit=param.max_items)
        return say("form.entries", n=count)
    title = next((choice.title for choice in param.choices if choice.value == text), None)
    if title:
        return f"= {clean_line(say.words(title))}"
    try:
        sent = wire(param, text, now)
    except BadValue:
        return ""
    if param.type == "datetime":
        return f"= {sent} GMT+8"
    return f"= {clean_line(sent)}" if sent != text else ""


def _document(say: Language, text: str) -> str:
    try:
        document = decode_json(text)
    except (ValueError, RecursionError):
        return ""
    if isinstance(document, list):
        return say("form.entries", n=len(document))
    return say("form.members", n=len(document)) if isinstance(document, dict) else ""


def help_text(say: Language, param: Param, keys: Sequence[str] = ()) -> str:
    """All that is known about a parameter, in lines, then the keys that work on it."""
    need = say("form.required" if param.required else "form.optional")
    lines = [f"{param.name}{DOT}{say.words(param.title)}{DOT}{need}", ""]
    if param.summary:
        lines += [say.words(param.summary), ""]
    lines.append(f"{constraints(param, say)}{DOT}{say('form.platform_type', name=param.platform_type)}")
    if param.example:
        lines.append(say("manual.example", text=param.example))
    if param.type == "datetime":
        lines.append(say("form.datetimes"))
    choices = [(choice.value, say.words(choice.title) if choice.title else "") for choice in param.choices]
    members = [(child.name + " *" * child.required, say.words(child.title)) for child in param.children]
    for title, rows in (("form.values", choices), ("form.members_are", members)):
        if rows:
            lines += ["", say(title), *(f"  {name}  {words}".rstrip() for name, words in rows)]
    return clean("\n".join([*lines, "", DOT.join(keys)] if keys else lines))
