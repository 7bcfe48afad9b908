"""An import reports every file, keeps what can be used, and never lets one file stop the others."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.core.foreign import METHOD, NOTE, PYTHON, REQUEST, RESPONSE, encoded, full, official, row
from tests.engine.sentences import said
from tests.specs import reference
from topexplorer.core.importers.outcome import Source
from topexplorer.core.spec import Origin
from topexplorer.engine.imported import Changes, ImportedApis
from topexplorer.engine.importing import Report, import_documents, import_paths

NO_REFERENCE = "the folder ../shared/reference is not beside this checkout"


@pytest.fixture
def store(tmp_path: Path) -> ImportedApis:
    return ImportedApis(tmp_path / "data" / "imported.sqlite3")


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    """A folder with two documents of one package, and things that are none."""
    root = tmp_path / "docs"
    write(root / "tbk" / "catelog.json", {"name": "淘宝客API", "pkg": "tbk", "id": 38})
    write(root / "tbk" / "a.json", official(name="taobao.a.get"))
    write(root / "tbk" / "b.json", official(name="taobao.b.add"))
    (root / "README.md").write_text("# documents")
    (root / "picture.png").write_bytes(b"\x89PNG")
    write(root / "package.json", {"name": "something else"})
    return root


def write(path: Path, content: object) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content if isinstance(content, bytes) else encoded(content))
    return path


def verdicts(report: Report) -> dict[str, list[str]]:
    """The methods, or for skipped ones the files, by verdict."""
    found: dict[str, list[str]] = {}
    for entry in report.rows:
        found.setdefault(entry.verdict, []).append(entry.name if entry.verdict == "skipped" else entry.method)
    return found


def skipped(report: Report) -> list[tuple[str, str, str]]:
    """File, place and sentence of everything left out."""
    return [(entry.name, entry.where, said(entry.reason)) for entry in report.rows if entry.reason]


def test_a_folder_is_imported_once_and_the_second_time_changes_nothing(docs: Path, store: ImportedApis) -> None:
    first = import_paths([docs], store)
    assert verdicts(first) == {"imported": ["taobao.a.get", "taobao.b.add"]}
    assert (first.others, first.is_empty) == (4, False)
    assert store.packages() == {"tbk": "淘宝客API"}
    before = store.path.read_bytes()
    second = import_paths([docs], store)
    assert verdicts(second) == {"same": ["taobao.a.get", "taobao.b.add"]}
    assert second.changes == Changes(same=("taobao.a.get", "taobao.b.add"))
    assert store.path.read_bytes() == before


def test_the_same_documents_from_a_file_a_folder_or_an_archive_are_the_same(
    docs: Path, store: ImportedApis, tmp_path: Path
) -> None:
    import_paths([docs], store)
    archive = tmp_path / "docs.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for path in docs.rglob("*.json"):
            packed.write(path, path.relative_to(docs))
    for path in (docs / "tbk", docs / "tbk" / "a.json", archive):
        assert set(verdicts(import_paths([path], store))) == {"same"}
    assert store.spec("taobao.a.get").origin == Origin(kind="official-docs", name="docs/tbk/a.json", package="tbk")


def test_what_changed_is_told_apart_from_what_is_new(docs: Path, store: ImportedApis) -> None:
    import_paths([docs], store)
    write(docs / "tbk" / "a.json", official(name="taobao.a.get", description="改了"))
    write(docs / "tbk" / "c.json", official(name="taobao.c.get"))
    report = import_paths([docs], store)
    assert verdicts(report) == {"changed": ["taobao.a.get"], "same": ["taobao.b.add"], "imported": ["taobao.c.get"]}
    assert store.spec("taobao.a.get").summary.zh == "改了"


def test_a_dry_run_reports_and_keeps_nothing(docs: Path, store: ImportedApis) -> None:
    report = import_paths([docs], store, dry_run=True)
    assert verdicts(report) == {"imported": ["taobao.a.get", "taobao.b.add"]}
    assert report.dry_run
    assert not store.path.exists()


def test_a_bad_file_is_reported_with_its_place_and_the_others_go_on(docs: Path, store: ImportedApis) -> None:
    write(docs / "1.json", b'{"name": "taobao.x.get",\n "requestParams": [}')
    write(docs / "2.json", official(requestParams=[row("a b")]))
    write(docs / "3.json", "[" * 100_000)
    write(docs / "4.json", b"")
    report = import_paths([docs], store)
    assert verdicts(report)["imported"] == ["taobao.a.get", "taobao.b.add"]
    assert skipped(report)[:3] == [
        ("docs/1.json", "2:20", "not JSON: Expecting value"),
        ("docs/2.json", "$.requestParams[0].name", "“a b” cannot be the name of a parameter or field"),
        ("docs/4.json", "", "is empty"),
    ]


def test_an_api_described_twice_is_taken_once_and_said(docs: Path, store: ImportedApis) -> None:
    write(docs / "z.json", official(name="taobao.a.get", description="anders"))
    report = import_paths([docs], store)
    assert skipped(report) == [
        ("docs/tbk/a.json", "", "describes an API that docs/z.json describes already; that one is taken")
    ]
    assert store.spec("taobao.a.get").summary.en == "anders"


def test_an_api_of_the_catalogs_own_files_is_kept_and_named(docs: Path, store: ImportedApis) -> None:
    report = import_paths([docs], store, ["taobao.b.add", "taobao.z.get"])
    assert report.curated == ["taobao.b.add"]
    assert store.spec("taobao.b.add").title.zh == "查询笔记"


def test_sdk_packages_are_imported_as_a_whole(tmp_path: Path, store: ImportedApis) -> None:
    archive = tmp_path / "sdk.jar"
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("com/taobao/api/domain/Note.java", NOTE)
        packed.writestr("com/taobao/api/request/NotesSearchRequest.java", REQUEST)
        packed.writestr("com/taobao/api/response/NotesSearchResponse.java", RESPONSE)
        packed.writestr("com/taobao/api/Constants.java", "public class Constants { }")
    write(tmp_path / "sdk" / "top" / "api" / "rest" / "Notes.py", PYTHON.encode())
    report = import_paths([archive, tmp_path / "sdk"], store)
    assert verdicts(report) == {
        "imported": ["taobao.notes.search", "taobao.note.picture.upload", "taobao.notes.get"],
    }
    assert {row[3] for row in store.rows()} == {"notes", "note"}


def test_an_import_that_holds_nothing_says_so(tmp_path: Path, store: ImportedApis) -> None:
    (tmp_path / "a.txt").write_text("x")
    report = import_paths([tmp_path / "a.txt", tmp_path / "none.json"], store)
    assert report.is_empty
    assert skipped(report) == [(str(tmp_path / "none.json"), "", "cannot be read: No such file or directory")]


def test_a_single_file_counts_for_one(docs: Path, store: ImportedApis) -> None:
    assert import_paths([docs / "tbk" / "a.json"], store).others == 0


def test_progress_is_told_for_every_file_and_ends_at_the_end(docs: Path, store: ImportedApis) -> None:
    told: list[tuple[int, int]] = []
    import_paths([docs], store, progress=lambda done, total: told.append((done, total)))
    assert told == [(0, 4), (1, 4), (2, 4), (3, 4), (4, 4)]


def test_documents_that_are_here_already_are_imported_with_what_is_known_of_them(store: ImportedApis) -> None:
    wrapped = encoded({"success": True, "data": full()})
    documents = [Source("285.json", wrapped, package="tbk", page="285"), Source("286.json", b"<html>")]
    report = import_documents(documents, store, total=2)
    assert verdicts(report) == {"imported": [METHOD], "skipped": ["286.json"]}
    spec = store.spec(METHOD)
    assert (spec.category, spec.docs) == ("tbk", "https://open.taobao.com/api.htm?docId=285&docType=2")


def test_a_spec_that_would_be_too_large_is_skipped(tmp_path: Path, store: ImportedApis) -> None:
    write(tmp_path / "a.json", official(description="字" * 2_000_000))
    report = import_paths([tmp_path / "a.json"], store)
    assert [(verdict, where, reason) for verdict, where, reason in skipped(report)] == [
        (f"{tmp_path.name}/a.json", "", "would take more than 4 MB")
    ]
    assert store.rows() == []


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="there are no links on this system")
def test_hostile_folders_give_a_report_and_nothing_else(tmp_path: Path, store: ImportedApis) -> None:
    root = tmp_path / "docs"
    write(root / "deep.json", b'{"a":' * 100_000)
    write(root / "name.json", official(name="taobao.\x1b]0;x\x07.get"))
    write(root / "half.json", b'{"name": "a.get", "responseParams": [{"name": "\\ud800"}]}')
    write(
        root / "nan.json", b'{"name": "a.get", "requestParams": [{"name": "a", "maxLength": NaN, "minValue": 1e999}]}'
    )
    write(root / "gbk.json", '{"name": "订单"}'.encode("gbk"))
    (root / "loop").symlink_to(root)
    with (root / "large.json").open("wb") as file:
        file.truncate(2**30)
    report = import_paths([root], store)
    assert verdicts(report) == {
        "imported": ["a.get"],
        "skipped": [
            f"docs/{name}" for name in ("deep.json", "gbk.json", "half.json", "large.json", "loop", "name.json")
        ],
    }
    assert all("\x1b" not in sentence for _name, _where, sentence in skipped(report))


@pytest.mark.skipif(not reference.FOLDER.is_dir(), reason=NO_REFERENCE)
def test_the_reference_is_imported_without_a_single_skip(store: ImportedApis) -> None:
    folder = reference.FOLDER.parent
    report = import_paths([folder], store)
    documents: list[Any] = [
        json.loads(path.read_text("utf-8")) for path in folder.rglob("*.json") if path.name != "catelog.json"
    ]
    methods = {document["name"] for document in documents if isinstance(document, dict)}
    assert skipped(report) == []
    assert set(report.changes.added) == methods
    assert set(verdicts(import_paths([folder], store))) == {"same"}
    assert {row[3] for row in store.rows()} - store.packages().keys() <= {"taobao"}
