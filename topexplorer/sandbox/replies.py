"""Answers for APIs that have no back end: made from the spec, typed like the platform's, and always the same.

The same method with the same parameters gives the same answer, and the pages of a list are parts of one list. A
parameter that comes back under its own name is echoed, so that an answer belongs to its question. An imported API
answers with the sample of its document, when there is one.
"""

from __future__ import annotations

import hashlib
import random
import re
from collections.abc import Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from topexplorer.core.spec import ApiSpec, Field
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.replysamples import fits, sampled
from topexplorer.sandbox.replyvalues import Subject, number, snake, text
from topexplorer.sandbox.rows import stamp, yuan
from topexplorer.sandbox.store import Payload

DEEPEST = 4
"""Structs inside structs beyond this depth are left out."""
FAILURE = re.compile(
    r"(^|_)(errors?|err|er|exception|fail|failure|failed)(_|$)|sub_(msg|code)$|errorcode", re.IGNORECASE
)
SUCCESS = re.compile(
    r"succ|(^|_)suc$|success|is_ok|^(done|complete|created|result|valid|matched)$|_valid$", re.IGNORECASE
)
TOTALS = re.compile(r"^(total(_?(results?|count|num|number|size))?|count|totals)$", re.IGNORECASE)
SIZES = ("page_size", "pageSize", "limit", "page_count")
PAGES = ("page_no", "current_page", "page_num", "page_index", "page_number", "pageNo", "currentPage")
USUAL_PAGE, LARGEST_PAGE = 20, 100
FEWEST, MOST = 4, 12
"""Rows of a list that has pages."""


def reply(spec: ApiSpec, given: Mapping[str, str], seller: str, now: datetime, seed: int) -> Payload:
    """An answer for `spec` called with the business parameters `given`. Dates lie before `now`."""
    if spec.origin is not None and (found := sampled(spec)):
        return found
    return _Maker(spec, given, bool(seller), now, seed).answer()


class _Maker:
    """One answer in the making."""

    def __init__(self, spec: ApiSpec, given: Mapping[str, str], known: bool, now: datetime, seed: int) -> None:
        self._spec = spec
        self._given = given
        self._known = known
        self._now = now.replace(tzinfo=None, microsecond=0)
        asked = sorted((name, value) for name, value in given.items() if name not in PAGES + SIZES)
        self._key = repr((seed, spec.method, asked))
        self._rng = self._luck("")

    def _luck(self, place: str) -> random.Random:
        made = f"{self._key}/{place}".encode("utf-8", "replace")
        return random.Random(int.from_bytes(hashlib.blake2b(made, digest_size=8).digest(), "big"))

    def answer(self) -> Payload:
        return self._members(self._spec.response, 0, "", self._subject(""))

    def _subject(self, place: str) -> Subject:
        return Subject(self._luck(place), self._now)

    @cached_property
    def _has_pages(self) -> bool:
        return any(param.name in PAGES + SIZES for param in self._spec.params)

    @cached_property
    def _total(self) -> int:
        """Rows of the answer's list, over all its pages."""
        return between(self._rng, FEWEST, MOST) if self._has_pages else between(self._rng, 2, 3)

    @cached_property
    def _page(self) -> range:
        """The places of the rows on the page that was asked for."""
        if not self._has_pages:
            return range(self._total)
        size = min(self._whole(SIZES, USUAL_PAGE), LARGEST_PAGE)
        start = (self._whole(PAGES, 1) - 1) * size
        return range(self._total)[start : start + size]

    def _whole(self, names: tuple[str, ...], usual: int) -> int:
        texts = (self._given.get(name, "") for name in names)
        return next((max(int(each), 1) for each in texts if re.fullmatch("[0-9]{1,9}", each)), usual)

    def _members(self, fields: tuple[Field, ...], depth: int, place: str, subject: Subject) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field in fields:
            if field.needs_session and not self._known:
                continue
            value = self._value(field, depth, f"{place}.{field.name}", subject)
            if value is not None:
                made[field.name] = value
        return made

    def _value(self, field: Field, depth: int, place: str, subject: Subject) -> Any:
        if FAILURE.search(snake(field.name)):
            return _nothing(field)
        if field.many:
            return self._rows(field, depth, place) or None
        if field.type == "object":
            return self._struct(field, depth, place, subject)
        return self._plain(field, subject, depth)

    def _rows(self, field: Field, depth: int, place: str) -> list[Any]:
        """A list. Those right under the root, or in its only struct, are the ones that have pages."""
        asked = self._asked(field)
        if asked:
            places = range(len(asked))
        elif depth <= 1 and "[" not in place:
            places = self._page
        else:
            places = range(between(self._luck(place), 1, 2))
        rows = []
        for index in places:
            here = f"{place}[{index}]"
            if field.type == "object":
                row = self._struct(field, depth, here, self._subject(here))
            else:
                row = self._plain(field, self._subject(here), depth)
            if row is not None:
                rows.append(row | {asked[0][0]: asked[index][1]} if asked and isinstance(row, dict) else row)
        return rows

    def _asked(self, field: Field) -> list[tuple[str, str]]:
        """The ids that were asked for in a list parameter (`num_iids`), one for each row."""
        for child in field.children:
            given = self._given.get(f"{child.name}s", "")
            ids = [part.strip() for part in given.split(",") if part.strip()]
            if ids and all(fits(child, part) for part in ids):
                return [(child.name, part) for part in ids[:LARGEST_PAGE]]
        return []

    def _struct(self, field: Field, depth: int, place: str, subject: Subject) -> dict[str, Any] | None:
        if not field.children or depth >= DEEPEST:
            return None
        inner = subject if "[" in place else self._subject(place)
        return self._members(field.children, depth + 1, place, inner)

    def _plain(self, field: Field, subject: Subject, depth: int) -> Any:
        given = self._given.get(field.name, "")
        if given and not field.many and field.platform_type != "Boolean" and fits(field, given):
            return given
        if self._spec.origin is not None and field.example and fits(field, field.example):
            return field.example
        if field.platform_type == "Boolean":
            return self._flag(field.name, subject)
        if field.choices:
            return one_of(subject.rng, field.choices).value
        return self._made(field, subject)

    def _flag(self, name: str, subject: Subject) -> bool:
        if re.search(r"has_?(next|more)", name, re.IGNORECASE):
            return self._has_pages and bool(self._page) and self._page.stop < self._total
        if SUCCESS.search(name):
            return True
        return name != "retry" and subject.rng.random() < 0.5

    def _made(self, field: Field, subject: Subject) -> Any:
        name, title = field.name, field.title.zh
        if TOTALS.match(name):
            return self._total
        if name in PAGES:
            return self._whole(PAGES, 1)
        if name in SIZES:
            return self._whole(SIZES, USUAL_PAGE)
        if field.platform_type == "Number":
            return number(name, title, subject)
        if field.type == "datetime":
            return stamp(subject.moment())
        if field.type == "json":
            return "{}"
        if name in ("price", "item_price"):
            return subject.goods.price
        if field.type in ("price", "decimal"):
            return yuan(between(subject.rng, 100, 19_900))
        if field.type == "integer":
            return number(name, title, subject)
        return text(name, title, subject)


def _nothing(field: Field) -> Any:
    """What a field about an error holds when there was none."""
    if field.many or field.type == "object":
        return None
    if field.platform_type == "Boolean":
        return False
    return 0 if field.platform_type == "Number" else None if field.type == "datetime" else ""
