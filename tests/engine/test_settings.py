"""Folders, preferences, and files that are written whole or not at all."""

from __future__ import annotations

import errno
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.engine.sentences import said
from topexplorer.core.errors import StorageError
from topexplorer.engine.settings import (
    Paths,
    Preferences,
    locked,
    read_preferences,
    write_atomic,
    write_preferences,
)

ROOT = Path(__file__).parents[2]
KILLS = int(os.environ.get("TOPEXPLORER_KILLS", "3"))
"""How many writes are interrupted. TOPEXPLORER_KILLS=500 is the long run."""


@pytest.fixture
def no_umask() -> Iterator[None]:
    before = os.umask(0)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_every_file_has_its_place_under_one_root(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    places = (paths.config_file, paths.ledger_file, paths.index_file, paths.preferences_file, paths.profiles_folder)
    assert [place.relative_to(tmp_path).as_posix() for place in places] == [
        "config/config.toml",
        "state/ledger.sqlite3",
        "cache/index.json",
        "state/preferences.json",
        "data/profiles",
    ]


def test_a_home_of_its_own_moves_all_folders(tmp_path: Path) -> None:
    assert Paths.standard({"TOPEXPLORER_HOME": f"{tmp_path}"}) == Paths.under(tmp_path)


def test_without_a_home_of_its_own_the_folders_are_those_of_the_system() -> None:
    for environ in ({}, {"TOPEXPLORER_HOME": " "}):
        paths = Paths.standard(environ)
        assert {folder.name for folder in (paths.config, paths.data, paths.cache, paths.state)} == {"topexplorer"}
        assert paths.config != paths.data


def test_a_file_and_its_new_folders_are_private_whatever_the_umask(tmp_path: Path, no_umask: None) -> None:
    path = tmp_path / "a" / "b" / "file"
    write_atomic(path, b"content")
    assert path.read_bytes() == b"content"
    assert [mode(place) for place in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_file_is_replaced_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    write_atomic(path, b"new")
    assert path.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["file"]


def test_a_link_stays_a_link(tmp_path: Path) -> None:
    kept, link = tmp_path / "kept", tmp_path / "link"
    link.symlink_to(kept)
    write_atomic(link, b"content")
    assert link.is_symlink()
    assert kept.read_bytes() == b"content"


@pytest.mark.parametrize("function", ["write", "fsync"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_disk_leaves_the_old_file_and_says_so(
    function: str, number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")

    def refuse(*_arguments: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, function, refuse)
        with pytest.raises(StorageError) as raised:
            write_atomic(path, b"new")
    assert said(raised.value.message) == f"{path} could not be written: the disk is full; free some space and try again"
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


def test_a_disk_that_takes_a_little_at_a_time_gets_it_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write = os.write
    monkeypatch.setattr(os, "write", lambda descriptor, data: write(descriptor, data[:3]))
    write_atomic(tmp_path / "file", b"0123456789")
    assert (tmp_path / "file").read_bytes() == b"0123456789"


def test_a_disk_that_fills_up_half_way_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    write_atomic(path, b"old")
    code = (
        "import resource, sys; from pathlib import Path\n"
        "from topexplorer.core.errors import StorageError\n"
        "from topexplorer.engine.settings import write_atomic\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))\n"
        "try:\n    write_atomic(Path(sys.argv[1]), b'x' * 50_000)\n"
        "except StorageError as error:\n    print(error.message.key)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(path)], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "storage.failed"
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["file"]


@pytest.mark.parametrize("number", [errno.EACCES, errno.EROFS])
def test_a_folder_that_refuses_is_named_with_what_to_do(
    number: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_more: object) -> int:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as patch:
        patch.setattr(os, "open", refuse)
        with pytest.raises(StorageError) as raised:
            write_atomic(tmp_path / "file", b"")
    sentence = said(raised.value.message)
    assert sentence.startswith(f"{tmp_path / 'file'} could not be written: this user may not write there")
    assert "TOPEXPLORER_HOME" in sentence


def test_a_file_in_the_place_of_a_folder_is_a_storage_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("not a folder")
    with pytest.raises(StorageError) as raised:
        write_atomic(tmp_path / "state" / "deep" / "file", b"")
    assert "Not a directory" in said(raised.value.message)


@pytest.mark.timeout(60 + 2 * KILLS)
def test_a_kill_leaves_a_whole_file(tmp_path: Path) -> None:
    path = tmp_path / "file"
    code = (
        "import sys; from pathlib import Path\n"
        "from topexplorer.engine.settings import write_atomic\n"
        "while True:\n"
        "    for letter in b'abc':\n"
        "        write_atomic(Path(sys.argv[1]), bytes([letter]) * 300_000)\n"
        "        print(chr(letter), flush=True)\n"
    )
    for kill in range(KILLS):
        with subprocess.Popen(
            [sys.executable, "-c", code, str(path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
        ) as process:
            assert process.stdout is not None
            for _round in range((1, 2, 5, 3, 7)[kill % 5]):
                process.stdout.readline()
            process.send_signal(signal.SIGKILL)
            process.stdout.read()
        content = path.read_bytes()
        assert len(content) == 300_000
        assert len(set(content)) == 1


def test_a_locked_folder_keeps_another_process_waiting(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from topexplorer.engine.settings import locked\n"
        "print('asking', flush=True)\n"
        "with locked(Path(sys.argv[1])):\n"
        "    Path(sys.argv[1], 'inside').touch()\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        with locked(tmp_path):
            assert process.stdout is not None
            assert process.stdout.readline() == "asking\n"
            assert not (tmp_path / "inside").exists()
        assert process.wait(30) == 0
    assert (tmp_path / "inside").exists()


def test_preferences_come_back_as_they_were_kept(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    assert read_preferences(paths) == (Preferences(), None)
    kept = Preferences(environment="dev", language="zh_CN")
    write_preferences(paths, kept)
    assert read_preferences(paths) == (kept, None)


@pytest.mark.parametrize("content", [b"{", b"[]", b"\xff", b'{"theme": 3}', b"null", b"[" * 100_000])
def test_damaged_preferences_are_the_defaults_and_are_mentioned(content: bytes, tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    write_atomic(paths.preferences_file, content)
    preferences, problem = read_preferences(paths)
    assert preferences == Preferences()
    assert problem is not None
    assert str(paths.preferences_file) in said(problem)


def test_preferences_of_a_later_version_are_read_as_far_as_they_are_known(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    write_atomic(paths.preferences_file, b'{"theme": "dark", "pane": 3}')
    assert read_preferences(paths) == (Preferences(theme="dark"), None)


def test_preferences_that_cannot_be_read_are_mentioned_with_the_reason(tmp_path: Path) -> None:
    paths = Paths.under(tmp_path)
    paths.preferences_file.mkdir(parents=True)
    preferences, problem = read_preferences(paths)
    assert preferences == Preferences()
    assert problem is not None
    assert "Is a directory" in said(problem)
