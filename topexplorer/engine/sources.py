"""Reading what a person hands over for import: a file, a folder or a zip, none of them trusted.

Only the content of regular files of the wanted kinds is read, and never more of it than the limits allow. Nothing is
unpacked to disk, links are not followed, and an archive inside an archive or a folder is not opened. Whatever is left
out for such a reason is a `Refused` with the reason; nothing here raises because of what it finds.
"""

from __future__ import annotations

import os
import re
import struct
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from stat import S_ISDIR, S_ISLNK, S_ISREG
from typing import TYPE_CHECKING, NamedTuple

from topexplorer.core.importers.outcome import Source
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line

if TYPE_CHECKING:
    from zipfile import ZipFile, ZipInfo

MB = 2**20
MAX_FILE_BYTES = 16 * MB
MAX_TOTAL_BYTES = 1024 * MB
MAX_FILES = 100_000
MAX_ENTRIES = 500_000
"""The most entries of a folder and its folders that are looked at."""
MAX_DIRECTORY_BYTES = 16 * MB
"""The largest list of contents of a zip: more than 100,000 entries need."""
MAX_RATIO = 200
"""Documents and sources shrink to a tenth or a thirtieth; what shrinks more than this is made to fill a memory."""
SMALL = 64 * 1024
"""Below this the ratio does not matter."""
MAX_NAME = 1024
_ARCHIVES = (".zip", ".jar", ".war", ".whl", ".egg")
_CHUNK = 64 * 1024
_FAULTS = (OSError, ValueError, OverflowError, EOFError, RuntimeError, struct.error, zlib.error)
"""What reading a damaged zip raises beside BadZipFile."""
_END = b"PK\x05\x06"
_DEVICES = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|:|$)", re.IGNORECASE)
_FIRST = "catelog.json"
"""Says what the documents beside it are, so it comes before them."""


class Refused(NamedTuple):
    """A file that is not read, and why."""

    name: str
    reason: Message


class Allowance:
    """How much one import may still read, over all its paths."""

    def __init__(self, files: int = MAX_FILES, total: int = MAX_TOTAL_BYTES) -> None:
        self.files = files
        self.bytes = total


class Sources:
    """The files at `path`, listed when this is made and read one by one when it is iterated over."""

    def __init__(self, path: Path, suffixes: Iterable[str], allowance: Allowance | None = None) -> None:
        self._path = Path(os.path.abspath(path))
        self._suffixes = tuple(suffixes)
        self._allowance = allowance or Allowance()
        self._refused: list[Refused] = []
        self._files: list[tuple[str, str]] = []
        self._members: list[tuple[str, ZipInfo]] = []
        self._is_single = False
        self.others = 0
        """Files of other kinds, which are not even opened."""
        self.beside: str | None = None
        """The name of a file that was not asked for: it says what the one that was belongs to."""
        self._list()

    def __len__(self) -> int:
        return len(self._files) + len(self._members)

    def __iter__(self) -> Iterator[Source | Refused]:
        """What can be read and what cannot; then, once, what the allowance leaves out."""
        yield from self._refused
        yield from self._read_files() if self._files else self._read_members()

    def _list(self) -> None:
        try:
            mode = os.stat(self._path).st_mode
            if S_ISDIR(mode):
                self._list_folder()
            elif not S_ISREG(mode):
                self._refuse(self._path.name, message("import.not_a_file"))
            elif _is_zip(self._path):
                self._list_archive()
            else:
                self._list_single()
        except OSError as error:
            self._refuse(str(self._path), message("import.unreadable", detail=error.strerror or str(error)))
        limit = max(0, self._allowance.files)
        if len(self) > limit:
            self._refuse(self._path.name, message("import.too_many_files", limit=limit))
            del self._files[limit:], self._members[limit:]
        self._allowance.files -= len(self)

    def _refuse(self, name: str, reason: Message) -> None:
        self._refused.append(Refused(clean_line(name), reason))

    def _list_single(self) -> None:
        folder = self._path.parent
        catalogue = folder / _FIRST
        if self._path.name != _FIRST and self._path.name.endswith(".json") and catalogue.is_file():
            self.beside = f"{folder.name}/{_FIRST}"
            self._files.append((self.beside, str(catalogue)))
        self._files.append((f"{folder.name}/{self._path.name}", str(self._path)))
        self._is_single = True

    def _list_folder(self) -> None:
        """Depth first without recursion: folders may be nested as deeply as names allow."""
        waiting = [(self._path.name, str(self._path))]
        seen = 0
        while waiting:
            name, path = waiting.pop()
            try:
                with os.scandir(path) as entries:
                    found = sorted(entries, key=lambda entry: _order(entry.name))
            except OSError as error:
                self._refuse(name, message("import.unreadable", detail=error.strerror or str(error)))
                continue
            seen += len(found)
            if seen > MAX_ENTRIES:
                self._refuse(name, message("import.too_many_entries", limit=MAX_ENTRIES))
                return
            folders = []
            for entry in found:
                inside = f"{name}/{entry.name}"
                if entry.is_symlink():
                    self._refuse(inside, message("import.link"))
                elif entry.is_dir(follow_symlinks=False):
                    folders.append((inside, entry.path))
                elif not entry.is_file(follow_symlinks=False):
                    self._refuse(inside, message("import.not_a_file"))
                elif self._is_wanted(inside):
                    self._files.append((inside, entry.path))
            waiting += reversed(folders)

    def _is_wanted(self, name: str) -> bool:
        """Whether a file is to be read. One that is not is counted, an archive is refused."""
        lowered = name.lower()
        if lowered.endswith(_ARCHIVES):
            self._refuse(name, message("import.nested_archive"))
            return False
        if not lowered.endswith(self._suffixes):
            self.others += 1
            return False
        return True

    def _list_archive(self) -> None:
        if _directory_bytes(self._path) > MAX_DIRECTORY_BYTES:
            self._refuse(self._path.name, message("import.too_many_files", limit=MAX_FILES))
            return
        archive = self._opened()
        if archive is None:
            return
        with archive:
            members = archive.infolist()
        seen: set[str] = set()
        for member in sorted(members, key=lambda member: _order(member.filename)):
            name = f"{self._path.name}/{clean_line(member.filename)[:MAX_NAME]}"
            reason = _unsafe(member)
            if reason is None and member.filename.casefold() in seen:
                reason = message("import.name_twice")
            if reason:
                self._refuse(name, reason)
                continue
            seen.add(member.filename.casefold())
            if not member.is_dir() and self._is_wanted(name):
                self._members.append((name, member))

    def _opened(self) -> ZipFile | None:
        from zipfile import BadZipFile, ZipFile

        try:
            return ZipFile(self._path)
        except (BadZipFile, *_FAULTS) as error:
            self._refuse(self._path.name, message("import.bad_archive", detail=clean_line(str(error))[:80]))
            return None

    def _read_files(self) -> Iterator[Source | Refused]:
        for place, (name, path) in enumerate(self._files):
            if self._allowance.bytes <= 0:
                yield self._exhausted(len(self._files) - place)
                return
            found = _file(name, path, follow=self._is_single)
            self._allowance.bytes -= len(found.content) if isinstance(found, Source) else 0
            yield found

    def _read_members(self) -> Iterator[Source | Refused]:
        archive = self._opened() if self._members else None
        if archive is None:
            return
        with archive:
            for place, (name, member) in enumerate(self._members):
                if self._allowance.bytes <= 0:
                    yield self._exhausted(len(self._members) - place)
                    return
                found = _member(archive, name, member)
                self._allowance.bytes -= len(found.content) if isinstance(found, Source) else _CHUNK
                yield found

    def _exhausted(self, count: int) -> Refused:
        limit = MAX_TOTAL_BYTES // MB
        return Refused(clean_line(self._path.name), message("import.too_much", limit=limit, count=count))


def _order(name: str) -> tuple[str, bool, str]:
    folder, _slash, last = name.rpartition("/")
    return folder, last != _FIRST, last


def _file(name: str, path: str, *, follow: bool) -> Source | Refused:
    """A file's content. What it is is asked after it is open: it may have been replaced since it was listed."""
    shown = clean_line(name)
    flags = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NONBLOCK", 0)
    try:
        descriptor = os.open(path, flags | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
        with open(descriptor, "rb") as file:
            facts = os.fstat(descriptor)
            if not S_ISREG(facts.st_mode):
                return Refused(shown, message("import.not_a_file"))
            content = file.read(MAX_FILE_BYTES + 1) if facts.st_size <= MAX_FILE_BYTES else b""
    except OSError as error:
        return Refused(shown, message("import.unreadable", detail=error.strerror or str(error)))
    if max(facts.st_size, len(content)) > MAX_FILE_BYTES:
        return Refused(shown, message("import.file_too_large", limit=MAX_FILE_BYTES // MB))
    return Source(shown, content)


def _member(archive: ZipFile, name: str, member: ZipInfo) -> Source | Refused:
    """A member's content, unpacked no further than the limits. What its entry says about its size is not believed."""
    from zipfile import BadZipFile

    pieces: list[bytes] = []
    size = 0
    try:
        with archive.open(member) as file:
            while piece := file.read(_CHUNK):
                pieces.append(piece)
                size += len(piece)
                if size > MAX_FILE_BYTES:
                    return Refused(name, message("import.file_too_large", limit=MAX_FILE_BYTES // MB))
                if size > SMALL and size > MAX_RATIO * max(1, member.compress_size):
                    return Refused(name, message("import.bomb"))
    except (BadZipFile, *_FAULTS) as error:
        return Refused(name, message("import.bad_archive", detail=clean_line(str(error))[:80]))
    return Source(name, b"".join(pieces))


def _unsafe(member: ZipInfo) -> Message | None:
    """Why an entry is left alone. None of its names is ever used on disk; a name like these is a lie in any case."""
    from zipfile import ZIP_DEFLATED, ZIP_STORED

    name = member.orig_filename
    steps = name.replace("\\", "/").removesuffix("/").split("/")
    if clean_line(name) != name:
        return message("import.unsafe_name")
    if "\\" in name or name.startswith("/") or re.match(r"[A-Za-z]:", name) or len(name) > MAX_NAME:
        return message("import.unsafe_name")
    if any(step in ("", ".", "..") or _DEVICES.match(step) for step in steps):
        return message("import.unsafe_name")
    mode = member.external_attr >> 16
    if S_ISLNK(mode):
        return message("import.link")
    if mode >> 12 and not (S_ISREG(mode) or S_ISDIR(mode)):
        return message("import.not_a_file")
    if member.flag_bits & 0x1:
        return message("import.encrypted")
    if member.compress_type not in (ZIP_STORED, ZIP_DEFLATED):
        return message("import.packing")
    return None


def _is_zip(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) in (b"PK\x03\x04", _END)


def _directory_bytes(path: Path) -> int:
    """How long a zip says its list of contents is: it would be read into memory whole."""
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        file.seek(max(0, size - 65_557 - 76))
        tail = file.read()
    # In the order in which the zip reader looks for it: without a comment, then before one.
    place = len(tail) - 22 if tail[-22:-18] == _END and tail.endswith(b"\0\0") else tail.rfind(_END)
    if place < 0:
        return 0
    told = int.from_bytes(tail[place + 12 : place + 16], "little")
    large = tail[max(0, place - 76) : place]
    if large[-20:-16] == b"PK\x06\x07" and large[:4] == b"PK\x06\x06":
        return int.from_bytes(large[40:48], "little")
    return told
