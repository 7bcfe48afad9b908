"""The catalog's index is kept between runs; a file that cannot be used counts as none."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.core.samples import SpecFolder
from topexplorer.core.catalog import Catalog
from topexplorer.engine.indexfile import IndexFile


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    folder = SpecFolder(tmp_path / "specs")
    folder.api("taobao.a")
    return folder.scan()


def test_what_was_written_is_read_again(tmp_path: Path, catalog: Catalog) -> None:
    kept = IndexFile(tmp_path / "cache" / "index")
    assert (kept.rows(), kept.words()) == (None, {})
    kept.write(catalog)
    assert kept.rows() == catalog.index
    assert kept.words() == catalog.words != {}
    assert kept.path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("text", [b"", b"{", b"[]\n[]", b"\xff\n\xff", b"[" * 100_000, b"1\n2", b'{"a": 1}\n{"a": 1}'])
def test_a_file_that_cannot_be_used_counts_as_none(tmp_path: Path, catalog: Catalog, text: bytes) -> None:
    kept = IndexFile(tmp_path / "index")
    kept.path.write_bytes(text)
    folder = [tmp_path / "specs"]
    assert Catalog.scan(folder, kept.rows(), kept.words).terms() == catalog.terms()


def test_lists_read_only_the_first_line(tmp_path: Path, catalog: Catalog) -> None:
    kept = IndexFile(tmp_path / "index")
    kept.path.write_text(json.dumps(catalog.index) + "\nnothing that anybody can read")
    assert kept.rows() == catalog.index
    assert kept.words() == {}
