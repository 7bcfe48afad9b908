"""The package keeps the shape that the README describes, and each of these rules can fail."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

from tests.architecture import RULES, Module, read_package

ROOT = Path(__file__).resolve().parent.parent

IMPORTED = re.compile(r"^import time:\s+\d+ \|\s+\d+ \|\s+(\S+)$", re.MULTILINE)
DRAWING = {"textual", "rich"}
FILE_CHECKING = {"pydantic", "pydantic_core"}
OPENING_VAULTS = {"keyring", "cryptography"}
HEADLESS = {
    "--help": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "list": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "show taobao.time.get": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "sign taobao.time.get": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "env list": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "keys where": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "history list 订单": DRAWING | FILE_CHECKING | OPENING_VAULTS | {"httpx"},
    "call taobao.time.get": DRAWING | FILE_CHECKING | OPENING_VAULTS,
}


def test_the_package_keeps_the_rules() -> None:
    package = read_package(ROOT / "topexplorer")
    problems = [f"{rule}: {problem}" for rule, check in RULES.items() for problem in check(package)]
    assert not problems, "\n" + "\n".join(problems)


def lines(count: int, line: str = "x = 1") -> str:
    return "\n".join([line] * count)


# (rule, {file: source}, where the rule must point)
BROKEN: list[tuple[str, dict[str, str], str]] = [
    ("imports_point_down", {"core/a.py": "from topexplorer.engine.engine import Engine"}, "core/a.py:1"),
    ("imports_point_down", {"core/a.py": "import topexplorer.tui.app"}, "core/a.py:1"),
    ("imports_point_down", {"core/a.py": "from ..cli import verbs"}, "core/a.py:1"),
    ("imports_point_down", {"engine/a.py": "from topexplorer import sandbox"}, "engine/a.py:1"),
    ("imports_point_down", {"sandbox/a.py": "\nfrom topexplorer.engine import vault"}, "sandbox/a.py:2"),
    ("imports_point_down", {"cli/verbs.py": "def f():\n    import topexplorer.tui.app"}, "cli/verbs.py:2"),
    ("imports_point_down", {"cli/main.py": "from topexplorer.tui.app import App"}, "cli/main.py:1"),
    ("imports_point_down", {"tui/app.py": "from topexplorer.cli.output import out"}, "tui/app.py:1"),
    ("imports_point_down", {"assemble.py": "import topexplorer.tui"}, "assemble.py:1"),
    ("imports_point_down", {"__init__.py": "from topexplorer.core import spec"}, "__init__.py:1"),
    ("imports_point_down", {"plugins.py": ""}, "plugins.py:1"),
    (
        "imports_point_down",
        {"core/a.py": "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from topexplorer.engine import b"},
        "core/a.py:3",
    ),
    (
        "imports_point_down",
        {"core/a.py": "import importlib\nimportlib.import_module('topexplorer.engine.engine')"},
        "core/a.py:2",
    ),
    (
        "only_assemble_sees_engine_and_sandbox",
        {"tui/app.py": "from topexplorer.engine import engine\nfrom topexplorer.sandbox import app"},
        "tui/app.py:2",
    ),
    (
        "there_is_no_cycle",
        {"core/a.py": "import topexplorer.core.b", "core/b.py": "def f():\n    from topexplorer.core.a import x"},
        "core/b.py:2",
    ),
    (
        "there_is_no_cycle",
        {
            "core/a.py": "from topexplorer.core import b",
            "core/b.py": "from topexplorer.core import c",
            "core/c.py": "from topexplorer.core import a",
        },
        "core/c.py:1",
    ),
    ("widgets_know_only_core", {"tui/widgets/a.py": "from topexplorer.engine.engine import Engine"}, "a.py:1"),
    ("widgets_know_only_core", {"tui/widgets/a.py": "from topexplorer.tui.screens.explorer import Explorer"}, "a.py:1"),
    ("widgets_know_only_core", {"tui/commands.py": "from topexplorer.assemble import Workbench"}, "commands.py:1"),
    ("libraries_stay_in_their_places", {"cli/verbs.py": "def f():\n    import httpx"}, "cli/verbs.py:2"),
    ("libraries_stay_in_their_places", {"engine/sync.py": "def f():\n    import httpx"}, "engine/sync.py:2"),
    ("libraries_stay_in_their_places", {"cli/output.py": "from rich.console import Console"}, "cli/output.py:1"),
    ("libraries_stay_in_their_places", {"engine/a.py": "import textual.app"}, "engine/a.py:1"),
    ("libraries_stay_in_their_places", {"tui/app.py": "import argparse"}, "tui/app.py:1"),
    ("libraries_stay_in_their_places", {"engine/vault.py": "import platformdirs"}, "engine/vault.py:1"),
    ("libraries_stay_in_their_places", {"engine/vault.py": "def f():\n    import keyring"}, "engine/vault.py:2"),
    ("libraries_stay_in_their_places", {"cli/keys.py": "from cryptography import x"}, "cli/keys.py:1"),
    ("libraries_stay_in_their_places", {"sandbox/app.py": "import uvicorn.config"}, "sandbox/app.py:1"),
    ("core_imports_nothing_that_acts", {"core/a.py": "import time"}, "core/a.py:1"),
    ("core_imports_nothing_that_acts", {"core/a.py": "from random import choice"}, "core/a.py:1"),
    ("core_imports_nothing_that_acts", {"core/a.py": "def f():\n    import secrets"}, "core/a.py:2"),
    ("core_imports_nothing_that_acts", {"core/a.py": "from urllib import request"}, "core/a.py:1"),
    ("core_imports_nothing_that_acts", {"core/a.py": "import http.client"}, "core/a.py:1"),
    ("core_imports_nothing_that_acts", {"core/a.py": "import tomlkit"}, "core/a.py:1"),
    ("core_does_not_act", {"core/a.py": "from datetime import datetime\nt = datetime.now()"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "import datetime as d\nt = d.datetime.utcnow()"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "from datetime import date as day\nt = day.today"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "import uuid\nx = uuid.uuid4()"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "from uuid import uuid4\nx = uuid4()"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "import os\nx = os.environ['HOME']"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "from os import getenv\nx = getenv('HOME')"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "print('x')"}, "core/a.py:1"),
    ("core_does_not_act", {"core/a.py": "open('x', 'w')"}, "core/a.py:1"),
    ("core_does_not_act", {"core/a.py": "def f(p, m):\n    return open(p, mode=m)"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "from pathlib import Path\nPath('x').open('ab')"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "from pathlib import Path\nPath('x').write_text('')"}, "core/a.py:2"),
    ("core_does_not_act", {"core/a.py": "def f(p):\n    p.parent.mkdir()\n"}, "core/a.py:2"),
    ("sizes_are_kept", {"core/a.py": lines(401)}, "core/a.py:401"),
    ("sizes_are_kept", {"tui/app.py": lines(151)}, "tui/app.py:151"),
    ("sizes_are_kept", {"core/a.py": "\nasync def f():\n" + lines(60, "    x = 1")}, "core/a.py:2"),
    ("sizes_are_kept", {"core/a.py": "class A:\n" + lines(250, "    x = 1")}, "core/a.py:1"),
    ("sizes_are_kept", {"core/a.py": "class A:\n" + lines(26, "    def f(self): ...")}, "core/a.py:1"),
    ("sizes_are_kept", {"tui/screens/explorer.py": "class Explorer:\n" + lines(21, "    def f(self): ...")}, "r.py:1"),
    ("the_tui_is_no_larger_than_what_it_shows", {"core/a.py": "x = 1", "tui/app.py": lines(2)}, "tui:1"),
    (
        "init_files_hold_next_to_nothing",
        {"core/__init__.py": "from topexplorer.core.a import x, y"},
        "core/__init__.py:1",
    ),
    ("init_files_hold_next_to_nothing", {"core/__init__.py": "\ndef f(): ..."}, "core/__init__.py:2"),
    ("init_files_hold_next_to_nothing", {"__init__.py": "__version__ = '1'\nname = 'x'"}, "__init__.py:2"),
    ("names_say_something", {"core/utils.py": ""}, "core/utils.py:1"),
    ("names_say_something", {"core/types/trade.py": ""}, "core/types/trade.py:1"),
    ("names_say_something", {"core/a.py": "\nclass CallManager: ..."}, "core/a.py:2"),
    ("names_say_something", {"core/a.py": "class BaseView: ..."}, "core/a.py:1"),
    (
        "notices_go_through_one_place",
        {"tui/a.py": "self.notify('')", "tui/b.py": "\nself.app.notify('')"},
        "tui/b.py:2",
    ),
]


@pytest.mark.parametrize(("rule", "files", "where"), BROKEN, ids=lambda value: value if isinstance(value, str) else "")
def test_a_rule_points_at_the_line_that_breaks_it(rule: str, files: dict[str, str], where: str) -> None:
    problems = list(RULES[rule]([Module.parse(path, source) for path, source in files.items()]))
    assert any(f"{where}: " in problem for problem in problems), problems


def test_no_rule_objects_to_a_package_of_the_right_shape() -> None:
    files = {
        "__init__.py": '"""The version."""\n\n__version__ = "1.0"',
        "__main__.py": "from topexplorer.cli.main import run",
        "assemble.py": "import httpx\nfrom topexplorer.engine import engine\nfrom topexplorer.sandbox import app",
        "core/__init__.py": "",
        "core/spec.py": """\
            import os
            from datetime import datetime, time
            from pathlib import Path

            def read(path: Path, clock, text):
                now, noon = clock.now(), time(12)
                with path.open("rb") as file, open(path, encoding="utf-8") as other:
                    return os.stat(path), datetime.fromisoformat(text.replace("a", "b")), now, noon, file, other
            """,
        "core/views/__init__.py": "from topexplorer.core.spec import read\nVIEWS = {'read': read}\nMORE = 1",
        "engine/engine.py": "import httpx\nimport sqlite3\nfrom topexplorer import __version__",
        "engine/settings.py": "import platformdirs\nimport os\nos.environ.get('HOME')",
        "sandbox/app.py": "import random\nfrom topexplorer.core import spec",
        "cli/main.py": "import argparse\n\ndef run():\n    from topexplorer.tui.app import App",
        "tui/app.py": "from textual.app import App\nfrom topexplorer.engine.engine import Engine\napp.notify('')",
        "tui/widgets/form.py": "from topexplorer.core.spec import read\nfrom topexplorer.tui import commands",
        "tui/commands.py": "COMMANDS = ()",
    }
    modules = [Module.parse(path, dedent(source)) for path, source in files.items()]
    assert [problem for rule in RULES.values() for problem in rule(modules)] == []


def test_every_rule_is_proven_able_to_fail() -> None:
    assert {rule for rule, _, _ in BROKEN} == set(RULES)


def imported_by(*arguments: str) -> set[str]:
    """The top-level modules that a fresh interpreter imports for `python ARGUMENTS`, which must succeed."""
    environment = os.environ | {"PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-X", "importtime", *arguments]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60, check=False)
    said = [line for line in done.stderr.splitlines() if not line.startswith("import time:")]
    assert done.returncode == 0, "\n".join([done.stdout, *said])
    return {name.partition(".")[0] for name in IMPORTED.findall(done.stderr)}


@pytest.mark.parametrize("command", HEADLESS)
def test_a_headless_run_loads_only_what_it_needs(command: str) -> None:
    arguments = ["-m", "topexplorer", *command.split()]
    imported_by(*arguments)  # a new person's first run checks the spec files and may load more
    assert imported_by(*arguments) & HEADLESS[command] == set()


def test_the_import_check_would_see_a_drawing_library() -> None:
    assert DRAWING & imported_by("-c", "def f(): import rich\nf()") == {"rich"}
