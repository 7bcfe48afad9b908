"""Who else can read or change a file: what holds keys, or says where they go, has to be its owner's alone.

As ssh has it, such a file is refused and not put right in silence, because somebody may have copied or changed it
already. A group in which nobody else is counts as its owner where no access control list names others, and a folder
with the sticky bit as one in which others cannot replace anything. Windows has no such modes: there nothing is ever
found.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from topexplorer.core.errors import ConfigError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.settings import HOME_VARIABLE, storage_error

PRIVATE_FILE, PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, slots=True)
class Exposure:
    """One file or folder that is not its owner's alone."""

    place: Path
    sentence: Message
    """Part of a sentence: who can do what."""
    command: str
    """What a person types to mend it, quoted for a shell."""
    mode: int | None
    """The mode that mends it. None where it belongs to somebody else."""


def exposures(file: Path, *, secret: bool) -> Iterator[Exposure]:
    """What is wrong with `file` and with the folders in which another could be put in its place.

    A `secret` file may not be read by others either, and its folder counts before the file is there.
    """
    if not hasattr(os, "geteuid"):
        return
    if secret or file.exists():
        for folder in dict.fromkeys((file.parent, Path(os.path.realpath(file)).parent)):
            yield from _of_folder(folder, secret)
    if found := _stat(file):
        mode = stat.S_IMODE(found.st_mode)
        if foreign := _foreign(file, found, secret):
            yield foreign
        elif secret and mode & 0o077:
            yield _exposed(file, "private.read", mode, PRIVATE_FILE)
        elif _is_open(file, found):
            yield _exposed(file, "private.write", mode, PRIVATE_FILE)


def require_private(file: Path) -> None:
    """Raises ConfigError when others can read `file`, change it or put another in its place."""
    for found in exposures(file, secret=True):
        sentence = message("private.vault", why=found.sentence, command=found.command)
        raise ConfigError(sentence, message("private.vault.hint", variable=HOME_VARIABLE))


def require_own(file: Path) -> None:
    """Raises ConfigError when others can change `file` or put another in its place."""
    for found in exposures(file, secret=False):
        raise ConfigError(message("private.config", why=found.sentence, command=found.command))


def mend(found: Exposure) -> None:
    """Takes everybody else's rights away. Raises StorageError where the disk or the owner does not let us."""
    try:
        if found.mode is not None:
            found.place.chmod(found.mode)
    except OSError as error:
        raise storage_error(error, found.place) from error


def _of_folder(folder: Path, secret: bool) -> Iterator[Exposure]:
    found = _stat(folder)
    if found is None:
        return
    mode = stat.S_IMODE(found.st_mode)
    if foreign := _foreign(folder, found, secret):
        yield foreign
    elif _is_open(folder, found) and not mode & stat.S_ISVTX:
        yield _exposed(folder, "private.write", mode, PRIVATE_FOLDER if secret else mode & ~0o022)


def _foreign(place: Path, found: os.stat_result, secret: bool) -> Exposure | None:
    """What the system's administrator owns can be changed by nobody else; but keys of ours are never there."""
    if found.st_uid == os.geteuid() or (found.st_uid == 0 and not secret):
        return None
    sentence = message("private.owner", place=clean_line(str(place)), owner=found.st_uid)
    return Exposure(place, sentence, f"sudo chown {os.geteuid()} {_quoted(place)}", None)


def _exposed(place: Path, key: str, mode: int, cure: int) -> Exposure:
    sentence = message(key, place=clean_line(str(place)), mode=f"{mode:04o}")
    return Exposure(place, sentence, f"chmod {cure:o} {_quoted(place)}", cure)


def _quoted(place: Path) -> str:
    import shlex

    return clean_line(shlex.quote(str(place)))


def _stat(place: Path) -> os.stat_result | None:
    """None for what is not there, and for what only its reader can complain of."""
    try:
        return place.stat()
    except OSError:
        return None


def _is_open(place: Path, found: os.stat_result) -> bool:
    """Whether somebody else can write there."""
    if found.st_mode & 0o002:
        return True
    return bool(found.st_mode & 0o020) and (_has_list(place) or not _is_own_group(found.st_gid))


def _has_list(place: Path) -> bool:
    """Whether an access control list names somebody: then what looks like the group's rights is the most that any of
    them has (Linux, acl(5)). macOS and Windows have lists of their own, which no mode shows: they are not looked at.
    """
    try:
        return bool(os.getxattr(place, "system.posix_acl_access"))
    except (AttributeError, OSError):
        return False


def _is_own_group(group: int) -> bool:
    """Whether it is the group that many systems make for each user, who is then alone in it."""
    import grp
    import pwd

    try:
        me, members = pwd.getpwuid(os.geteuid()), grp.getgrgid(group)
    except KeyError:
        return False
    return (group, members.gr_name) == (me.pw_gid, me.pw_name) and set(members.gr_mem) <= {me.pw_name}
