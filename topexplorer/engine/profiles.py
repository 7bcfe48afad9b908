"""Saved requests: one file each, in the project's `.topexplorer/profiles` when there is one, else the user's folder.

A file that cannot be used is one of `problems`, is never overwritten, and hides nothing but itself.
"""

from __future__ import annotations

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator
from pathlib import Path

from topexplorer.core.errors import ConfigError, UnknownProfile
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.engine.profiletext import Profile, check_name, parse_profile, refuse_secrets, render_profile
from topexplorer.engine.settings import locked, private_folder, storage_error, write_atomic
from topexplorer.engine.tomlfile import Unfit, broken, read_text

__all__ = ["Profile", "Profiles", "file_stem", "project_folder"]
MAX_STEM_BYTES = 80
_RESERVED = re.compile(r"con|prn|aux|nul|conin|conout|com[0-9]|lpt[0-9]")


def project_folder(start: Path, home: Path | None = None) -> Path | None:
    """The `.topexplorer/profiles` of `start` or of the nearest parent that has one, up to the user's home."""
    start = start.absolute()
    stop = home or _home()
    for folder in (start, *start.parents):
        profiles = folder / ".topexplorer" / "profiles"
        if profiles.is_dir():
            return profiles
        if folder == stop:
            break
    return None


class Profiles:
    """The profiles of a project and of the user. Reads the folders on every question, so that edits show at once."""

    def __init__(self, user_folder: Path, project_folder: Path | None) -> None:
        self._user = user_folder
        self._project = project_folder

    def list(self) -> tuple[Profile, ...]:
        """Every usable profile: the project's first, then the user's, each by name."""
        found = (self._usable(folder) for folder in self.folders)
        return tuple(profile for profiles in found for profile in profiles)

    @property
    def folder(self) -> Path:
        """Where a new profile is kept."""
        return self.folders[0]

    @property
    def problems(self) -> tuple[Message, ...]:
        """What is wrong with the files that cannot be used: file, place, reason."""
        return tuple(problem for folder in self.folders for problem in self._faults(folder))

    def get(self, name: str) -> Profile:
        """The profile of that name, the project's before the user's.

        Raises UnknownProfile with the nearest names, or ConfigError when the file of that name is broken.
        """
        known = self.list()
        for profile in known:
            if profile.name == name:
                return profile
        for path, found in (pair for folder in self.folders for pair in _read_all(folder)):
            if isinstance(found, ConfigError) and path.stem == file_stem(name):
                raise found
        from difflib import get_close_matches

        near = get_close_matches(name, [profile.name for profile in known], 3, 0.5)
        if near:
            raise UnknownProfile(message("profile.unknown_near", name=clean_line(name), near=tuple(near)))
        raise UnknownProfile(message("profile.unknown", name=clean_line(name)))

    def save(self, profile: Profile, secrets: Iterable[str] = ()) -> Path:
        """Keeps the profile under its name and returns its file; one of the same name is replaced, its comments kept.

        Goes to the folder the profile was read from, else the project's, else the user's. Raises ConfigError when it
        holds a secret or cannot be kept exactly, StorageError when the disk says no.
        """
        try:
            check_name(profile.name)
        except Unfit as fault:
            raise ConfigError(fault.reason) from None
        refuse_secrets(profile, secrets)
        folder = self._folder_for(profile)
        try:
            private_folder(folder)
            with locked(folder):
                path, old = _place(folder, profile.name)
                write_atomic(path, render_profile(profile, path, old).encode())
        except OSError as error:
            raise storage_error(error, folder) from error
        return path

    def delete(self, name: str) -> None:
        """Deletes the file of the profile that `get` returns. Raises UnknownProfile or StorageError."""
        path = self.get(name).path
        if path is not None:
            try:
                path.unlink(missing_ok=True)
            except OSError as error:
                raise storage_error(error, path) from error

    @property
    def folders(self) -> tuple[Path, ...]:
        """Where profiles are looked for, the first one first."""
        folders = (self._project, self._user)
        return tuple(dict.fromkeys(folder for folder in folders if folder is not None))

    def _folder_for(self, profile: Profile) -> Path:
        if profile.path is not None and profile.path.parent in self.folders:
            return profile.path.parent
        return self.folders[0]

    def _usable(self, folder: Path) -> Iterable[Profile]:
        found = [profile for _path, profile in _read_all(folder) if isinstance(profile, Profile)]
        return sorted(found, key=lambda profile: (profile.name.casefold(), profile.name))

    def _faults(self, folder: Path) -> Iterator[Message]:
        first: dict[str, Path] = {}
        for path, found in _read_all(folder):
            if isinstance(found, ConfigError):
                yield found.message
            elif first.setdefault(found.name, path) != path:
                yield broken(path, "name", message("profile.twice", other=first[found.name].name))


def file_stem(name: str) -> str:
    """The file name, without `.toml`, for a profile's name: letters, digits and dashes, right for every system."""
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", name).casefold())
    stem = "-".join("".join(char if char.isalnum() else " " for char in text).split()) or "profile"
    return _cut(f"{stem}-profile" if _RESERVED.fullmatch(stem) else stem, MAX_STEM_BYTES)


def _cut(text: str, limit: int) -> str:
    """`text` with at most `limit` bytes of UTF-8, whole characters, no dash at the end."""
    return text.encode()[:limit].decode(errors="ignore").rstrip("-")


def _place(folder: Path, name: str) -> tuple[Path, str | None]:
    """Where in `folder` the profile of that name goes, and the text that is there now. Raises OSError."""
    for path, found in _read_all(folder):
        if isinstance(found, Profile) and found.name == name:
            return path, read_text(path)
    # Compared as the least exact file system would: without case, composed characters.
    taken = {unicodedata.normalize("NFKC", path.stem).casefold() for path in _files(folder)}
    stem, number = file_stem(name), 1
    while stem in taken:
        number += 1
        stem = f"{_cut(file_stem(name), MAX_STEM_BYTES - len(str(number)) - 1)}-{number}"
    return folder / f"{stem}.toml", None


def _files(folder: Path) -> Iterable[Path]:
    """The profile files of the folder by name, none when it is not there. Raises OSError."""
    try:
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.endswith(".toml") and not entry.name.startswith(".")]
    except FileNotFoundError:
        return ()
    return [folder / name for name in sorted(names)]


def _read_all(folder: Path) -> Iterator[tuple[Path, Profile | ConfigError]]:
    """Every profile file of the folder with what it holds or why it cannot be used."""
    try:
        files = _files(folder)
    except OSError as error:
        reason = message("toml.unreadable", detail=error.strerror or str(error))
        yield folder, ConfigError(broken(folder, None, reason))
        return
    for path in files:
        try:
            yield path, parse_profile(path, read_text(path))
        except FileNotFoundError:
            continue
        except ConfigError as error:
            yield path, error


def _home() -> Path | None:
    try:
        return Path.home()
    except RuntimeError:
        return None
