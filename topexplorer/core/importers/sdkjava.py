"""The official Java SDK, read as text: requests, responses and the domain classes that these name. Nothing is compiled.

A request gives the method, its parameters with their types, which are required, and their limits; its response gives
the answer, with domain classes filled in. A class inside itself is filled in once. Files may come in any order, so all
APIs come at the end.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import ClassVar

from topexplorer.core.importers.effects import writes
from topexplorer.core.importers.javasource import JavaClass, JavaField, JavaFile, Token, parsed, unquoted
from topexplorer.core.importers.jsondocument import decoded
from topexplorer.core.importers.outcome import Imported, Outcome, Source, Unusable
from topexplorer.core.importers.specparts import (
    MAX_ALL_PARTS,
    Budget,
    Part,
    access_of,
    as_field,
    as_param,
    method_name,
    package_of,
    part_name,
    type_name,
    whole_number,
    words,
)
from topexplorer.core.language import Words, message
from topexplorer.core.spec import ApiSpec, Origin

MAX_BYTES = 2 * 1024 * 1024
"""The largest generated classes have a few hundred KB."""
UNCERTAIN = Words(
    zh="由 Java SDK 转换：SDK 没有写错误码和是否需要 session。",
    en="Converted from the Java SDK, which does not tell errors or whether a session is needed.",
)
NO_ANSWER = Words(
    zh="由 Java SDK 转换，但没有找到它的 Response 类：返回字段、错误码和是否需要 session 都不清楚。",
    en="Converted from the Java SDK without its response class: answer, errors and need for a session are unknown.",
)
_PLATFORM = {
    "String": "String",
    "Long": "Number",
    "Integer": "Number",
    "Number": "Number",
    "Short": "Number",
    "Double": "BigDecimal",
    "Float": "BigDecimal",
    "BigDecimal": "BigDecimal",
    "Boolean": "Boolean",
    "Date": "Date",
    "FileItem": "byte[]",
    "Object": "Json",
    "Map": "Json",
}
_LIMITS = {
    "checkMaxLength": "max_length",
    "checkMaxListSize": "max_items",
    "checkObjectMaxListSize": "max_items",
    "checkMinValue": "minimum",
    "checkMaxValue": "maximum",
}
_CHECKS = ("checkNotEmpty", *_LIMITS)
_LISTS = frozenset({"List", "ArrayList", "Set"})
_INTERESTING = re.compile(rb"getApiMethodName|extends\s+Taobao(?:Response|Object)|@Api(?:List)?Field")


@dataclass(slots=True)
class _Request:
    """A request class and what its methods say."""

    name: str
    method: str
    java: JavaClass
    wires: dict[str, str]
    """The name on the wire of each field."""
    structs: dict[str, tuple[str, ...]]
    """The class that is written into a text field as JSON."""
    required: set[str] = field(default_factory=set)
    limits: dict[str, dict[str, int]] = field(default_factory=dict)

    @property
    def response(self) -> str:
        """The name of the class of its answer."""
        named = next((base for base in self.java.bases if base.endswith("Response")), "")
        return named or f"{self.java.name.removesuffix('Request')}Response"


class JavaSdk:
    """The classes of one import."""

    kind: ClassVar[str] = "sdk-java"
    suffixes: ClassVar[tuple[str, ...]] = (".java",)

    def __init__(self) -> None:
        self._requests: list[_Request] = []
        self._classes: dict[tuple[str, str], JavaClass] = {}
        """By the class around it and its own name."""
        self._all_parts = Budget(MAX_ALL_PARTS)

    def takes(self, source: Source) -> bool:
        """A Java file with a request, a response or a domain class."""
        return source.name.lower().endswith(".java") and _INTERESTING.search(source.content) is not None

    def read(self, source: Source) -> Iterator[Outcome]:
        """Keeps what the file declares; says only what is wrong with it."""
        try:
            if len(source.content) > MAX_BYTES:
                raise Unusable("", message("import.source_too_large", limit=MAX_BYTES // 1024))
            java = parsed(decoded(source.content))
            named = java.returned_text("getApiMethodName")
            for found in java.classes:
                self._classes.setdefault((found.outer, found.name), found)
            if named and java.classes:
                self._requests.append(_request(java, method_name(named[0], f"{named[1]}:1"), source.name))
        except Unusable as problem:
            yield problem.skipped(source.name)

    def finish(self) -> Iterator[Outcome]:
        """The API of each request."""
        for request in self._requests:
            try:
                yield Imported(self._spec(request))
            except Unusable as problem:
                yield problem.skipped(request.name)

    def _spec(self, request: _Request) -> ApiSpec:
        budget = Budget(within=self._all_parts)
        params: dict[str, Part] = {}
        for own in request.java.fields:
            if wire := request.wires.get(own.name):
                part = self._param(request, own, wire, budget)
                params.setdefault(part.name, part)
        answer = self._classes.get(("", request.response))
        fields = self._members(answer, (), budget) if answer else ()
        package = package_of(request.method)
        title = words(request.method)
        return ApiSpec(
            method=request.method,
            title=title,
            summary=title,
            category=package,
            session="optional",
            access=access_of(package),
            writes=writes(request.method, asked=params),
            params=tuple([as_param(part, can_choose_fields=bool(fields)) for part in params.values()]),
            response=tuple([as_field(part) for part in fields]),
            uncertain=UNCERTAIN if answer else NO_ANSWER,
            origin=Origin(kind=JavaSdk.kind, name=request.name, package=package),
        )

    def _param(self, request: _Request, own: JavaField, wire: str, budget: Budget) -> Part:
        """A parameter; a text that the SDK writes from a class has the members of that class."""
        where = f"{request.java.line}:1"
        budget.take(where, 1)
        types = request.structs.get(own.name, own.types)
        limits = request.limits.get(own.name, {})
        many = bool(_LISTS & set(types)) or "max_items" in limits
        name = _own_type(types)
        struct = self._class(name, request.java.name)
        children = self._members(struct, (name,), budget, 2) if struct else ()
        return Part(
            name=part_name(wire, where),
            platform_type=_type(name, where, has_children=bool(children)),
            many=many,
            text=own.doc,
            required=own.name in request.required,
            limits=tuple(limits.items()),
            children=children,
        )

    def _class(self, name: str, outer: str) -> JavaClass | None:
        """The class of that name: inside the file that uses it, or one of the domain."""
        return None if name in _PLATFORM else self._classes.get((outer, name)) or self._classes.get(("", name))

    def _members(self, java: JavaClass, within: tuple[str, ...], budget: Budget, depth: int = 1) -> tuple[Part, ...]:
        """The annotated fields of a class, those of domain classes filled in, but not inside themselves."""
        found: dict[str, Part] = {}
        for own in java.fields:
            listed = own.annotations.get("ApiListField")
            wire = listed or own.annotations.get("ApiField")
            if not wire:
                continue
            where = f"{java.name}.{own.name}"
            budget.take(where, depth)
            name = _own_type(own.types)
            struct = self._class(name, java.outer or java.name) if name not in within else None
            children = self._members(struct, (*within, name), budget, depth + 1) if struct else ()
            part = Part(
                name=part_name(wire, where),
                platform_type=_type(name, where, has_children=bool(children)),
                many=listed is not None or bool(_LISTS & set(own.types)),
                text=own.doc,
                children=children,
            )
            found.setdefault(part.name, part)
        return tuple(found.values())


def _own_type(types: tuple[str, ...]) -> str:
    """`Trade` for a list of them; a map is one document."""
    return "Map" if "Map" in types else types[-1]


def _type(name: str, where: str, *, has_children: bool) -> str:
    return type_name(_PLATFORM.get(name, name), where, has_children=has_children)[0]


def _request(java: JavaFile, method: str, name: str) -> _Request:
    """The first class of a file that names a method, with what `getTextParams`, `check` and its setters say."""
    found = next((owner for owner in java.classes if not owner.outer), java.classes[0])
    request = _Request(name, method, found, dict(_wires(java)), dict(_structs(java)))
    for check in _CHECKS:
        for inside in java.calls(check):
            own = _last_word(_first_argument(inside))
            limit = next((whole_number(token.text) for token in inside if token.kind == "number"), None)
            if check == "checkNotEmpty":
                request.required.add(own)
            elif limit is not None:
                request.limits.setdefault(own, {})[_LIMITS[check]] = limit
    return request


def _wires(java: JavaFile) -> Iterator[tuple[str, str]]:
    """Field and wire name of every `put("wire_name", this.field)`."""
    for inside in java.calls("put"):
        if inside and inside[0].kind == "text" and (own := _last_word(inside[1:])):
            yield own, unquoted(inside[0].text)


def _structs(java: JavaFile) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Field and types of every setter that writes its argument as JSON: `this.x = new JSONWriter(…).write(x)`."""
    tokens = java.tokens
    for place, token in enumerate(tokens):
        if token.text == "JSONWriter" and place > 4 and tokens[place - 2].text == "=":
            own = tokens[place - 3].text
            head = _setter_head(tokens, place)
            if len(head) > 1:
                yield own, tuple(head[:-1])


def _setter_head(tokens: list[Token], place: int) -> list[str]:
    """The words between the parentheses of the method that a token is in: types, then the argument's name."""
    for start in range(place, max(0, place - 30), -1):
        if tokens[start].text == "{" and tokens[start - 1].text == ")":
            words_before: list[str] = []
            for token in reversed(tokens[max(0, start - 12) : start - 1]):
                if token.text == "(":
                    return words_before[::-1]
                if token.kind == "word":
                    words_before.append(token.text)
    return []


def _first_argument(inside: list[Token]) -> list[Token]:
    comma = next((place for place, token in enumerate(inside) if token.text == ","), len(inside))
    return inside[:comma]


def _last_word(tokens: list[Token]) -> str:
    return next((token.text for token in reversed(tokens) if token.kind == "word"), "")
