"""The project's own files agree with each other: commands, locks, languages, and nothing of one person's machine."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tests.architecture import Import, Module, dotted, imports_of, read_package

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LOCALE = ROOT / "topexplorer" / "locale"
LANGUAGES = ("en", "zh_CN")
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-build.lock")
NOT_OURS = {
    ".git",
    ".venv",
    ".hypothesis",
    ".mypy_cache",
    ".pytest_cache",
    ".ruff_cache",
    "__pycache__",
    "build",
    "dist",
}
# What takes the key of a sentence as its first argument, by the last name of what is called.
SPEAKERS = {"message", "Message", "language", "tr", "say"}
FOREIGN = {
    "a path of one machine": re.compile(r"(?<![\w.:/-])/(?:work|root|tmp|home)/"),
    "a registry's host": re.compile(r"pypi\.org|pythonhosted\.org|npmjs\.(?:org|com)|deb\.debian\.org"),
    "a note to oneself": re.compile(r"\b(?:TO" r"DO|FIX" r"ME)\b"),
}


def project_files() -> list[Path]:
    """The files that are or would be committed: by git where it knows, else all but what tools leave behind."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    if (ROOT / ".git").exists() and listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for path in ROOT.rglob("*") if not NOT_OURS & set(path.relative_to(ROOT).parts)]
    return sorted(path for path in found if path.is_file())


def readme_command(name: str) -> str:
    """The code block of the README that follows the line `<!-- ci:NAME -->`; empty when there is none."""
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    found = re.search(rf"^<!-- ci:{name} -->\n```\w*\n(.*?)\n```$", text, re.MULTILINE | re.DOTALL)
    return found[1].strip() if found else ""


# README, start.py and CI


@pytest.mark.parametrize(("name", "command"), [("open", "python3 start.py"), ("test", "python3 start.py test")])
def test_the_readme_gives_the_command_at_its_top(name: str, command: str) -> None:
    assert readme_command(name) == command
    assert f"<!-- ci:{name} -->" in (ROOT / "README.md").read_text(encoding="utf-8").splitlines()[:60]


def test_what_the_readme_links_to_is_there() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#\s]+)", text) + re.findall(r'(?:src|href)="([^"#]+)"', text)
    missing = [link for link in links if "://" not in link and not (ROOT / link).exists()]
    assert not missing


def test_start_parses_on_an_old_python_so_that_it_can_say_what_it_needs() -> None:
    source = (ROOT / "start.py").read_text(encoding="utf-8")
    ast.parse(source, feature_version=(3, 7))
    assert len(source.splitlines()) <= 150


def test_start_runs_every_check_and_installs_from_the_locks_that_exist() -> None:
    module = Module.parse("start.py", (ROOT / "start.py").read_text(encoding="utf-8"))
    words = {node.value for node in ast.walk(module.tree) if isinstance(node, ast.Constant)}
    assert {*LOCKS, "ruff", "mypy", "pytest"} <= words
    assert {found.root for found in imports_of(module)} <= sys.stdlib_module_names


def test_the_ci_script_can_be_run() -> None:
    script = ROOT / ".ci" / "run"
    subprocess.run(["bash", "-n", str(script)], check=True)
    assert script.stat().st_mode & 0o111


def test_the_changelog_has_a_place_for_what_comes_next() -> None:
    assert "## Unreleased" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


# Locks and dependencies


def pins(lock: str) -> dict[str, Requirement]:
    """The locked packages by their canonical name."""
    lines = (ROOT / lock).read_text(encoding="utf-8").splitlines()
    found = [Requirement(line.removesuffix("\\").strip()) for line in lines if re.match(r"\w", line)]
    return {canonicalize_name(requirement.name): requirement for requirement in found}


def version_of(pin: Requirement) -> str:
    """`1.2` of `name==1.2`."""
    return str(pin.specifier).removeprefix("==")


@pytest.mark.parametrize("lock", LOCKS)
def test_a_lock_pins_and_hashes_everything_and_names_no_host(lock: str) -> None:
    text = (ROOT / lock).read_text(encoding="utf-8")
    assert "://" not in text
    assert "index-url" not in text
    blocks = re.findall(r"^(\S.*\\)\n((?:    --hash=sha256:[0-9a-f]{64}.*\n)+)", text, re.MULTILINE)
    assert len(blocks) == len(pins(lock)) > 0
    assert all(re.search(r"==[\w.]+ ", first) for first, _ in blocks)


@pytest.mark.parametrize(
    ("lock", "wanted"),
    [
        ("requirements.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["dependencies"]),
        ("requirements-dev.lock", PROJECT["project"]["optional-dependencies"]["dev"]),
        ("requirements-build.lock", PROJECT["build-system"]["requires"]),
    ],
)
def test_a_lock_covers_what_the_project_asks_for(lock: str, wanted: list[str]) -> None:
    locked = pins(lock)
    for requirement in map(Requirement, wanted):
        assert requirement.specifier.contains(version_of(locked[canonicalize_name(requirement.name)])), requirement


def test_the_locks_agree_on_every_version() -> None:
    together: dict[str, set[str]] = {}
    for lock in LOCKS:
        for name, pin in pins(lock).items():
            together.setdefault(name, set()).add(version_of(pin))
    assert {name: versions for name, versions in together.items() if len(versions) > 1} == {}


def foreign_imports(modules: list[Module]) -> Iterator[tuple[Module, Import]]:
    """The imports that are neither the standard library's nor ours."""
    for module in modules:
        for found in imports_of(module):
            if found.root not in sys.stdlib_module_names | {"topexplorer"}:
                yield module, found


def test_every_dependency_is_used_and_every_import_is_a_dependency() -> None:
    declared = {Requirement(text).name.replace("-", "_") for text in PROJECT["project"]["dependencies"]}
    used = {found.root: module.says(found.line, found.root) for module, found in foreign_imports(sources())}
    undeclared = {where for name, where in used.items() if name not in declared | {"pydantic_core"}}
    assert (declared - used.keys(), undeclared) == (set(), set())


# Languages


def catalogue(language: str) -> dict[str, Any]:
    """Every sentence of a language, from all its files. A key that stands twice fails here."""
    sentences: dict[str, Any] = {}

    def take(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), sorted(key for key in keys if keys.count(key) > 1)
        return dict(pairs)

    for path in sorted(LOCALE.glob(f"*.{language}.json")):
        found = json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=take)
        assert not found.keys() & sentences.keys(), f"{path.name} repeats {sorted(found.keys() & sentences.keys())}"
        sentences.update(found)
    return sentences


def placeholders(sentence: str | dict[str, str]) -> set[str]:
    """The names in braces, of all plural forms together. Raises ValueError for braces that do not match."""
    forms = [sentence] if isinstance(sentence, str) else list(sentence.values())
    return {name for form in forms for _, name, _, _ in Formatter().parse(form) if name is not None}


def sources() -> list[Module]:
    return read_package(ROOT / "topexplorer")


def spoken(modules: list[Module]) -> Iterator[tuple[str, ast.Call, str | re.Pattern[str]]]:
    """Every key that a call names in its source: where, the call, and the key or, for an f-string, its pattern."""
    for module in modules:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Call) and node.args and dotted(node.func).rpartition(".")[2] in SPEAKERS:
                for part in branches(node.args[0]):
                    if isinstance(part, ast.Constant) and isinstance(part.value, str):
                        yield module.says(node.lineno, part.value), node, part.value
                    elif isinstance(part, ast.JoinedStr):
                        yield module.says(node.lineno, ast.unparse(part)), node, pattern(part)


def branches(node: ast.expr) -> list[ast.expr]:
    """The values that a conditional expression can have; else the expression itself."""
    return [*branches(node.body), *branches(node.orelse)] if isinstance(node, ast.IfExp) else [node]


def pattern(text: ast.JoinedStr) -> re.Pattern[str]:
    """What an f-string can become, its replaced parts being any text."""
    parts = [re.escape(str(part.value)) if isinstance(part, ast.Constant) else ".+" for part in text.values]
    return re.compile("".join(parts))


def test_the_languages_have_the_same_sentences_with_the_same_placeholders() -> None:
    english, chinese = map(catalogue, LANGUAGES)
    assert english
    assert english.keys() ^ chinese.keys() == set()
    unequal = {key for key in english if placeholders(english[key]) - {"n"} != placeholders(chinese[key]) - {"n"}}
    assert not unequal


def test_every_locale_file_has_its_twin() -> None:
    names = {path.name for path in LOCALE.iterdir()}
    areas = {name.partition(".")[0] for name in names}
    assert names == {f"{area}.{language}.json" for area in areas for language in LANGUAGES}


def test_every_sentence_that_the_source_names_exists_and_gets_the_values_it_shows() -> None:
    sentences = catalogue("en")
    wrong = []
    for where, call, key in spoken(sources()):
        if isinstance(key, re.Pattern):
            wrong += [] if any(map(key.fullmatch, sentences)) else [f"{where}: no such sentence"]
        elif key not in sentences:
            wrong.append(f"{where}: no such sentence")
        elif dotted(call.func).rpartition(".")[2] != "Message" and all(word.arg for word in call.keywords):
            lacking = placeholders(sentences[key]) - {word.arg or "" for word in call.keywords}
            wrong += [f"{where}: gets no {', '.join(sorted(lacking))}"] if lacking else []
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_sentence_is_used() -> None:
    literals, patterns = set[str](), set[re.Pattern[str]]()
    for module in sources():
        for node in ast.walk(module.tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                literals.add(node.value)
            elif isinstance(node, ast.JoinedStr) and re.match(r"\w+\\?\.", pattern(node).pattern):
                patterns.add(pattern(node))
    unused = {key for key in catalogue("en").keys() - literals if not any(p.fullmatch(key) for p in patterns)}
    assert not unused


# What is in every file


def foreign_text(name: str, text: str) -> list[str]:
    """Where the text holds something that belongs to one machine or one moment."""
    return [
        f"{name}:{number}: {what}: {line.strip()[:120]}"
        for number, line in enumerate(text.splitlines(), 1)
        for what, shape in FOREIGN.items()
        if shape.search(line)
    ]


def test_no_file_holds_a_machine_path_a_registry_host_or_a_note_to_oneself() -> None:
    wrong = []
    for path in project_files():
        content = path.read_bytes()
        if b"\0" not in content:
            wrong += foreign_text(path.relative_to(ROOT).as_posix(), content.decode("utf-8"))
    assert not wrong, "\n" + "\n".join(wrong)


@pytest.mark.parametrize(
    "line",
    ["see /" + "work/main", 'open("/' + 'tmp/x")', "files.python" + "hosted.org", "# TO" + "DO: later", "/ro" + "ot/x"],
)
def test_a_foreign_text_is_found_where_it_stands(line: str) -> None:
    assert [found.partition(": ")[0] for found in foreign_text("a.py", f"\n{line}\n")] == ["a.py:2"]
