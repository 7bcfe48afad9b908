"""One saved request as text: a TOML file that a person can read, compare and edit, and that holds no secret.

`parse_profile` and `render_profile` are inverse: what was rendered reads back equal, or rendering refuses. Values are
text and stay exactly what was typed: an unquoted number keeps all its digits.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from topexplorer.core.call import SECRET_PARAMS, RequestDraft, WireFormat
from topexplorer.core.errors import ConfigError
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.taint import Taint
from topexplorer.core.text import clean_line
from topexplorer.engine.tomlfile import Unfit, broken, one_of, parse_toml, unknown_key

if TYPE_CHECKING:
    from tomlkit import TOMLDocument
    from tomlkit.items import String

MAX_NAME = 120
SECRET_NAMES = SECRET_PARAMS | {"app_key", "app_secret", "secret", "client_secret"}
"""Rows that no profile holds, in any spelling (`appSecret`, `App-Secret`)."""
_SECRET_WORDS = frozenset(name.replace("_", "") for name in SECRET_NAMES)


@dataclass(frozen=True, slots=True)
class Profile:
    """A request worth keeping, under a name."""

    name: str
    draft: RequestDraft
    environment: str | None = None
    """Where to send it; None: to whatever environment is active."""
    note: str = ""
    path: Path | None = None
    """The file it was read from; None for one not saved yet."""


def parse_profile(path: Path, text: str) -> Profile:
    """The profile in `text`, the content of `path`. Raises ConfigError naming file, place and reason."""
    # Fractions as text: 1.10 is a price, not a float.
    document = parse_toml(path, text, parse_float=str)
    found: dict[str, Any] = {}
    try:
        for where, value in document.items():
            if where not in _READERS:
                raise Unfit(unknown_key(where, _READERS))
            found[where] = _READERS[where](value)
        for where in ("name", "method"):
            if where not in found:
                raise Unfit(message("config.missing"))
    except Unfit as fault:
        raise ConfigError(broken(path, where + fault.where, fault.reason)) from None
    draft = RequestDraft(
        found["method"],
        found.get("values", {}),
        found.get("files", {}),
        found.get("off", frozenset()),
        found.get("format", "json"),
        found.get("simplify", False),
        found.get("sign_method"),
        found.get("left_out", frozenset()),
    )
    return Profile(found["name"], draft, found.get("environment"), found.get("note", ""), path)


def render_profile(profile: Profile, path: Path, old: str | None = None) -> str:
    """The text to keep at `path`. Of `old`, the content so far, comments and the layout of unchanged lines stay.

    Raises ConfigError when the profile cannot be kept exactly: an empty name or method, or half a character.
    """
    kept = replace(profile, path=path)
    for place, piece in _texts_of(profile):
        if not _is_whole(piece):
            raise ConfigError(message("profile.not_text", where=clean_line(place)))
    edited = None if old is None else _edited(kept, path, old)
    if edited is not None:
        return edited
    import tomlkit

    text = _filled(tomlkit.document(), kept, None).as_string()
    if parse_profile(path, text) != kept:
        raise ConfigError(message("profile.not_text", where=clean_line(profile.name)))
    return text


def refuse_secrets(profile: Profile, secrets: Iterable[str]) -> None:
    """Raises ConfigError when a secret would get on disk: a row for one, or one of these, in any spelling."""
    for name, text in (*profile.draft.values.items(), *profile.draft.files.items()):
        if text.strip() and is_secret_name(name):
            raise ConfigError(message("profile.secret_row", name=clean_line(name)))
    taint = Taint(secrets)
    for place, text in _texts_of(profile):
        if taint.holds(text):
            raise ConfigError(message("profile.secret_text", where=clean_line(taint.mask(place))))


def is_secret_name(name: str) -> bool:
    """Whether a row of this name carries a secret, in any spelling."""
    return name.strip().casefold().replace("_", "").replace("-", "") in _SECRET_WORDS


def _texts_of(profile: Profile) -> Iterator[tuple[str, str]]:
    """Every text of the profile with its place."""
    draft = profile.draft
    yield from (("name", profile.name), ("note", profile.note), ("method", draft.api))
    yield from (("environment", profile.environment or ""), ("sign_method", draft.sign_method or ""))
    yield from (("off", name) for name in draft.off)
    yield from (("left_out", name) for name in draft.left_out)
    for table, rows in (("values", draft.values), ("files", draft.files)):
        for name, text in rows.items():
            yield table, name
            yield f"{table}.{name}", text


def _is_whole(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


def _header(profile: Profile) -> dict[str, object]:
    draft = profile.draft
    return {
        "name": profile.name,
        "method": draft.api,
        "environment": profile.environment,
        "note": profile.note or None,
        "format": draft.format,
        "simplify": draft.simplify,
        "sign_method": draft.sign_method,
        "off": sorted(draft.off) or None,
        "left_out": sorted(draft.left_out) or None,
    }


def _edited(profile: Profile, path: Path, old: str) -> str | None:
    """The old text with what changed, None when it cannot be edited in place."""
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    try:
        text = _filled(tomlkit.parse(old), profile, parse_profile(path, old)).as_string()
        return text if parse_profile(path, text) == profile else None
    except (TOMLKitError, ConfigError, ValueError, TypeError, AttributeError):
        return None


def _filled(document: TOMLDocument, profile: Profile, before: Profile | None) -> TOMLDocument:
    """`document`, which says `before`, saying `profile`."""
    old = _header(before) if before else {}
    for key, value in _header(profile).items():
        if before and old[key] == value:
            continue
        if value is None:
            document.pop(key, None)
        else:
            document[key] = _item(value) if isinstance(value, str) else value
    _fill_table(document, "values", profile.draft.values, before.draft.values if before else {})
    _fill_table(document, "files", profile.draft.files, before.draft.files if before else {})
    return document


def _fill_table(document: TOMLDocument, name: str, rows: Mapping[str, str], before: Mapping[str, str]) -> None:
    import tomlkit

    if rows and name not in document:
        document[name] = tomlkit.table()
    for key in before.keys() - rows.keys():
        document[name].pop(key)
    # Sorted, so that equal requests are equal files.
    for key in sorted(rows):
        if before.get(key) != rows[key]:
            document[name][key] = _item(rows[key])


def _item(text: str) -> String:
    import tomlkit

    # A line end of a multi-line string reads as \n whatever it is in the file.
    return tomlkit.string(text, multiline="\n" in text and "\r" not in text)


def check_name(name: str) -> None:
    """Raises Unfit unless `name` can name a profile: one line, not blank, not too long."""
    if not name.strip() or clean_line(name) != name or len(name) > MAX_NAME:
        raise Unfit(message("profile.bad_name", limit=MAX_NAME))


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise Unfit(message("config.not_text"))
    return value


def _name(value: object) -> str:
    name = _text(value)
    check_name(name)
    return name


def _word(value: object) -> str:
    if not _text(value).strip():
        raise Unfit(message("config.blank"))
    return _text(value)


def _switch(value: object) -> bool:
    if not isinstance(value, bool):
        raise Unfit(message("config.not_switch"))
    return value


def _names(value: object) -> frozenset[str]:
    if not isinstance(value, list):
        raise Unfit(message("config.not_list"))
    return frozenset(_text(name) for name in value)


def _rows(value: object) -> dict[str, str]:
    if not isinstance(value, dict):
        raise Unfit(message("config.not_table"))
    rows = {}
    for name, cell in value.items():
        try:
            rows[name] = _value(cell)
        except (Unfit, ValueError):
            raise Unfit(message("config.not_text"), f".{name}") from None
        if rows[name].strip() and is_secret_name(name):
            raise Unfit(message("profile.secret_row", name=clean_line(name)), f".{name}")
    return rows


def _value(cell: object) -> str:
    """A value as it goes on the wire. A person may leave the quotes off numbers and switches."""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    return str(cell) if isinstance(cell, int) else _text(cell)


_READERS: Mapping[str, Callable[[Any], object]] = {
    "name": _name,
    "method": _word,
    "environment": _word,
    "note": _text,
    "format": lambda value: one_of(value, get_args(WireFormat)),
    "simplify": _switch,
    "sign_method": _word,
    "off": _names,
    "left_out": _names,
    "values": _rows,
    "files": _rows,
}
"""Every key of the file, and what reads it."""
