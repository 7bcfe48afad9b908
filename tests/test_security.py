"""SECURITY.md keeps its word: every property has a number, and a test that exists or a reason why it needs none."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
NUMBERS = tuple(f"S{number}" for number in range(1, 49))
ROW = re.compile(r"^\| (S\d+) \| (.+?) \| (.+?) \|$", re.MULTILINE)
NAMED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
NO_TEST = "Does not apply: "


def rows(text: str) -> list[tuple[str, str, str]]:
    """Number, property and proof of each row."""
    return [(number, what.strip(), proof.strip()) for number, what, proof in ROW.findall(text)]


@cache
def names_in(path: Path) -> frozenset[str]:
    """The names of the tests that pytest would find in the file."""
    if not path.is_file():
        return frozenset()
    body = ast.parse(path.read_text(encoding="utf-8")).body
    kinds = ast.FunctionDef | ast.AsyncFunctionDef
    return frozenset(part.name for part in body if isinstance(part, kinds) and part.name.startswith("test_"))


def faults(text: str) -> list[str]:
    """What is wrong with the table."""
    found = rows(text)
    numbers = [number for number, _what, _proof in found]
    problems = [f"{number} is missing" for number in NUMBERS if number not in numbers]
    problems += [f"{number} comes twice" for number in set(numbers) if numbers.count(number) > 1]
    problems += [f"{number} is no property" for number in numbers if number not in NUMBERS]
    for number, _what, proof in found:
        named = NAMED.findall(proof)
        problems += [
            f"{number}: {path}::{name} does not exist" for path, name in named if name not in names_in(ROOT / path)
        ]
        reason = proof.removeprefix(NO_TEST) if proof.startswith(NO_TEST) else ""
        if not reason and (not named or NAMED.sub("", proof).strip()):
            problems.append(f"{number}: neither tests nor a reason: {proof}")
    return problems


def test_every_property_has_a_test_that_exists_or_a_reason() -> None:
    assert faults((ROOT / "SECURITY.md").read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        (r"(?m)^\| S7 .*\n", "", "S7 is missing"),
        (r"(?m)^(\| S7 .*\n)", r"\1\1", "S7 comes twice"),
        (r"\| S48 \|", "| S49 |", "S49 is no property"),
        ("test_no_crash_tells_a_secret", "test_no_crash", "S3: tests/test_canary.py::test_no_crash does not exist"),
        (r"(?m)^(\| S3 \|[^|]+\|) .*", r"\1 somehow |", "S3: neither tests nor a reason: somehow"),
        (NO_TEST, "", "S35: neither tests nor a reason"),
    ],
)
def test_the_table_is_really_read(old: str, new: str, fault: str) -> None:
    text = re.sub(old, new, (ROOT / "SECURITY.md").read_text(encoding="utf-8"))
    assert any(problem.startswith(fault) for problem in faults(text))


def test_no_rows_are_passed_over() -> None:
    """A row that the pattern does not fit would not be looked at."""
    text = (ROOT / "SECURITY.md").read_text(encoding="utf-8")
    assert len(rows(text)) == len(re.findall(r"(?m)^\|\s*S\d", text)) == len(NUMBERS)
