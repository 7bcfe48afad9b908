"""The official Python SDK, read as text: `top/api/rest/*.py`, one class per API. Nothing of it is run or imported.

A class says the method's name, the parameters' names and which of them are files, and nothing else: types, required
parameters and the answer stay unknown, and the specs say so.
"""

from __future__ import annotations

import ast
import warnings
from collections.abc import Iterator
from typing import Any, ClassVar

from topexplorer.core.importers.effects import writes
from topexplorer.core.importers.jsondocument import decoded
from topexplorer.core.importers.outcome import Imported, Outcome, Source, Unusable
from topexplorer.core.importers.specparts import (
    Budget,
    Part,
    access_of,
    as_param,
    method_name,
    package_of,
    part_name,
    words,
)
from topexplorer.core.language import Words, message
from topexplorer.core.spec import ApiSpec, Origin, Param

MAX_BYTES = 256 * 1024
"""A class of the SDK has a few KB; a deeper or longer file is no part of it."""
UNCERTAIN = Words(
    zh="由 Python SDK 转换：SDK 没有写参数类型、是否必填、返回字段和错误码，也没有写是否需要 session。",
    en="Converted from the Python SDK, which does not tell types, required parameters, the answer, errors or whether "
    "a session is needed.",
)


class PythonSdk:
    """The classes of one import."""

    kind: ClassVar[str] = "sdk-python"
    suffixes: ClassVar[tuple[str, ...]] = (".py",)

    def takes(self, source: Source) -> bool:
        """A Python file that defines a request of the SDK."""
        return source.name.lower().endswith(".py") and b"def getapiname" in source.content

    def read(self, source: Source) -> Iterator[Outcome]:
        """One API per class that has a `getapiname`."""
        try:
            classes = [node for node in _parsed(source.content).body if isinstance(node, ast.ClassDef)]
            for node in classes:
                if "getapiname" in _methods(node):
                    yield Imported(_spec(node, source.name))
        except Unusable as problem:
            yield problem.skipped(source.name)

    def finish(self) -> Iterator[Outcome]:
        """Nothing: each class stands alone."""
        return iter(())


def _parsed(content: bytes) -> ast.Module:
    """The syntax tree: parsing runs nothing. Raises Unusable."""
    if len(content) > MAX_BYTES:
        raise Unusable("", message("import.source_too_large", limit=MAX_BYTES // 1024))
    text = decoded(content)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return ast.parse(text)
    except SyntaxError as error:
        where = f"{error.lineno or 1}:{error.offset or 1}"
        raise Unusable(where, message("import.bad_source", language="Python", detail=error.msg)) from None
    except (ValueError, RecursionError, MemoryError):
        raise Unusable("", message("import.bad_source", language="Python", detail="-")) from None


def _methods(node: ast.ClassDef) -> dict[str, ast.FunctionDef]:
    return {member.name: member for member in node.body if isinstance(member, ast.FunctionDef)}


def _spec(node: ast.ClassDef, name: str) -> ApiSpec:
    methods = _methods(node)
    method = method_name(_returned(methods["getapiname"]), _place(methods["getapiname"]))
    files = _returned(methods.get("getMultipartParas"))
    on_the_wire = _returned(methods.get("getTranslateParas"))
    budget = Budget()
    params: dict[str, Param] = {}
    for place, own in _attributes(methods.get("__init__")):
        budget.take(place, 1)
        wire = on_the_wire.get(own, own) if isinstance(on_the_wire, dict) else own
        is_file = isinstance(files, list) and own in files
        part = Part(name=part_name(wire, place), platform_type="byte[]" if is_file else "String")
        params.setdefault(part.name, as_param(part))
    package = package_of(method)
    title = words(method)
    return ApiSpec(
        method=method,
        title=title,
        summary=title,
        category=package,
        session="optional",
        access=access_of(package),
        writes=writes(method, asked=params),
        params=tuple(params.values()),
        uncertain=UNCERTAIN,
        origin=Origin(kind=PythonSdk.kind, name=name, package=package),
    )


def _attributes(method: ast.FunctionDef | None) -> Iterator[tuple[str, str]]:
    """Place and name of every `self.x = …` of the constructor."""
    for node in method.body if method else ():
        targets = node.targets if isinstance(node, ast.Assign) else ()
        for target in targets:
            if isinstance(target, ast.Attribute) and isinstance(target.value, ast.Name) and target.value.id == "self":
                yield _place(target), target.attr


def _returned(method: ast.FunctionDef | None) -> Any:
    """The text, the texts or the text by text that a method returns as it is written; None for anything else."""
    for node in method.body if method else ():
        if isinstance(node, ast.Return):
            return _literal(node.value)
    return None


def _literal(node: ast.expr | None) -> Any:
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.List | ast.Tuple):
        return [entry.value for entry in node.elts if isinstance(entry, ast.Constant) and isinstance(entry.value, str)]
    if isinstance(node, ast.Dict):
        pairs = ((_literal(key), _literal(value)) for key, value in zip(node.keys, node.values, strict=True))
        return {key: value for key, value in pairs if isinstance(key, str) and isinstance(value, str)}
    return None


def _place(node: ast.expr | ast.stmt) -> str:
    return f"{node.lineno}:{node.col_offset + 1}"
