"""`explain`: what an error means and what to do, offline: a code, a sub code, a whole body, a line of a log, words.

A timestamp is explained too: its form, its zone, and whether the platform takes it now.
"""

from __future__ import annotations

import os
import sys
from argparse import Namespace
from collections.abc import Iterator
from pathlib import Path

from topexplorer.assemble import Workbench
from topexplorer.cli import output
from topexplorer.cli.answers import card_lines
from topexplorer.cli.arguments import Arguments
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.cli.verbs import Verb
from topexplorer.core.catalog import Catalog, unlisted
from topexplorer.core.diagnosis import Diagnosis, family_of
from topexplorer.core.errorbodies import LONGEST, answer_in, masked
from topexplorer.core.errorlookup import diagnosed, searched, timestamp_read
from topexplorer.core.errors import UsageError
from topexplorer.core.errorsearch import nearest, unknown
from topexplorer.core.language import Language, message
from topexplorer.core.spec import ApiSpec
from topexplorer.core.timestamps import Reading

STDIN = "-"
MOST_APIS = 8
"""APIs that are named as knowing a sub code."""


def declare(arguments: Arguments) -> None:
    arguments.positional("what", "doctor.help.what", nargs="+")
    arguments.switch("--json", key="cli.help.json")


def explain(bench: Workbench, console: Console, options: Namespace) -> int:
    """Explains what the words, the file or stdin hold. Raises UsageError for what nothing is known of."""
    catalog = bench.catalog
    method, words = _method_first(catalog, options.what)
    text = _content(words)
    spec = catalog.spec(method) if method else unlisted("")
    if method and not text:
        return _list_errors(console, spec, options.json)
    if diagnosis := diagnosed(catalog, spec, text, method):
        known_by = () if method else _known_by(catalog, diagnosis)
        _show(console, diagnosis, known_by, options.json)
        if not known_by and not options.json:
            console.detail(_look_alikes(catalog, diagnosis, console.say))
        return output.OK
    if answer_in(text):
        console.lines([console.say("explain.is_answer")])
        return output.OK
    if reading := timestamp_read(text, bench.clock()):
        _show_timestamp(console, reading, options.json)
        return output.OK
    return _search(console, catalog, text, options.json)


def _method_first(catalog: Catalog, words: list[str]) -> tuple[str, list[str]]:
    """The API that the first word names, if it does, and the rest."""
    for name in (words[0], f"taobao.{words[0]}"):
        if name in catalog:
            return name, words[1:]
    return "", words


def _content(words: list[str]) -> str:
    """What to explain: stdin for `-`, a file's content for its name, else the words themselves."""
    text = " ".join(words).strip()
    if text == STDIN:
        return _read(sys.stdin.buffer.read(LONGEST))
    if len(words) == 1 and len(text) < 1000:
        path = Path(os.path.expanduser(text))
        try:
            if path.is_file():
                with path.open("rb") as file:
                    return _read(file.read(LONGEST))
        except (OSError, ValueError) as error:
            detail = getattr(error, "strerror", None) or str(error)
            raise UsageError(message("file.unreadable", path=text, detail=detail)) from None
    return text


def _read(content: bytes) -> str:
    """Text in UTF-8, or in the GBK that old logs are in."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("gb18030", "replace")


def _known_by(catalog: Catalog, diagnosis: Diagnosis) -> tuple[str, ...]:
    """The APIs whose files name the sub code."""
    sub_code = dict(diagnosis.evidence).get("sub_code", "")
    return tuple(_naming(catalog, sub_code)) if sub_code else ()


def _look_alikes(catalog: Catalog, diagnosis: Diagnosis, say: Language) -> Iterator[str]:
    """The known sub codes that look like one that only its family is known of."""
    sub_code = dict(diagnosis.evidence).get("sub_code", "")
    known, named = family_of(sub_code, catalog.errors), sub_code.partition(":")[0]
    if diagnosis.source != "family" or known is None or named == known.prefix:
        return
    if near := nearest(named, catalog.errors):
        yield say("explain.near", near=near)


def _naming(catalog: Catalog, sub_code: str) -> Iterator[str]:
    needle = f'"{sub_code}"'.encode()
    for method, entry in catalog.entries.items():
        if entry.path and needle in Path(entry.path).read_bytes():
            yield method


def _show(console: Console, diagnosis: Diagnosis, known_by: tuple[str, ...], as_json: bool) -> None:
    say = console.say
    if as_json:
        console.json(_data(diagnosis, known_by, say))
        return
    head = [say.render(diagnosis.title)]
    if diagnosis.pitfall:
        head.append(say(f"pitfall.{diagnosis.pitfall}"))
    console.lines([" · ".join(head), say.render(diagnosis.cause)])
    console.lines(card_lines(diagnosis, say))
    if known_by:
        shown = known_by[:MOST_APIS]
        console.lines([say("explain.known_by", n=len(known_by), methods=shown)])


def _data(diagnosis: Diagnosis, known_by: tuple[str, ...], say: Language) -> dict[str, object]:
    return {
        "title": say.render(diagnosis.title),
        "pitfall": diagnosis.pitfall,
        "cause": say.render(diagnosis.cause),
        "cure": say.render(diagnosis.cure),
        "retry": diagnosis.retry,
        "source": diagnosis.source,
        "evidence": dict(diagnosis.evidence),
        "notes": [say.render(note) for note in diagnosis.notes],
        "fixes": [
            {
                "kind": fix.kind,
                "text": say.render(fix.text),
                "target": fix.target,
                "seconds": fix.seconds,
                "link": fix.link,
            }
            for fix in diagnosis.fixes
        ],
        "apis": list(known_by),
    }


def _show_timestamp(console: Console, reading: Reading, as_json: bool) -> None:
    """What the platform makes of a timestamp now."""
    sentence = console.say.render(reading.sentence)
    if as_json:
        told = {"form": reading.form, "accepted": reading.accepted, "sentence": sentence, "off_by": reading.off_by}
        console.json(told)
    else:
        console.lines([sentence])


def _list_errors(console: Console, spec: ApiSpec, as_json: bool) -> int:
    """The codes that an API is known for."""
    say = console.say
    if as_json:
        console.json([{"code": e.code, "sub_code": e.sub_code, "title": say.words(e.title)} for e in spec.errors])
    else:
        console.lines(columns([(str(error.code), error.sub_code, say.words(error.title)) for error in spec.errors]))
    return output.OK


def _search(console: Console, catalog: Catalog, text: str, as_json: bool) -> int:
    """What the words are about. Raises UsageError when nothing is, naming the codes that look like them."""
    say, (found, near) = console.say, searched(catalog, text)
    if not found.rows and not found.notes:
        raise UsageError(unknown(masked(text), near), message("explain.unknown.hint"))
    if as_json:
        rows = [{"name": r.name, "title": say.words(r.title), "cure": say.words(r.cure)} for r in found.rows]
        console.json({"found": rows, "notes": [say.render(note) for note in found.notes]})
        return output.OK
    console.lines([say("explain.note", note=note) for note in found.notes])
    console.lines(columns([(row.name, say.words(row.title), say.words(row.cure)) for row in found.rows]))
    return output.OK


VERBS = {"explain": Verb(declare, explain)}
