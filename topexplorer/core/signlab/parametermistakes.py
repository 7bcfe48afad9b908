"""Mistakes in which parameters are signed: too many, too few, or one with another value than the one that is sent.

Each finder looks at the case and gives the changes that could explain it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from topexplorer.core.signlab import spelling
from topexplorer.core.signlab.making import Case, Change, Finder, Making

STAGE = 1
"""Which parameters there are is settled before their values are spelled."""
_USUAL_SYSTEM = frozenset("v format timestamp partner_id sign_method app_key method simplify".split())
_PARTNERS = (
    "top-sdk-java-20210101",
    "top-sdk-net-20230831",
    "taobao-sdk-python-20160516",
    "new_php_sdk",
    "top-apitools",
)
_USUAL: tuple[tuple[str, str, int], ...] = (
    ("v", "2.0", 2),
    ("format", "json", 2),
    ("format", "xml", 2),
    ("sign_method", "md5", 2),
    ("sign_method", "hmac", 2),
    ("sign_method", "hmac-sha256", 2),
    ("simplify", "true", 3),
    ("simplify", "false", 3),
    ("session", "", 3),
    ("target_app_key", "", 4),
    ("partner_id", "", 4),
    ("session", "null", 4),
    *(("partner_id", partner, 3) for partner in _PARTNERS),
)
"""System parameters that a program may sign and not send, with the values they usually have and a rank."""
_OTHER_VALUES = {
    "format": ("json", "xml", "JSON"),
    "v": ("2.0", "1.0"),
    "simplify": ("true", "false"),
    "sign_method": ("md5", "hmac", "hmac-sha256", "MD5", "HMAC", "sha256"),
}


def without(*names: str) -> Callable[[Making], Making]:
    dropped = frozenset(names)
    return lambda making: making._replace(pairs=tuple(pair for pair in making.pairs if pair[0] not in dropped))


def added(*more: tuple[str, str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(pairs=(*making.pairs, *more))


def replaced(name: str, old: str, new: str) -> Callable[[Making], Making]:
    """One value instead of another. What another change has made of it by then stays."""
    wanted, other = (name, old), (name, new)
    return lambda making: making._replace(pairs=tuple(other if pair == wanted else pair for pair in making.pairs))


def only(kept: Callable[[str], object]) -> Callable[[Making], Making]:
    return lambda making: making._replace(pairs=tuple(pair for pair in making.pairs if kept(pair[1])))


def one_of(names: list[str]) -> str:
    """The name when it is always the same one."""
    return names[0] if len(set(names)) == 1 else ""


def empty_dropped(case: Case) -> Iterator[Change]:
    if empty := [name for name, value in case.params if not value]:
        yield Change("empty_dropped", "value", 1, only(len), one_of(empty), STAGE)


def blank_dropped(case: Case) -> Iterator[Change]:
    if blank := [name for name, value in case.params if value and not value.strip()]:
        yield Change("blank_dropped", "value", 2, only(str.strip), one_of(blank), STAGE)


def null_signed(case: Case) -> Iterator[Change]:
    for text, rank in (("", 2), ("null", 3), ("None", 3)):
        if case.nulls:
            more = tuple((name, text) for name in case.nulls)
            yield Change("null_signed", "value", rank, added(*more), one_of(list(case.nulls)), STAGE)


def sign_included(case: Case) -> Iterator[Change]:
    for text in dict.fromkeys(("", case.right, case.right.lower(), "null", "None")):
        yield Change("sign_included", "value", 2, added(("sign", text)), "", STAGE)


def not_signed(case: Case) -> Iterator[Change]:
    """Sent but not signed. The session is the classic: it is put in after signing."""
    for name in dict.fromkeys(name for name, _value in case.params):
        if name == "session":
            yield Change("session_after", "value", 1, without(name), name, STAGE)
        else:
            yield Change("not_signed", "value", 2 if name in _USUAL_SYSTEM else 3, without(name), name, STAGE)


def not_sent(case: Case) -> Iterator[Change]:
    """Signed but not sent: what the draft has, and system parameters with their usual values."""
    secret = case.secret.reveal()
    rows = [*((name, value, 2) for name, value in case.known), *_USUAL]
    rows += [(name, secret, 4) for name in ("app_secret", "secret", "appSecret")]
    seen: set[tuple[str, str]] = set()
    for name, value, rank in rows:
        if not case.has(name) and name != "sign" and (name, value) not in seen:
            seen.add((name, value))
            yield Change("not_sent", "value", rank, added((name, value)), name, STAGE)


def other_value(case: Case) -> Iterator[Change]:
    """Signed with one value and sent with another."""
    known = dict(case.known)
    for name, value in case.params:
        for other in _OTHER_VALUES.get(name, ()):
            if other != value:
                yield Change("other_value", "value", 3, replaced(name, value, other), name, STAGE)
        if name == "method" and value.startswith("taobao."):
            short = value.removeprefix("taobao.")
            yield Change("other_value", "value", 4, replaced(name, value, short), name, STAGE)
        if known.get(name, value) != value:
            yield Change("other_value", "value", 3, replaced(name, value, known[name]), name, STAGE)


def other_timestamp(case: Case) -> Iterator[Change]:
    """The clock read twice, once for the sign and once for the wire, or in two forms."""
    for name, value in case.params:
        if name == "timestamp":
            for at, (other, kind) in enumerate(spelling.time_spellings(value)):
                mistake = "timestamp_twice" if kind == "moment" else "timestamp_form"
                rank = 2 if kind != "moment" or at < 2 else 4
                yield Change(mistake, "value", rank, replaced(name, value, other), name, STAGE)


def file_signed(case: Case) -> Iterator[Change]:
    """A file's name, path or an empty text among what is signed."""
    spells: tuple[Callable[[str], str], ...] = (
        lambda path: path,
        lambda path: f"@{path}",
        lambda path: re.split(r"[/\\]", path)[-1],
        lambda path: "",
    )
    if case.files:
        for spell in spells:
            more = tuple((name, spell(path)) for name, path in case.files)
            yield Change("file_signed", "value", 2, added(*more), one_of([name for name, _path in case.files]), STAGE)


def body_left_out(case: Case) -> Iterator[Change]:
    if case.body:
        yield Change("body_left_out", "value", 1, lambda making: making._replace(body=""), "", STAGE)


PARAMETER_MISTAKES: tuple[Finder, ...] = (
    empty_dropped,
    blank_dropped,
    null_signed,
    sign_included,
    not_signed,
    not_sent,
    other_value,
    other_timestamp,
    file_signed,
    body_left_out,
)
