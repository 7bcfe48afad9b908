"""OpenAPI 3.0 and 3.1 in JSON: each operation as an API of the gateway.

Parameters and the properties of a JSON or form body become parameters, the schema of the successful answer becomes
its fields. References are followed inside the document only, and not in circles. OpenAPI knows nothing of the
platform's gateway, so every spec says that its protocol is assumed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, ClassVar

from topexplorer.core.importers.effects import names_change, writes
from topexplorer.core.importers.jsondocument import loaded
from topexplorer.core.importers.openapischema import Schemas
from topexplorer.core.importers.outcome import Imported, Outcome, Source, Unusable
from topexplorer.core.importers.specparts import (
    MAX_ALL_PARTS,
    Budget,
    Part,
    access_of,
    as_field,
    as_param,
    foreign_text,
    method_name,
    package_name,
    package_of,
    shown,
    text_of,
    title_words,
    words,
)
from topexplorer.core.language import Words, message
from topexplorer.core.spec import ApiSpec, Need, Origin
from topexplorer.core.specfiles import json_path

VERBS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")
UNCERTAIN = Words(
    zh="由 OpenAPI 转换：是否走开放平台网关、方法名和 session 要求都是推定的，未经确认。",
    en="Converted from OpenAPI: that the platform's gateway serves it, its method name and its session are assumed.",
)
_JSON_MARK = re.compile(rb'"openapi"\s*:\s*"3')
_YAML_MARK = re.compile(rb"^openapi\s*:\s*['\"]?3", re.MULTILINE)
_KINDS = ("application/json", "application/x-www-form-urlencoded", "multipart/form-data")
_NOT_PARAMETERS = frozenset({"accept", "authorization", "content-type"})
_PLACES = frozenset({"query", "path", "header"})


class OpenApi:
    """The documents of one import."""

    kind: ClassVar[str] = "openapi"
    suffixes: ClassVar[tuple[str, ...]] = (".json", ".yaml", ".yml")

    def __init__(self) -> None:
        self._all_parts = Budget(MAX_ALL_PARTS)

    def takes(self, source: Source) -> bool:
        """A JSON or YAML file that says which OpenAPI it is."""
        mark = _JSON_MARK if source.name.lower().endswith(".json") else _YAML_MARK
        return source.name.lower().endswith(self.suffixes) and mark.search(source.content) is not None

    def read(self, source: Source) -> Iterator[Outcome]:
        """The API of each operation; an operation that cannot be used does not stop the others."""
        if not source.name.lower().endswith(".json"):
            yield Unusable("", message("import.yaml")).skipped(source.name)
            return
        try:
            document = loaded(source.content)
            if not isinstance(document, dict) or "openapi" not in document:
                return
            if not isinstance(paths := document.get("paths", {}), dict):
                raise Unusable("$.paths", message("import.not_object"))
        except Unusable as problem:
            yield problem.skipped(source.name)
            return
        for path in paths:
            if path.startswith("/"):
                yield from self._path(document, path, source)

    def _path(self, document: dict[str, Any], path: str, source: Source) -> Iterator[Outcome]:
        """The APIs of one path."""
        where = json_path(("paths", shown(path)))
        try:
            item = Schemas(document, Budget()).resolved(document["paths"][path], where)
        except Unusable as problem:
            yield problem.skipped(source.name)
            return
        for verb in VERBS:
            if isinstance(item.get(verb), dict):
                made = _Operation(document, (path, verb), item, Budget(within=self._all_parts), source)
                try:
                    yield Imported(made.spec(f"{where}.{verb}"))
                except Unusable as problem:
                    yield problem.skipped(source.name)

    def finish(self) -> Iterator[Outcome]:
        """Nothing: each document stands alone."""
        return iter(())


class _Operation:
    """One operation under way."""

    def __init__(
        self,
        document: dict[str, Any],
        place: tuple[str, str],
        shared: dict[str, Any],
        budget: Budget,
        source: Source,
    ) -> None:
        self._document = document
        self._path, self._verb = place
        self._shared = shared
        self._operation = shared[self._verb]
        self._schemas = Schemas(document, budget)
        self._source = source

    def spec(self, where: str) -> ApiSpec:
        """The API. Raises Unusable."""
        operation = self._operation
        method = self._method(where)
        package = package_name(self._source.package) or self._tag() or package_of(method)
        title = title_words(text_of(operation.get("summary")), method)
        summary = foreign_text(operation.get("description"))
        params: dict[str, Part] = {}
        for part in (*self._parameters(where), *self._body(where)):
            params.setdefault(part.name, part)
        return ApiSpec(
            method=method,
            title=title,
            summary=words(summary) if summary else title,
            category=package,
            session=self._session(),
            access=access_of(package),
            writes=self._writes(method, params),
            params=tuple([as_param(part) for part in params.values()]),
            response=tuple([as_field(part) for part in self._answer(where)]),
            uncertain=UNCERTAIN,
            origin=Origin(kind=OpenApi.kind, name=self._source.name, package=package),
        )

    def _method(self, where: str) -> str:
        """`x-top-method`, or an `operationId` with dots, or the steps of the path and the verb."""
        given = self._operation.get("x-top-method")
        if given is not None:
            return method_name(given, f"{where}.x-top-method")
        named = self._operation.get("operationId")
        if isinstance(named, str) and "." in named.strip("."):
            return method_name(named, f"{where}.operationId")
        steps = [re.sub(r"[^A-Za-z0-9_\-]+", "_", step).strip("_") for step in self._path.split("/")]
        return method_name(".".join([*filter(None, steps), self._verb]), where)

    def _writes(self, method: str, params: Iterable[str]) -> bool:
        """Whether it may change something. A name made of the path says nothing by the verb at its end."""
        named = text_of(self._operation.get("operationId")).strip()
        if self._verb in ("put", "patch", "delete") or names_change(named) or names_change(self._path):
            return True
        is_given = "x-top-method" in self._operation or method == named
        said = (text_of(self._operation.get("summary")), foreign_text(self._operation.get("description")))
        return writes(method if is_given else named or method.removesuffix(f".{self._verb}"), said, params)

    def _tag(self) -> str:
        tags = self._operation.get("tags")
        return package_name(tags[0]) if isinstance(tags, list) and tags else ""

    def _session(self) -> Need:
        """Whether the operation asks for any credentials; `optional` when the document does not say."""
        asked = self._operation.get("security", self._document.get("security"))
        if not isinstance(asked, list):
            return "optional"
        if not asked:
            return "none"
        return "optional" if {} in asked else "required"

    def _parameters(self, where: str) -> Iterator[Part]:
        """The parameters of the operation, then those of its path that it does not repeat."""
        for holder, place in ((self._operation, where), (self._shared, where.rpartition(".")[0])):
            rows = holder.get("parameters")
            if rows is not None and not isinstance(rows, list):
                raise Unusable(f"{place}.parameters", message("import.not_list"))
            for number, row in enumerate(rows or ()):
                at = f"{place}.parameters[{number}]"
                row = self._schemas.resolved(row, at)
                if text_of(row.get("in")) in _PLACES and text_of(row.get("name")).lower() not in _NOT_PARAMETERS:
                    yield self._parameter(row, at)

    def _parameter(self, row: dict[str, Any], where: str) -> Part:
        schema = row.get("schema")
        if schema is None:
            schema = _schema_of(row.get("content"))
        own = {key: row[key] for key in ("description", "example") if key in row}
        part = self._schemas.part(row.get("name"), schema, f"{where}.schema", required=row.get("required") is True)
        text = foreign_text(own.get("description")) or part.text
        return part._replace(text=text, example=text_of(own.get("example")) or part.example)

    def _body(self, where: str) -> tuple[Part, ...]:
        """The properties of the body; a body that is no object as one parameter."""
        body = self._operation.get("requestBody")
        if body is None:
            return ()
        where = f"{where}.requestBody"
        schema = _schema_of(self._schemas.resolved(body, where).get("content"))
        return self._schemas.members(schema, where, otherwise="body") if schema is not None else ()

    def _answer(self, where: str) -> tuple[Part, ...]:
        """The fields of the successful answer; one that is no object as one field."""
        responses = self._operation.get("responses")
        if not isinstance(responses, dict):
            return ()
        successes = [code for code in ("200", "201", *sorted(map(str, responses)), "default") if code in responses]
        chosen = next((code for code in successes if code[:1] == "2" or code == "default"), None)
        if chosen is None:
            return ()
        where = f"{where}.responses.{chosen}"
        schema = _schema_of(self._schemas.resolved(responses[chosen], where).get("content"))
        return self._schemas.members(schema, where, otherwise="result") if schema is not None else ()


def _schema_of(content: Any) -> Any:
    """The schema of a body: of its JSON form, else of a form, else of whatever there is first."""
    if not isinstance(content, dict):
        return None
    kinds = [kind for kind in (*_KINDS, *content) if isinstance(content.get(kind), dict)]
    return content[kinds[0]].get("schema") if kinds else None
