"""The platform's own API documents, as its site answers with them and as people keep them: one JSON file per API.

Two shapes are read alike: the short one (parameters, answer, limits) and the full one, which has demo values, samples,
error codes and permission packages too, bare or wrapped in `{"success": true, "data": …}`. A `catelog.json` gives the
package of the documents beside it, and a list of `{"pkg", "name"}` the titles of packages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from topexplorer.core.importers.effects import writes
from topexplorer.core.importers.jsondocument import loaded
from topexplorer.core.importers.outcome import Imported, Outcome, Package, Source, Unusable
from topexplorer.core.importers.plaintext import one_line, raw
from topexplorer.core.importers.specparts import (
    Budget,
    Part,
    access_of,
    as_field,
    as_param,
    foreign_text,
    method_name,
    package_name,
    package_of,
    part_name,
    shown,
    text_of,
    title_words,
    type_name,
    whole_number,
    words,
)
from topexplorer.core.language import message
from topexplorer.core.spec import ApiSpec, ErrorCode, Need, Origin, Sample

PAGE = "https://open.taobao.com/api.htm?docId={}&docType=2"
_MARKS = frozenset({"requestParams", "responseParams", "apiChineseName"})
"""A document has at least one of these; JSON without them is about something else."""
_SAMPLES = {
    "rspSampleJson": "JSON",
    "rspSampleSimplifyJson": "JSON, simplify",
    "rspSampleXml": "XML",
    "apiErrDemoJson": "JSON error",
    "apiErrDemoXml": "XML error",
    "msgDemo": "message",
}
_LIMITS = {"maxLength": "max_length", "maxListSize": "max_items", "minValue": "minimum", "maxValue": "maximum"}


class OfficialDocs:
    """The documents of one import. Files of a folder are to come after its `catelog.json`."""

    kind: ClassVar[str] = "official-docs"
    suffixes: ClassVar[tuple[str, ...]] = (".json",)

    def __init__(self) -> None:
        self._packages: dict[str, str] = {}

    def takes(self, source: Source) -> bool:
        """Every JSON file that no other format takes."""
        return source.name.lower().endswith(".json")

    def read(self, source: Source) -> Iterator[Outcome]:
        """The API of a document, or the packages of a list of them."""
        folder, _slash, name = source.name.rpartition("/")
        try:
            document = loaded(source.content)
            if name.lower() == "catelog.json" or isinstance(document, list):
                rows = document if isinstance(document, list) else [document]
                found = list(_packages(rows))
                if name.lower() == "catelog.json" and found:
                    self._packages[folder] = found[0].id
                yield from found
                return
            document = _unwrapped(document)
            if isinstance(document, dict) and document.keys() & _MARKS:
                package = package_name(source.package) or self._packages.get(folder, "")
                yield Imported(_spec(document, source, package))
        except Unusable as problem:
            yield problem.skipped(source.name)

    def finish(self) -> Iterator[Outcome]:
        """Nothing: each document stands alone."""
        return iter(())


def _packages(rows: list[Any]) -> Iterator[Package]:
    for row in rows:
        if isinstance(row, dict):
            name, title = package_name(row.get("pkg")), one_line(text_of(row.get("name"))).strip(",，")
            if name and title:
                yield Package(name, title[:80])


def _unwrapped(document: Any) -> Any:
    """The document inside the answer of the site. Raises Unusable when the site refused."""
    if not isinstance(document, dict) or "success" not in document or document.keys() & _MARKS:
        return document
    data = document.get("data")
    if document["success"] is not True or not isinstance(data, dict):
        detail = shown(text_of(document.get("errMsg")) or text_of(document.get("code")) or "-")
        raise Unusable("$.data", message("import.refused", detail=detail))
    return data


def _spec(document: dict[str, Any], source: Source, package: str) -> ApiSpec:
    method = method_name(document.get("name"), "$.name")
    package = package or package_of(method)
    budget = Budget()
    asked = _parts(document, "requestParams", "$", budget)
    answered = _parts(document, "responseParams", "$", budget)
    title = title_words(text_of(document.get("apiChineseName")), method)
    summary = foreign_text(document.get("description"))
    page = text_of(document.get("id")) or source.page
    return ApiSpec(
        method=method,
        title=title,
        summary=words(summary) if summary else title,
        category=package,
        session=_session(document.get("labels")),
        access=access_of(package),
        writes=writes(method, (text_of(document.get("apiChineseName")), summary), [part.name for part in asked]),
        params=tuple([as_param(part, can_choose_fields=bool(answered)) for part in asked]),
        response=tuple([as_field(part) for part in answered]),
        errors=tuple(_errors(document.get("errorCodes"))),
        docs=PAGE.format(page) if page.isascii() and page.isdigit() and len(page) < 16 else None,
        samples=tuple(_samples(document)),
        permissions=tuple(_permissions(document.get("applyScopes"))),
        origin=Origin(kind=OfficialDocs.kind, name=source.name, package=package),
    )


def _parts(holder: dict[str, Any], member: str, where: str, budget: Budget, depth: int = 1) -> tuple[Part, ...]:
    """The parts that `holder` lists under `member`. Raises Unusable where they are none."""
    rows = holder.get(member)
    where = f"{where}.{member}"
    if rows is None:
        return ()
    if not isinstance(rows, list):
        raise Unusable(where, message("import.not_list"))
    found: dict[str, Part] = {}
    for place, row in enumerate(rows):
        part = _part(row, f"{where}[{place}]", budget, depth)
        found.setdefault(part.name, part)
    return tuple(found.values())


def _part(row: Any, where: str, budget: Budget, depth: int) -> Part:
    budget.take(where, depth)
    if not isinstance(row, dict):
        raise Unusable(where, message("import.not_object"))
    name = part_name(row.get("name"), f"{where}.name")
    children = _parts(row, "subParams", where, budget, depth + 1)
    written, many = type_name(row.get("type"), f"{where}.type", has_children=bool(children))
    return Part(
        name=name,
        platform_type=written,
        many=many,
        text=foreign_text(row.get("description")),
        required=text_of(row.get("required")).strip().lower() in ("true", "1"),
        default=raw(text_of(row.get("defaultValue"))).strip(),
        example=raw(text_of(row.get("demoValue"))).strip(),
        limits=tuple(_limits(row)),
        children=children,
    )


def _limits(row: dict[str, Any]) -> Iterator[tuple[str, int]]:
    for theirs, ours in _LIMITS.items():
        limit = whole_number(row.get(theirs))
        if limit is not None and (limit >= 0 or ours in ("minimum", "maximum")):
            yield ours, limit


def _session(labels: Any) -> Need:
    """What the labels of the page say about the owner's authorisation; `optional` when they say nothing."""
    for label in _objects(labels):
        text = text_of(label.get("displayName"))
        if "授权" not in text:
            continue
        if "不需" in text or "无需" in text:
            return "none"
        return "optional" if "可选" in text else "required"
    return "optional"


def _errors(rows: Any) -> Iterator[ErrorCode]:
    seen: set[str] = set()
    for row in _objects(rows):
        code = one_line(text_of(row.get("errorCode")))[:200]
        if not code or code in seen:
            continue
        seen.add(code)
        title, cure = foreign_text(row.get("errorMsg")), foreign_text(row.get("solution"))
        yield ErrorCode(sub_code=code, title=title_words(title, code), cure=words(cure) if cure else None)


def _samples(document: dict[str, Any]) -> Iterator[Sample]:
    for member, name in _SAMPLES.items():
        text = raw(text_of(document.get(member))).strip()
        if text:
            yield Sample(name=name, text=text)


def _permissions(rows: Any) -> Iterable[str]:
    names = (one_line(text_of(row.get("name"))) for row in _objects(rows))
    return dict.fromkeys(name for name in names if name)


def _objects(rows: Any) -> list[dict[str, Any]]:
    return [row for row in rows if isinstance(row, dict)] if isinstance(rows, list) else []
