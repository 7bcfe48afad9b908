"""The rules of the package's shape, each a function from parsed modules to sentences `file:line: what is wrong`.

`test_architecture.py` runs every rule over the package, and over small bad modules that prove the rule can fail.
"""

from __future__ import annotations

import ast
import builtins
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

PACKAGE = "topexplorer"

# Who may import whom. Everyone may import the package itself, which holds only the version.
LAYERS = {
    PACKAGE: frozenset[str](),
    "core": frozenset({"core"}),
    "engine": frozenset({"core", "engine"}),
    "sandbox": frozenset({"core", "sandbox"}),
    "assemble": frozenset({"core", "engine", "sandbox"}),
    "cli": frozenset({"core", "engine", "sandbox", "assemble", "cli"}),
    "tui": frozenset({"core", "engine", "sandbox", "assemble", "tui"}),
    "__main__": frozenset({"cli"}),
}
# A module with one of these roots may be imported only under these paths of the package.
APP = ("tui/app.py", "tui/locking.py", "tui/discretion.py")
"""The app, from the outside in."""
PLACES = {
    "httpx": ("engine/httpclient.py", "engine/docsite.py", "engine/engine.py", "assemble.py"),
    "sqlite3": ("engine/",),
    "platformdirs": ("engine/settings.py",),
    "keyring": ("engine/keyring_store.py",),
    "cryptography": ("engine/vaultfile.py",),
    "uvicorn": ("sandbox/loopback.py",),
    "uvloop": ("sandbox/loopback.py",),
    "argparse": ("cli/",),
    "textual": ("tui/",),
    "rich": ("tui/",),
}
ABOVE_WIDGETS = (f"{PACKAGE}.tui.screens.", f"{PACKAGE}.tui.app.")
CORE_MAY_USE = frozenset({"pydantic", "pydantic_core", "msgspec", "frizbee", "python_multipart"})
# Modules that give core a clock, chance, an environment, a network or a way to write.
NOT_IN_CORE = frozenset(
    "time random secrets socket ssl http urllib.request urllib.error subprocess sqlite3 tempfile shutil select "
    "selectors getpass webbrowser locale platform asyncio threading multiprocessing logging".split()
)
NAMES_NOT_IN_CORE = frozenset(
    "print input datetime.datetime.now datetime.datetime.utcnow datetime.datetime.today datetime.date.today "
    "uuid.uuid1 uuid.uuid4 os.environ os.environb os.getenv os.putenv os.urandom os.getcwd os.open os.write os.remove "
    "os.unlink os.mkdir os.makedirs os.rename os.replace os.rmdir sys.stdout sys.stderr sys.stdin".split()
)
WRITING_METHODS = frozenset("write_text write_bytes unlink mkdir rmdir touch symlink_to hardlink_to chmod".split())
REGISTRIES = frozenset({"importers", "exporters", "views", "diagnosis"})
VAGUE_NAMES = frozenset(
    "util utils helper helpers manager managers model models type types constant constants common misc data "
    "info".split()
)
VAGUE_CLASS = re.compile(r"^Base[A-Z]|^Base$|(Manager|Handler|Helper)$")
FILE_LINES, FUNCTION_LINES, CLASS_LINES, CLASS_METHODS = 400, 60, 250, 25
APP_LINES, EXPLORER_METHODS = 150, 20

Function = ast.FunctionDef | ast.AsyncFunctionDef


@dataclass(frozen=True, slots=True)
class Module:
    """One parsed source file. `path` is relative to the package, as in `core/spec.py`."""

    path: str
    tree: ast.Module
    lines: int

    @classmethod
    def parse(cls, path: str, source: str) -> Module:
        return cls(path, ast.parse(source, path), len(source.splitlines()))

    @property
    def name(self) -> str:
        parts = self.path.removesuffix(".py").removesuffix("/__init__").split("/")
        return PACKAGE if parts == ["__init__"] else ".".join([PACKAGE, *parts])

    @property
    def layer(self) -> str:
        return layer_of(self.name)

    def says(self, line: int, what: str) -> str:
        return f"{PACKAGE}/{self.path}:{line}: {what}"


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name, in full. `lazy` when it stands inside a function."""

    line: int
    target: str
    lazy: bool

    @property
    def root(self) -> str:
        return self.target.partition(".")[0]


Rule = Callable[[Sequence[Module]], Iterator[str]]


def read_package(folder: Path) -> list[Module]:
    """Every source file under `folder`, in a stable order."""
    return [
        Module.parse(path.relative_to(folder).as_posix(), path.read_text(encoding="utf-8"))
        for path in sorted(folder.rglob("*.py"))
    ]


def layer_of(name: str) -> str:
    """`core` for `topexplorer.core.spec`; the package's own name for the package itself."""
    return name.split(".")[1] if "." in name else name


def imports_of(module: Module) -> list[Import]:
    """Every import wherever it stands: at the top, in a function, under TYPE_CHECKING, or through import_module."""
    found: list[Import] = []

    def visit(node: ast.AST, lazy: bool) -> None:
        if isinstance(node, ast.Import):
            found.extend(Import(node.lineno, alias.name, lazy) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.extend(Import(node.lineno, f"{source_of(module, node)}.{name.name}", lazy) for name in node.names)
        elif isinstance(node, ast.Call) and dotted(node.func).endswith(("import_module", "__import__")):
            found.extend(Import(node.lineno, str(a.value), lazy) for a in node.args[:1] if isinstance(a, ast.Constant))
        for child in ast.iter_child_nodes(node):
            visit(child, lazy or isinstance(node, Function))

    visit(module.tree, False)
    return found


def source_of(module: Module, node: ast.ImportFrom) -> str:
    """The module that a `from` import names, relative dots resolved."""
    if not node.level:
        return node.module or ""
    parts = module.name.split(".")
    parts = parts[: len(parts) - node.level + module.path.endswith("__init__.py")]
    return ".".join([*parts, *filter(None, [node.module])])


def dotted(node: ast.AST) -> str:
    """`os.path.join` for that expression; empty for anything that is not names and dots."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def own_imports(module: Module, names: frozenset[str]) -> Iterator[tuple[Import, str]]:
    """The imports of our own modules, each with the name of the module meant."""
    for found in imports_of(module):
        if found.root == PACKAGE:
            target = found.target
            while target not in names and target.count(".") > 1:
                target = target.rpartition(".")[0]
            known = target in names or layer_of(target) in LAYERS
            yield found, target if known else PACKAGE


def names_of(modules: Sequence[Module]) -> frozenset[str]:
    return frozenset(module.name for module in modules)


def imports_point_down(modules: Sequence[Module]) -> Iterator[str]:
    names = names_of(modules)
    for module in modules:
        if module.layer not in LAYERS:
            yield module.says(1, f"{module.layer} is not in the layer map")
            continue
        for found, target in own_imports(module, names):
            layer = layer_of(target)
            opens_tui = module.path == "cli/main.py" and layer == "tui" and found.lazy
            if layer != PACKAGE and layer not in LAYERS[module.layer] and not opens_tui:
                yield module.says(found.line, f"{module.layer} may not import {found.target}")


def only_assemble_sees_engine_and_sandbox(modules: Sequence[Module]) -> Iterator[str]:
    names = names_of(modules)
    for module in modules:
        seen = {layer_of(target): found for found, target in own_imports(module, names)}
        if {"engine", "sandbox"} <= seen.keys() and module.layer != "assemble":
            yield module.says(seen["sandbox"].line, "sees engine and sandbox together, as only assemble may")


def there_is_no_cycle(modules: Sequence[Module]) -> Iterator[str]:
    names = names_of(modules)
    edges = {
        module.name: {target: found.line for found, target in own_imports(module, names) if target in names}
        for module in modules
    }
    files = {module.name: module for module in modules}
    done: set[str] = set()

    def walk(name: str, path: list[str]) -> Iterator[str]:
        for target, line in edges[name].items():
            if target in path:
                circle = " -> ".join([*path[path.index(target) :], target])
                yield files[name].says(line, f"import cycle {circle}")
            elif target not in done:
                yield from walk(target, [*path, target])
        done.add(name)

    for module in modules:
        if module.name not in done:
            yield from walk(module.name, [module.name])


def widgets_know_only_core(modules: Sequence[Module]) -> Iterator[str]:
    names = names_of(modules)
    for module in modules:
        if module.layer != "tui" or module.path.startswith("tui/screens/") or module.path in APP:
            continue
        for found, target in own_imports(module, names):
            if layer_of(target) in {"engine", "sandbox", "assemble"}:
                yield module.says(found.line, f"only screens and the app may import {found.target}")
            elif "widgets/" in module.path and f"{found.target}.".startswith(ABOVE_WIDGETS):
                yield module.says(found.line, f"a widget may not import {found.target}")


def libraries_stay_in_their_places(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for found in imports_of(module):
            places = PLACES.get(found.root)
            if places and not module.path.startswith(places):
                yield module.says(found.line, f"{found.root} may be imported only in {', '.join(places)}")


def core_imports_nothing_that_acts(modules: Sequence[Module]) -> Iterator[str]:
    for module in (m for m in modules if m.layer == "core"):
        for found in imports_of(module):
            steps = found.target.split(".")
            acts = {".".join(steps[:n]) for n in range(1, len(steps) + 1)} & NOT_IN_CORE
            foreign = found.root not in sys.stdlib_module_names | CORE_MAY_USE | {PACKAGE, "__future__"}
            if acts or foreign:
                yield module.says(found.line, f"core may not import {found.target}")


def core_does_not_act(modules: Sequence[Module]) -> Iterator[str]:
    for module in (m for m in modules if m.layer == "core"):
        meaning = {name: name for name in dir(builtins)} | bound_imports(module)
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Name | ast.Attribute):
                first, dot, rest = dotted(node).partition(".")
                full = meaning.get(first, "") + dot + rest
                if full in NAMES_NOT_IN_CORE:
                    yield module.says(node.lineno, f"core may not use {full}")
            elif isinstance(node, ast.Call) and writes(node):
                yield module.says(node.lineno, f"core may not write: {ast.unparse(node.func)}")


def bound_imports(module: Module) -> dict[str, str]:
    """What each imported name stands for: `dt` for `import datetime as dt`, and so on."""
    bound: dict[str, str] = {}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Import):
            for name in node.names:
                bound[name.asname or name.name.partition(".")[0]] = (
                    name.name if name.asname else name.name.split(".")[0]
                )
        elif isinstance(node, ast.ImportFrom):
            bound.update({name.asname or name.name: f"{source_of(module, node)}.{name.name}" for name in node.names})
    return bound


def writes(call: ast.Call) -> bool:
    """Whether the call changes a file: a writing method of a path, or `open` with any mode but a plain reading one."""
    if isinstance(call.func, ast.Attribute) and call.func.attr in WRITING_METHODS:
        return True
    function = dotted(call.func) if not isinstance(call.func, ast.Attribute) else f".{call.func.attr}"
    if function not in {"open", ".open"}:
        return False
    position = 1 if dotted(call.func) in {"open", "io.open"} else 0
    modes = [keyword.value for keyword in call.keywords if keyword.arg == "mode"] or call.args[position : position + 1]
    return any(not isinstance(mode, ast.Constant) or set(str(mode.value)) - set("rbt") for mode in modes)


def sizes_are_kept(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        limit = APP_LINES if module.path == "tui/app.py" else FILE_LINES
        if module.lines > limit:
            yield module.says(module.lines, f"the file has {module.lines} lines, at most {limit} are allowed")
        for node in ast.walk(module.tree):
            if isinstance(node, Function | ast.ClassDef):
                limit = CLASS_LINES if isinstance(node, ast.ClassDef) else FUNCTION_LINES
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > limit:
                    yield module.says(node.lineno, f"{node.name} has {lines} lines, at most {limit} are allowed")
            if isinstance(node, ast.ClassDef):
                methods = sum(isinstance(member, Function) for member in node.body)
                most = EXPLORER_METHODS if node.name == "Explorer" and module.layer == "tui" else CLASS_METHODS
                if methods > most:
                    yield module.says(node.lineno, f"{node.name} has {methods} methods, at most {most} are allowed")


def the_tui_is_no_larger_than_what_it_shows(modules: Sequence[Module]) -> Iterator[str]:
    total = dict.fromkeys(LAYERS, 0)
    for module in modules:
        total[module.layer] = total.get(module.layer, 0) + module.lines
    if total["tui"] > total["core"] + total["engine"]:
        most = f"{total['core']} of core and {total['engine']} of engine"
        yield f"{PACKAGE}/tui:1: {total['tui']} lines, more than the {most}"


def init_files_hold_next_to_nothing(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        folders = module.path.split("/")
        if folders[-1] != "__init__.py" or (len(folders) > 1 and folders[-2] in REGISTRIES):
            continue
        body = [node for node in module.tree.body if not isinstance(node, ast.Expr) and not sets(node, "__all__")]
        is_version = module.path == "__init__.py" and len(body) == 1 and sets(body[0], "__version__")
        is_export = len(body) == 1 and isinstance(body[0], ast.ImportFrom) and len(body[0].names) == 1
        if body and not is_version and not is_export:
            yield module.says(body[-1].lineno, "an __init__ file is empty or re-exports one name")


def sets(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Assign) and [dotted(target) for target in node.targets] == [name]


def names_say_something(modules: Sequence[Module]) -> Iterator[str]:
    for module in modules:
        for part in module.path.removesuffix(".py").split("/"):
            if part in VAGUE_NAMES:
                yield module.says(1, f"{part} is no name for a module")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef) and VAGUE_CLASS.search(node.name):
                yield module.says(node.lineno, f"{node.name} is no name for a class")


def notices_go_through_one_place(modules: Sequence[Module]) -> Iterator[str]:
    calls = [
        module.says(node.lineno, "calls notify; one place in tui does that for all, after cleaning the text")
        for module in modules
        if module.layer == "tui"
        for node in ast.walk(module.tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "notify"
        if not (isinstance(node.func.value, ast.Call) and ast.unparse(node.func.value) == "super()")
    ]
    if len(calls) > 1:
        yield from calls


RULES: dict[str, Rule] = {
    rule.__name__: rule
    for rule in (
        imports_point_down,
        only_assemble_sees_engine_and_sandbox,
        there_is_no_cycle,
        widgets_know_only_core,
        libraries_stay_in_their_places,
        core_imports_nothing_that_acts,
        core_does_not_act,
        sizes_are_kept,
        the_tui_is_no_larger_than_what_it_shows,
        init_files_hold_next_to_nothing,
        names_say_something,
        notices_go_through_one_place,
    )
}
