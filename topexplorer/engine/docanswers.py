"""What the platform's document site answers with, made into facts or into one sentence that says why not.

Promises the client that nothing it keeps is a web page, half an answer, a refusal or the document of another API. Takes
bytes only: nothing here asks anybody anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from topexplorer.core.importers.jsondocument import loaded
from topexplorer.core.importers.outcome import Unusable
from topexplorer.core.importers.plaintext import one_line
from topexplorer.core.importers.specparts import method_name, shown, text_of
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass

API = "2"
"""The site's `docType` of API documents."""
_STALE = re.compile(r"页面.{0,4}过期|登录|登陆|token|csrf|expired|log.?in", re.IGNORECASE)
_PUZZLE = re.compile(rb"x5sec|RGV587_ERROR|FAIL_SYS_USER_VALIDATE|/punish|captcha", re.IGNORECASE)
_LOOK = 64 * 1024


@dataclass(frozen=True, slots=True)
class Entry:
    """One API in the directory."""

    doc_id: int
    method: str
    title: str
    category_id: str
    category: str
    """The title of its category on the site."""
    modified: int = 0
    """Milliseconds since 1970, when the directory tells; else 0."""


class SiteFault(Exception):
    """What the site did instead of answering, as one sentence. `stops`: asking for another document makes no sense."""

    def __init__(self, reason: Message, *, stops: bool = False) -> None:
        super().__init__(reason.key)
        self.reason = reason
        self.stops = stops


class Stale(SiteFault):
    """A fault that a new token may cure."""


def _data(content: bytes) -> dict[str, Any]:
    """What the envelope holds. Raises SiteFault."""
    begin = content[:_LOOK].lstrip(b"\xef\xbb\xbf \t\r\n")
    if begin.startswith(b"<"):
        raise puzzle() if asks_for_a_person(begin) else Stale(message("sync.web_page"))
    try:
        answer = loaded(content)
    except Unusable as error:
        raise SiteFault(message("sync.not_json", where=error.where or "-", reason=error.reason)) from None
    if not isinstance(answer, dict):
        raise SiteFault(message("sync.unexpected"))
    if "ret" in answer and asks_for_a_person(begin):
        raise puzzle()
    if answer.get("success") is not True:
        told = (text_of(answer.get(name)) for name in ("errMsg", "msg", "code"))
        detail = shown(next(filter(None, told), "-"))
        if _STALE.search(detail):
            raise Stale(message("sync.token_refused", detail=detail), stops=True)
        raise SiteFault(message("sync.refused", detail=detail))
    data = answer.get("data")
    if not isinstance(data, dict) or not data:
        raise SiteFault(message("sync.empty"))
    return data


def asks_for_a_person(content: bytes) -> bool:
    """Whether an answer that is no usable one stands for a puzzle that a person has to solve."""
    return _PUZZLE.search(content[:_LOOK]) is not None


def puzzle() -> SiteFault:
    """The fault for that: the sync never tries to get around it."""
    return SiteFault(message("sync.puzzle"), stops=True)


def _check_subject(data: Mapping[str, Any], entry: Entry) -> None:
    """Raises SiteFault for the document of another API."""
    name, number = text_of(data.get("name")).strip(), text_of(data.get("docId"))
    if name.lower() != entry.method.lower():
        raise SiteFault(message("sync.other", name=shown(name or "-")))
    if number and number != str(entry.doc_id):
        raise SiteFault(message("sync.other", name=shown(f"docId {number}")))


def changed_at(entry: Entry, content: bytes) -> int:
    """When the document of that API was changed, in milliseconds, or 0. Raises SiteFault for any other answer."""
    data = _data(content)
    _check_subject(data, entry)
    return _milliseconds(data.get("gmtModified"))


def entries(content: bytes) -> tuple[Entry, ...]:
    """The APIs of a directory. Raises SiteFault; rows that are none of it are passed over."""
    found: dict[int, Entry] = {}
    methods: set[str] = set()
    for tree in _objects(_data(content).get("treeCategories")):
        for category in _objects(tree.get("catelogTrees")):
            for row in _objects(category.get("catelogList")):
                entry = _entry(row, category)
                if entry and entry.doc_id not in found and entry.method not in methods:
                    found[entry.doc_id] = entry
                    methods.add(entry.method)
    if not found:
        raise SiteFault(message("sync.empty_directory"), stops=True)
    return tuple(found.values())


def _entry(row: Mapping[str, Any], category: Mapping[str, Any]) -> Entry | None:
    number = text_of(row.get("docId")).strip()
    if not (number.isascii() and number.isdigit() and len(number) < 16) or text_of(row.get("docType")) not in ("", API):
        return None
    try:
        method = method_name(row.get("name"), "")
    except Unusable:
        return None
    title = one_line(text_of(row.get("subName")))[:200]
    category_id = text_of(category.get("id")).strip()[:32]
    within = one_line(text_of(category.get("name"))).strip(",，")[:80]
    return Entry(int(number), method, title, category_id, within, _milliseconds(row.get("gmtModified")))


def _milliseconds(value: Any) -> int:
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 10**15 else 0


def _objects(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
