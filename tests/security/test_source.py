"""What the source must not do: run what it reads, reveal a secret in a new place, know a host that nobody expects."""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.architecture import Module, dotted, imports_of, read_package

ROOT = Path(__file__).resolve().parents[2]
RUNS_DATA = frozenset({"pickle", "marshal", "shelve", "dbm", "code", "codeop", "runpy", "yaml", "ruamel", "jinja2"})
RUNS_TEXT = frozenset({"eval", "exec", "compile", "__import__", "os.system", "os.popen", "jsonpickle.decode"})
STARTS_PROGRAMS = {
    "engine/secretcmd.py": "the person's own secret_cmd",
    "engine/browser.py": "the person's browser",
}
REVEALING = frozenset(
    [
        # Where a secret is signed with, sent, encrypted, or read from what a person typed.
        *("core/call.py", "core/gateway.py", "assemble.py", "cli/keys.py", "tui/screens/keys_dialog.py"),
        *("engine/vault.py", "engine/keysources.py", "engine/storedkeys.py", "engine/strongroom.py"),
        *("engine/vaultfile.py", "engine/masterkeys.py", "engine/keyring_store.py", "engine/embeddedkeys.py"),
        *("engine/oauth.py", "engine/signin.py", "engine/consent.py", "engine/rotation.py"),
        # The sign lab: it has to know the secret of the sign that it is to judge, and masks it in what it says.
        *("core/signlab/evidence.py", "core/signlab/search.py", "core/signlab/steps.py"),
        *("core/signlab/parametermistakes.py", "core/signlab/telling.py", "tui/screens/signlab.py"),
        *("cli/signs.py", "cli/signsteps.py"),
        # The sandbox's own keys, which are made up and shown so that SDKs can use them.
        *("cli/serve.py", "cli/sdksnippets.py"),
    ]
)
"""Every module that may take a secret out of its wrapper, apart from the sandbox, whose secrets are made up."""
HOSTS = frozenset(
    {
        # Where signed calls go, as the platform file says; and the platform's site of documents, on `catalog sync`.
        *("eco.taobao.com", "gw.api.taobao.com", "api.taobao.com", "gw.api.tbsandbox.com", "open.taobao.com"),
        *("oauth.taobao.com", "oauth.tbsandbox.com"),
        # This machine, and a name that resolves nowhere.
        *("127.0.0.1", "localhost", "sandbox.topexplorer.invalid"),
    }
)


NAMED = frozenset({"json-schema.org"})
"""Hosts that only stand in texts: the name of a schema's language."""
CONNECTING = {
    "httpx": ("engine/", "assemble.py"),
    # Two listeners on loopback, and the look-up of the gateway's name for a lamp.
    "socket": ("cli/serve.py", "sandbox/loopback.py", "engine/callback.py", "engine/wirelamps.py"),
    # Only reads the proxy settings of the system.
    "urllib.request": ("engine/route.py",),
    **dict.fromkeys(("http.client", "ftplib", "smtplib", "imaplib", "xmlrpc", "aiohttp", "requests", "urllib3"), ()),
}
"""Where the modules may be imported that can reach the network."""


@pytest.fixture(scope="module")
def package() -> list[Module]:
    return read_package(ROOT / "topexplorer")


@cache
def nodes_of(module: Module) -> list[ast.AST]:
    """Everything in the module: the rules share one walk."""
    return list(ast.walk(module.tree))


def runs_data(module: Module) -> Iterator[str]:
    """Every way in which what the module reads could become code."""
    for found in imports_of(module):
        if found.root in RUNS_DATA:
            yield module.says(found.line, f"imports {found.root}")
        if found.root in ("subprocess", "pty") and module.path not in STARTS_PROGRAMS:
            yield module.says(found.line, "starts a program")
        if found.target.startswith("importlib") and module.path not in IMPORTS_BY_NAME:
            yield module.says(found.line, "imports what a text names")
    for node in nodes_of(module):
        if isinstance(node, ast.Call) and dotted(node.func) in RUNS_TEXT:
            yield module.says(node.lineno, f"calls {dotted(node.func)}")
        if isinstance(node, ast.keyword) and node.arg == "shell":
            yield module.says(node.value.lineno, "goes through a shell")


IMPORTS_BY_NAME = {
    "cli/verbs.py": "the module of a verb, out of a table",
    "assemble.py": "one module, named there",
    "sandbox/backends/registry.py": "the back ends, out of a table",
}


def reveals(module: Module) -> Iterator[str]:
    """Every place that takes a secret out of its wrapper. What widgets reveal has arguments."""
    for node in nodes_of(module):
        if isinstance(node, ast.Attribute) and node.attr == "_text" and isinstance(node.value, ast.Name):
            if node.value.id == "secret":
                yield module.says(node.lineno, "reaches into a secret")
        elif (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Attribute)
            and node.func.attr == "reveal"
            and not (node.args or node.keywords)
        ):
            yield module.says(node.lineno, "reveals a secret")


def test_nothing_that_is_read_is_ever_run(package: list[Module]) -> None:
    assert [problem for module in package for problem in runs_data(module)] == []


@pytest.mark.parametrize(
    "source",
    [
        "import pickle",
        "from yaml import load",
        "def f():\n    import shelve",
        "x = eval('1')",
        "import os\nos.system('ls')",
        "from subprocess import run",
        "from importlib import import_module",
        "start(['ls'], shell=True)",
    ],
)
def test_that_rule_can_fail(source: str) -> None:
    assert list(runs_data(Module.parse("core/a.py", source)))


def test_a_secret_leaves_its_wrapper_in_these_modules_only(package: list[Module]) -> None:
    revealing = {module.path for module in package if any(reveals(module)) and module.layer != "sandbox"}
    assert revealing - REVEALING == set()
    assert REVEALING - revealing == set(), "listed and no longer needed"
    assert list(reveals(Module.parse("tui/a.py", "print(keys.app_secret.reveal())")))
    assert not list(reveals(Module.parse("tui/a.py", "page.reveal(3, top=True)")))


def formats(module: Module) -> Iterator[str]:
    """Every f-string with a secret in it."""
    for node in nodes_of(module):
        if isinstance(node, ast.FormattedValue) and any(reveals(Module(module.path, as_module(node.value), 1))):
            yield module.says(node.lineno, "formats a secret")


def as_module(expression: ast.expr) -> ast.Module:
    return ast.Module([ast.Expr(expression)], [])


def test_no_secret_is_written_into_a_sentence(package: list[Module]) -> None:
    assert [problem for module in package for problem in formats(module)] == []
    assert list(formats(Module.parse("core/a.py", "f'session {keys.session.reveal()}'")))


def hosts_in(text: str) -> set[str]:
    """The hosts of the whole addresses in a text; placeholders are none."""
    found = re.findall(r"https?://[\w.\-]+", text, re.ASCII)
    return {urlsplit(address).hostname or "" for address in found} - {""}


def texts_of(module: Module) -> str:
    """Every text of the module but the docstrings of what is in it."""
    with_docstring = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef
    first = [node.body[0] for node in nodes_of(module) if isinstance(node, with_docstring) and node.body]
    documented = {id(statement.value) for statement in first if isinstance(statement, ast.Expr)}
    constants = [node for node in nodes_of(module) if isinstance(node, ast.Constant)]
    return "\n".join(str(node.value) for node in constants if id(node) not in documented)


def test_the_source_knows_no_host_that_is_not_listed(package: list[Module]) -> None:
    for module in package:
        assert module.layer == "sandbox" or hosts_in(texts_of(module)) <= HOSTS | NAMED, module.path
    platform = json.loads((ROOT / "specs/top/platform.json").read_text(encoding="utf-8"))
    for gateway in platform["gateways"]:
        assert {urlsplit(gateway[key]).hostname for key in ("url", "oauth")} <= HOSTS
    assert hosts_in("see https://telemetry.example.com/x") == {"telemetry.example.com"}


def test_only_these_modules_can_reach_the_network(package: list[Module]) -> None:
    for module in package:
        for found in imports_of(module):
            for name, places in CONNECTING.items():
                assert not f"{found.target}.".startswith(f"{name}.") or module.path.startswith(places), module.path


def fields(module: Module) -> Iterator[str]:
    """Every field that draws what is typed or pasted into it as it is, which `DiscreetInput` and `PlainArea` do not."""
    for node in nodes_of(module):
        if isinstance(node, ast.Call) and dotted(node.func) in ("Input", "TextArea"):
            draws = True
        elif isinstance(node, ast.ClassDef) and "Input" in map(dotted, node.bases):
            draws = "Drawable(" not in ast.unparse(node)
        elif isinstance(node, ast.ClassDef) and "TextArea" in map(dotted, node.bases):
            draws = not any(isinstance(part, ast.FunctionDef) and part.name == "get_line" for part in node.body)
        else:
            continue
        if draws:
            yield module.says(node.lineno, "a field that draws control characters as they are")


def test_every_field_shows_pasted_control_characters_as_signs(package: list[Module]) -> None:
    assert [problem for module in package for problem in fields(module)] == []
    for bad in ("Input('x')", "TextArea()", "class A(TextArea):\n    x = 1", "class A(Input):\n    x = 1"):
        assert list(fields(Module.parse("tui/a.py", bad)))
