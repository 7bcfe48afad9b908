"""The store of imported APIs: whole or as it was, quick to list, honest about a file it cannot read."""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from tests.core.samples import api, field, param, words
from tests.engine.sentences import said
from topexplorer.core.catalog import Catalog, bundled_folder
from topexplorer.core.errors import StorageError
from topexplorer.core.spec import ApiSpec, Field, Origin, Param, Retirement
from topexplorer.engine.imported import Changes, ImportedApis

ROOT = Path(__file__).parents[2]


def spec(method: str, *params: Param, package: str = "tbk", **parts: Any) -> ApiSpec:
    origin = Origin(kind="official-docs", name=f"docs/{method}.json", package=package)
    return api(*params, method=method, category=package, origin=origin, **parts)


@pytest.fixture
def store(tmp_path: Path) -> ImportedApis:
    return ImportedApis(tmp_path / "data" / "imported.sqlite3")


def test_a_store_that_was_never_written_is_empty_and_leaves_no_file(store: ImportedApis) -> None:
    assert (store.rows(), store.packages(), store.terms(), store.digests(), store.problem) == ([], {}, {}, {}, None)
    with pytest.raises(KeyError):
        store.spec("taobao.a.get")
    assert store.remove(["taobao.a.get"]) == 0
    assert not store.path.parent.exists()


def test_sqlite_is_not_even_loaded_for_a_store_that_is_not_there(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from topexplorer.engine.imported import ImportedApis;"
        f"store = ImportedApis(Path({str(tmp_path / 'none')!r})); store.rows(); store.terms();"
        "assert not {'sqlite3', 'zlib', 'hashlib'} & set(sys.modules), sorted(sys.modules)"
    )
    subprocess.run([sys.executable, "-S", "-c", code], check=True, cwd=ROOT, env={"PYTHONPATH": str(ROOT)})


def test_a_spec_comes_back_as_it_was(store: ImportedApis) -> None:
    kept = spec("taobao.a.get", param("tid", "integer", minimum=0), response=(field("a", children=(field("b"),)),))
    store.put([kept], {"tbk": "淘宝客"})
    assert ImportedApis(store.path).spec("taobao.a.get") == kept
    assert store.packages() == {"tbk": "淘宝客"}


def test_what_lists_show_is_in_the_order_of_packages(store: ImportedApis) -> None:
    gone = Retirement(reason=words("gone"))
    store.put(
        [spec("a.z.get"), spec("a.b.get", package="user", writes=True), spec("a.a.get", retired=gone), spec("a.c.get")]
    )
    assert [row[0] for row in store.rows()] == ["a.c.get", "a.z.get", "a.a.get", "a.b.get"]
    assert store.rows()[2] == ["a.a.get", "Sample（中文）", "Sample", "tbk", "none", "basic", False, True]
    assert store.rows()[3][6] is True


def test_search_words_are_names_titles_and_the_summary(store: ImportedApis) -> None:
    answer: tuple[Field, ...] = (field("orders", children=(field("oid"), field("tid"))),)
    store.put([spec("a.get", replace(param("tid"), title=words("Trade\nid")), response=answer)])
    (text,) = store.terms().values()
    assert text.split("\n")[:3] == ["tid", "orders oid tid", "Trade id（中文） Trade id"]
    assert text.endswith("An API made up for a test.")


def test_the_same_again_changes_nothing(store: ImportedApis) -> None:
    first = [spec("a.get"), spec("b.get")]
    assert store.put(first) == Changes(added=("a.get", "b.get"))
    before = store.digests(), store.spec("a.get")
    elsewhere = Origin(kind="official-docs", name="other/place.json", package="tbk")
    assert store.put([spec("b.get"), api(method="a.get", category="tbk", origin=elsewhere)]) == Changes(
        same=("b.get", "a.get")
    )
    assert (store.digests(), store.spec("a.get")) == before


def test_what_changed_replaces_what_was(store: ImportedApis) -> None:
    store.put([spec("a.get"), spec("b.get")])
    changes = store.put([spec("a.get", param("new"), title=words("Other")), spec("c.get")])
    assert changes == Changes(added=("c.get",), changed=("a.get",))
    assert [row[2] for row in store.rows()] == ["Other", "Sample", "Sample"]
    assert store.terms()["a.get"].startswith("new\n")
    assert [param.name for param in store.spec("a.get").params] == ["new"]


def test_a_dry_run_tells_the_changes_and_keeps_nothing(store: ImportedApis) -> None:
    assert store.put([spec("a.get")], dry_run=True) == Changes(added=("a.get",))
    assert not store.path.exists()
    store.put([spec("a.get")])
    assert store.put([spec("a.get", writes=True)], dry_run=True) == Changes(changed=("a.get",))
    assert store.spec("a.get").writes is False


def test_packages_found_while_the_specs_come_are_kept(store: ImportedApis) -> None:
    packages: dict[str, str] = {}

    def coming() -> Iterator[ApiSpec]:
        yield spec("a.get")
        packages["tbk"] = "淘宝客"

    store.put(coming(), packages)
    store.put([], {"user": "用户"})
    assert store.packages() == {"tbk": "淘宝客", "user": "用户"}


def test_a_spec_larger_than_any_spec_file_is_left_out(store: ImportedApis) -> None:
    huge = spec("a.get", summary=words("x" * 3_000_000))
    assert store.put([huge, spec("b.get")]) == Changes(added=("b.get",), too_large=("a.get",))
    assert list(store.terms()) == ["b.get"]


def test_removed_apis_are_gone(store: ImportedApis) -> None:
    store.put([spec("a.get"), spec("b.get")])
    assert store.remove(["a.get", "none.get"]) == 1
    assert ([row[0] for row in store.rows()], list(store.terms()), list(store.digests())) == (["b.get"],) * 3
    with pytest.raises(KeyError):
        store.spec("a.get")
    assert store.problem is None


@pytest.mark.skipif(os.name == "nt", reason="modes are of POSIX")
def test_the_file_is_its_owners_alone(store: ImportedApis) -> None:
    before = os.umask(0)
    try:
        store.put([spec("a.get")])
    finally:
        os.umask(before)
    assert {path.stat().st_mode & 0o777 for path in store.path.parent.iterdir()} == {0o600}
    assert store.path.parent.stat().st_mode & 0o777 == 0o700


def test_a_failure_in_the_middle_leaves_what_was(store: ImportedApis) -> None:
    store.put([spec("a.get")])

    def failing() -> Iterator[ApiSpec]:
        yield spec("b.get")
        raise RuntimeError

    with pytest.raises(RuntimeError):
        store.put(failing())
    assert [row[0] for row in ImportedApis(store.path).rows()] == ["a.get"]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="there is no such kill on this system")
@pytest.mark.parametrize("before", [[], ["a.get"]])
def test_a_kill_in_the_middle_leaves_what_was(store: ImportedApis, before: list[str]) -> None:
    if before:
        store.put([spec(method) for method in before])
    code = (
        "import os, signal, sys; from pathlib import Path; from dataclasses import replace;"
        "from topexplorer.core.catalog import unlisted; from topexplorer.engine.imported import ImportedApis\n"
        "def coming():\n"
        "    for n in range(500): yield replace(unlisted(f'b{n}.get'), docs=str(os.urandom(2000)))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "ImportedApis(Path(sys.argv[1])).put(coming())\n"
    )
    killed = subprocess.run([sys.executable, "-c", code, str(store.path)], cwd=ROOT, env={"PYTHONPATH": str(ROOT)})
    assert killed.returncode == -signal.SIGKILL
    again = ImportedApis(store.path)
    assert ([row[0] for row in again.rows()], list(again.digests()), again.problem) == (before, before, None)
    assert again.put([spec("b.get")]) == Changes(added=("b.get",))


def test_readers_go_on_while_an_import_writes(store: ImportedApis) -> None:
    store.put([spec("a.get")])

    def coming() -> Iterator[ApiSpec]:
        for number in range(200):
            yield spec(f"b{number}.get", summary=words(os.urandom(20_000).hex()))
        assert ImportedApis(store.path).spec("a.get").method == "a.get"
        assert len(ImportedApis(store.path).rows()) == 1

    store.put(coming())
    assert len(store.rows()) == 201


@pytest.mark.parametrize("content", [b"not a database", b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_counts_as_empty_says_so_and_stays(store: ImportedApis, content: bytes) -> None:
    store.path.parent.mkdir()
    store.path.write_bytes(content)
    assert (store.rows(), store.terms(), store.packages(), store.digests()) == ([], {}, {}, {})
    with pytest.raises(KeyError):
        store.spec("a.get")
    assert store.problem is not None
    assert said(store.problem).endswith("the file is damaged. Move it away and import again")
    assert store.path.read_bytes() == content
    with pytest.raises(StorageError) as refused:
        store.put([spec("a.get")])
    assert "the file is damaged" in said(refused.value.message)
    assert store.path.read_bytes() == content


def test_a_file_damaged_inside_never_raises(store: ImportedApis) -> None:
    store.put([spec(f"a{number}.get", summary=words("x" * 5000)) for number in range(50)])
    content = bytearray(store.path.read_bytes())
    content[len(content) // 4 : len(content) // 2] = bytes(len(content) // 2 - len(content) // 4)
    store.path.write_bytes(content)
    damaged = ImportedApis(store.path)
    assert len(damaged.rows()) in (0, 50)
    for number in range(50):
        try:
            assert damaged.spec(f"a{number}.get").method == f"a{number}.get"
        except KeyError:
            assert damaged.problem is not None
    assert damaged.problem is not None


def test_a_database_of_something_else_is_left_alone(store: ImportedApis) -> None:
    store.path.parent.mkdir()
    with sqlite3.connect(store.path) as connection:
        connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    assert store.rows() == []
    with pytest.raises(StorageError):
        store.put([spec("a.get")])
    with sqlite3.connect(store.path) as connection:
        assert connection.execute("SELECT name FROM sqlite_master").fetchall() == [("theirs",)]
    connection.close()


def test_a_file_of_a_newer_program_is_left_alone(store: ImportedApis) -> None:
    store.put([spec("a.get")])
    with sqlite3.connect(store.path) as connection:
        connection.execute("PRAGMA user_version = 99")
    connection.close()
    assert store.rows() == []
    assert store.problem is not None
    assert "newer topexplorer" in said(store.problem)
    with pytest.raises(StorageError) as refused:
        store.put([spec("b.get")])
    assert "newer topexplorer" in said(refused.value.message)


def test_a_second_import_at_the_same_time_is_told_to_wait(store: ImportedApis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("topexplorer.engine.imported.BUSY_SECONDS", 0.0)

    def coming() -> Iterator[ApiSpec]:
        yield spec("a.get")
        with pytest.raises(StorageError) as refused:
            ImportedApis(store.path).put([spec("b.get")])
        assert said(refused.value.message).startswith("Another topexplorer is importing")

    assert store.put(coming()) == Changes(added=("a.get",))


def test_a_place_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("a file where the folder should be")
    with pytest.raises(StorageError) as refused:
        ImportedApis(tmp_path / "data" / "imported.sqlite3").put([spec("a.get")])
    assert "could not be written" in said(refused.value.message)


def test_the_catalog_takes_it_as_its_shelf_and_keeps_its_own_first(store: ImportedApis) -> None:
    store.put([spec("my.own.get"), spec("taobao.time.get", title=words("Imported time"))], {"tbk": "淘宝客"})
    catalog = Catalog.scan([bundled_folder()], shelf=store)
    assert catalog["my.own.get"] == store.spec("my.own.get")
    assert catalog.entries["my.own.get"].imported
    assert not catalog.entries["taobao.time.get"].imported
    assert catalog["taobao.time.get"].title.en != "Imported time"
    assert catalog.packages == {"tbk": "淘宝客"}
