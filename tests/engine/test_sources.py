"""Files, folders and archives are read as far as the limits allow; whatever is hostile is left out with a reason."""

from __future__ import annotations

import os
import stat
import sys
import zipfile
from pathlib import Path
from zipfile import ZipFile, ZipInfo

import pytest

from tests.engine.sentences import said
from topexplorer.core.importers.outcome import Source
from topexplorer.engine import sources as module
from topexplorer.engine.sources import MB, Allowance, Refused, Sources


def listing(path: Path, allowance: Allowance | None = None) -> tuple[dict[str, bytes], dict[str, str]]:
    """The content of what is read and the reason for what is not, by name."""
    read: dict[str, bytes] = {}
    refused: dict[str, str] = {}
    for found in Sources(path, (".json", ".java"), allowance):
        if isinstance(found, Source):
            read[found.name] = found.content
        else:
            refused[found.name] = said(found.reason)
    return read, refused


def packed(path: Path, *entries: tuple[str | ZipInfo, bytes]) -> Path:
    with ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return path


def linked(name: str, mode: int) -> ZipInfo:
    info = ZipInfo(name)
    info.external_attr = (mode | 0o777) << 16
    return info


# Files and folders


def test_a_folder_is_read_with_what_is_below_it_and_its_own_name(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    (root / "b" / "c").mkdir(parents=True)
    for name in ("b/2.json", "b/catelog.json", "b/1.json", "b/c/A.JAVA", "a.json"):
        (root / name).write_text(name)
    found = list(Sources(root, (".json", ".java")))
    assert [source.name for source in found] == [
        *("docs/a.json", "docs/b/catelog.json", "docs/b/1.json", "docs/b/2.json", "docs/b/c/A.JAVA"),
    ]
    assert isinstance(found[0], Source)
    assert found[0].content == b"a.json"


def test_files_of_other_kinds_are_counted_and_not_opened(tmp_path: Path) -> None:
    for name in ("README.md", "a.pyc", "b.png", "noextension"):
        (tmp_path / name).write_text("x")
        (tmp_path / name).chmod(0)
    sources = Sources(tmp_path, (".json",))
    assert (list(sources), sources.others, len(sources)) == ([], 4, 0)


def test_a_single_file_brings_the_catalogue_beside_it(tmp_path: Path) -> None:
    folder = tmp_path / "tbk"
    folder.mkdir()
    (folder / "catelog.json").write_text("{}")
    (folder / "other.json").write_text("{}")
    (folder / "a.json").write_text("{}")
    sources = Sources(folder / "a.json", (".json",))
    assert [found.name for found in sources] == ["tbk/catelog.json", "tbk/a.json"]
    assert sources.beside == "tbk/catelog.json"


def test_a_path_that_is_not_there_is_said_to_be_none(tmp_path: Path) -> None:
    path = tmp_path / "none.json"
    assert listing(path) == ({}, {str(path): "cannot be read: No such file or directory"})


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links_in_a_folder_are_not_followed(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    (tmp_path / "secret.json").write_text("{}")
    (root / "file.json").symlink_to(tmp_path / "secret.json")
    (root / "loop").symlink_to(root)
    (root / "dangling.json").symlink_to(tmp_path / "nowhere")
    read, refused = listing(root)
    assert read == {}
    assert set(refused) == {"docs/file.json", "docs/loop", "docs/dangling.json"}
    assert set(refused.values()) == {"a link; links are not followed, import what it points to"}


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_a_link_that_was_asked_for_by_name_is_followed(tmp_path: Path) -> None:
    (tmp_path / "real.json").write_text("{}")
    (tmp_path / "link.json").symlink_to(tmp_path / "real.json")
    assert list(listing(tmp_path / "link.json")[0].values()) == [b"{}"]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders on this system")
def test_a_pipe_is_refused_and_never_waited_for(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    os.mkfifo(root / "pipe.json")
    assert listing(root) == ({}, {"docs/pipe.json": "is not a regular file"})
    assert listing(root / "pipe.json") == ({}, {"pipe.json": "is not a regular file"})


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes in folders on this system")
def test_a_file_replaced_after_it_was_listed_is_not_trusted(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    for name in ("a.json", "b.json", "c.json"):
        (root / name).write_text("{}")
    sources = Sources(root, (".json",))
    (root / "a.json").unlink()
    os.mkfifo(root / "a.json")
    (root / "b.json").unlink()
    (root / "b.json").symlink_to("/etc/hostname")
    found = list(sources)
    assert [type(entry) for entry in found] == [Refused, Refused, Source]


def test_a_device_is_refused() -> None:
    assert listing(Path(os.devnull))[1] == {Path(os.devnull).name: "is not a regular file"}


def test_a_file_of_a_gigabyte_is_not_read(tmp_path: Path) -> None:
    path = tmp_path / "docs" / "big.json"
    path.parent.mkdir()
    with path.open("wb") as file:
        file.truncate(1024 * MB)
    assert listing(path) == ({}, {"docs/big.json": "larger than 16 MB"})


def test_an_import_reads_no_more_files_and_bytes_than_it_is_allowed(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    for number in range(5):
        (root / f"{number}.json").write_text("12345")
    read, refused = listing(root, Allowance(files=3))
    assert (len(read), list(refused)) == (3, ["docs"])
    assert "only 3 are read" in refused["docs"]
    read, refused = listing(root, Allowance(total=8))
    assert (len(read), list(refused)) == (2, ["docs"])
    assert refused["docs"].startswith("3 files are not read")


def test_an_archive_in_a_folder_is_not_opened(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    packed(root / "inner.ZIP", ("a.json", b"{}"))
    assert listing(root) == ({}, {"docs/inner.ZIP": "an archive inside; import it by its own name"})


def test_a_name_that_acts_on_a_terminal_is_made_visible(tmp_path: Path) -> None:
    root = tmp_path / "docs"
    root.mkdir()
    (root / "a\x1b[2J\u202e.json").write_text("{}")
    assert list(listing(root)[0]) == ["docs/a␛[2J<202E>.json"]


# Archives


def test_an_archive_is_known_by_its_content_and_read_like_a_folder(tmp_path: Path) -> None:
    path = packed(
        tmp_path / "sdk.bin", ("d/b.json", b"2"), ("d/catelog.json", b"1"), ("d/", b""), ("a.json", b"0"), ("x.md", b"")
    )
    sources = Sources(path, (".json",))
    assert [found.name for found in sources] == ["sdk.bin/a.json", "sdk.bin/d/catelog.json", "sdk.bin/d/b.json"]
    assert sources.others == 1


@pytest.mark.parametrize(
    "name",
    [
        "../up.json",
        "a/../../up.json",
        "/etc/up.json",
        "C:/up.json",
        "c:up.json",
        "a\\..\\up.json",
        "\\\\host\\up.json",
        "a//up.json",
        "./up.json",
        "a/./up.json",
        "con.json",
        "a/NUL",
        "a/COM1.json",
        "a/aux/b.json",
        "a\x1b[31m.json",
        "a\u202e.json",
        "a\n.json",
        "n" * 2000 + ".json",
    ],
)
def test_an_unsafe_name_in_an_archive_is_left_alone(tmp_path: Path, name: str) -> None:
    path = packed(tmp_path / "a.zip", (name, b"{}"), ("good.json", b"{}"))
    before = sorted(tmp_path.rglob("*"))
    read, refused = listing(path)
    assert list(read) == ["a.zip/good.json"]
    assert [reason.partition(" (")[0] for reason in refused.values()] == ["the name of this entry is unsafe"]
    assert sorted(tmp_path.rglob("*")) == before


def test_a_name_with_a_null_byte_is_left_alone(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("safe.jsonX.exe", b"{}"))
    path.write_bytes(path.read_bytes().replace(b"safe.jsonX", b"safe.json\0"))
    assert "unsafe" in "".join(listing(path)[1].values())


@pytest.mark.parametrize(
    ("kind", "reason"),
    [(stat.S_IFLNK, "a link"), (stat.S_IFIFO, "is not a regular file"), (stat.S_IFCHR, "is not a regular file")],
)
def test_what_is_no_file_in_an_archive_is_left_alone(tmp_path: Path, kind: int, reason: str) -> None:
    path = packed(tmp_path / "a.zip", (linked("a.json", kind), b"/etc/passwd"), (linked("b.json", stat.S_IFREG), b"{}"))
    read, refused = listing(path)
    assert list(read) == ["a.zip/b.json"]
    assert refused["a.zip/a.json"].startswith(reason)


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_names_that_collide_are_taken_once(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("d/A.json", b"1"), ("d/a.json", b"2"), ("d/A.json", b"3"))
    found = list(Sources(path, (".json",)))
    assert len([entry for entry in found if isinstance(entry, Source)]) == 1
    assert [said(entry.reason)[:30] for entry in found if isinstance(entry, Refused)] == [
        "the archive has this name twic"
    ] * 2


def test_an_encrypted_entry_is_left_alone(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", b"{}"))
    content = bytearray(path.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    path.write_bytes(content)
    assert listing(path) == ({}, {"a.zip/a.json": "encrypted; unpack it and import the folder"})


def test_an_unusual_packing_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.zip"
    with ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("a.json", b"{}")
    assert listing(path) == ({}, {"a.zip/a.json": "packed in an unusual way; unpack it and import the folder"})


def test_an_archive_in_an_archive_is_not_opened(tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", ("a.json", b"{}"))
    path = packed(tmp_path / "a.zip", ("inner.zip", inner.read_bytes()))
    assert listing(path) == ({}, {"a.zip/inner.zip": "an archive inside; import it by its own name"})


def test_a_bomb_is_not_unpacked(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("bomb.json", b"0" * 8 * MB), ("good.json", b"{}"))
    read, refused = listing(path)
    assert list(read) == ["a.zip/good.json"]
    assert refused == {"a.zip/bomb.json": "unpacks to far more than a document holds; not read further"}


def test_many_entries_that_unpack_to_much_end_at_the_total(tmp_path: Path) -> None:
    noise = os.urandom(100_000)
    path = packed(tmp_path / "a.zip", *((f"{number}.json", noise) for number in range(10)))
    read, refused = listing(path, Allowance(total=250_000))
    assert (len(read), list(refused)) == (3, ["a.zip"])


def test_a_lie_about_the_size_of_an_entry_is_found_out(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", b"x" * 100))
    content = bytearray(path.read_bytes())
    place = content.index(b"PK\x01\x02") + 24
    content[place : place + 4] = (50).to_bytes(4, "little")
    path.write_bytes(content)
    read, refused = listing(path)
    assert read == {}
    assert refused["a.zip/a.json"].startswith("the archive is damaged")


@pytest.mark.parametrize("keep", [10, 40, 80, 120])
def test_an_archive_cut_short_is_said_to_be_damaged(tmp_path: Path, keep: int) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", b"{}" * 50), ("b.json", b"[]"))
    path.write_bytes(path.read_bytes()[:keep])
    assert [reason[:22] for reason in listing(path)[1].values()] == ["the archive is damaged"]


@pytest.mark.parametrize("place", range(0, 240, 7))
def test_an_archive_with_any_byte_changed_never_raises(tmp_path: Path, place: int) -> None:
    path = packed(tmp_path / "a.zip", ("a.json", b'{"a": 1}' * 20), ("b.json", b"[]"))
    content = bytearray(path.read_bytes())
    content[place % len(content)] ^= 0xFF
    path.write_bytes(content)
    sources = Sources(path, (".json",))
    assert len(list(sources)) + sources.others >= 1


def test_an_archive_with_too_long_a_list_of_contents_is_not_opened(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = packed(tmp_path / "a.zip", *((f"{number}.json", b"{}") for number in range(50)))
    monkeypatch.setattr(module, "MAX_DIRECTORY_BYTES", 1000)
    read, refused = listing(path)
    assert read == {}
    assert "more files than one import reads" in refused["a.zip"]


def test_a_list_of_contents_is_measured_where_the_zip_reader_would_find_it(tmp_path: Path) -> None:
    huge = (0x06054B50).to_bytes(4, "little")
    entries = b"\1\0\1\0"
    disguised = b"PK\5\6" + b"\0" * 4 + entries + huge + b"\0" * 4 + b"\0\0"
    large = b"PK\6\6" + b"\0" * 36 + (2**40).to_bytes(8, "little") + b"\0" * 8
    locator = b"PK\6\7" + b"\0" * 16
    small = b"PK\5\6" + b"\0" * 4 + entries + b"\x2e\0\0\0" + b"\0" * 4 + b"\0\0"
    for tail in (disguised, large + locator + small):
        path = tmp_path / "a.zip"
        path.write_bytes(b"PK\3\4" + b"\0" * 200 + tail)
        read, refused = listing(path)
        assert read == {}
        assert "more files than one import reads" in refused["a.zip"]
