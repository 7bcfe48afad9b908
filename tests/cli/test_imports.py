"""`import` brings foreign APIs into the catalog, where every other verb finds them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.cli.conftest import Command
from tests.core.foreign import METHOD, encoded, official

BAD = b'{"name": "taobao.x.get",\n "requestParams": [}'


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """One good document, one bad, and a text that is none."""
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "good.json").write_bytes(encoded(official()))
    (folder / "bad.json").write_bytes(BAD)
    (folder / "README.md").write_text("documents")
    return folder


def test_a_folder_is_imported_and_reported_file_by_file(topexplorer: Command, docs: Path) -> None:
    ran = topexplorer("import", str(docs))
    assert ran.code == 0
    assert ran.out.splitlines() == [
        "skipped  docs/bad.json 2:20       not JSON: Expecting value",
        "new      taobao.sample.notes.get  docs/good.json",
    ]
    assert ran.err.splitlines() == [
        "1 new, 0 changed, 0 unchanged, 1 skipped",
        "1 other file is no API document",
    ]


def test_an_imported_api_is_found_and_shown(topexplorer: Command, docs: Path) -> None:
    topexplorer("import", str(docs))
    assert topexplorer("list", "查询笔记", "--lang", "zh").out.split()[0] == METHOD
    shown = topexplorer("show", METHOD, "--lang", "zh")
    assert shown.code == 0
    assert "笔记编号" in shown.out


def test_a_second_import_changes_nothing_and_says_so(topexplorer: Command, docs: Path) -> None:
    topexplorer("import", str(docs / "good.json"))
    ran = topexplorer("import", str(docs / "good.json"))
    assert (ran.code, ran.out, ran.err) == (0, "", "0 new, 0 changed, 1 unchanged, 0 skipped\n")


def test_a_dry_run_says_that_nothing_was_kept(topexplorer: Command, docs: Path) -> None:
    ran = topexplorer("import", "--dry-run", str(docs))
    assert ran.out.splitlines()[1].startswith("new ")
    assert ran.err.splitlines()[-1] == "dry run: nothing was kept"
    assert not topexplorer.paths.imported_file.exists()


def test_the_report_is_to_be_had_as_json(topexplorer: Command, docs: Path) -> None:
    report = json.loads(topexplorer("import", str(docs), "--json").out)
    assert report == {
        "dry_run": False,
        "files": [
            {
                "verdict": "skipped",
                "file": "docs/bad.json",
                "method": None,
                "where": "2:20",
                "reason": "not JSON: Expecting value",
            },
            {"verdict": "imported", "file": "docs/good.json", "method": METHOD, "where": None, "reason": None},
        ],
        "other_files": 1,
        "already_in_catalog": [],
    }


def test_apis_of_the_catalogs_own_files_stay_and_are_summed_up_in_a_line(topexplorer: Command, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    for method in ("taobao.time.get", "taobao.trade.get", "taobao.item.add", "taobao.shop.get"):
        (folder / f"{method}.json").write_bytes(encoded(official(name=method)))
    ran = topexplorer("import", str(folder))
    lines = [line for line in ran.err.splitlines() if "stay in use" in line]
    assert len(lines) == 1
    assert "taobao.time.get" not in topexplorer("list", "查询笔记").out.splitlines()[0:1]
    assert "查询笔记" not in topexplorer("show", "taobao.time.get", "--lang", "zh").out


def test_nothing_to_import_is_a_misuse(topexplorer: Command, tmp_path: Path) -> None:
    for arguments in ([str(tmp_path / "none.json")], [str(topexplorer.root / "cache")]):
        ran = topexplorer("import", *arguments)
        assert ran.code == 2
        assert ran.err.splitlines()[-1].startswith("error: there is no API to import in ")
    assert topexplorer("import").code == 2


def test_a_store_that_is_damaged_is_said_to_be(topexplorer: Command, docs: Path) -> None:
    path = topexplorer.paths.imported_file
    path.parent.mkdir(parents=True)
    path.write_bytes(b"not a database at all")
    ran = topexplorer("import", str(docs))
    assert ran.code == 8
    assert "the file is damaged" in ran.err
    assert path.read_bytes() == b"not a database at all"


def test_a_person_who_watches_sees_how_far_it_is(topexplorer: Command, docs: Path) -> None:
    assert "\r" not in topexplorer("import", str(docs)).err
    topexplorer.terminal = True
    ran = topexplorer("import", str(docs))
    drawn = ran.err.split("\r")
    assert "░ " in drawn[1]
    assert "0 of 2 files" in drawn[1]
    assert "100 %  2 of 2 files" in drawn[3]
    assert not drawn[4].strip()
    assert "\r" not in topexplorer("import", str(docs), "--quiet").err


def test_hostile_names_are_drawn_as_signs(topexplorer: Command, tmp_path: Path) -> None:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "a.json").write_bytes(encoded(official(name="taobao.\x1b]0;x\x07.get")))
    ran = topexplorer("import", str(folder))
    assert "taobao.␛]0;x␇.get" in ran.out
    assert b"\x1b" not in ran.stdout + ran.stderr
