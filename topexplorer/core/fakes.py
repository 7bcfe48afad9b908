"""Something in place of personal data: a fake that looks like it, or stars.

A fake has as many characters as the real text and each as wide, so that columns, cursors and forms keep their places.
An eleven-digit mobile stays one, a Chinese name stays a Chinese name, an id card number has a right check digit. Under
one key the same text always becomes the same fake, and without the key nobody can tell what it was made of.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from hashlib import blake2b

from topexplorer.core.personalnames import Kind

_SURNAMES = "王李张刘陈杨赵黄周吴徐孙马朱胡郭何林罗高"
_GIVEN = "伟芳敏静丽强磊军洋勇艳杰娟涛明超霞平刚桂文辉玲建国华志红玉兰春梅海燕雪松"
_PLACES = "和平建设文化人民中山解放长江新华光明胜利朝阳东风花园青年团结北京南湖"
_MARKERS = frozenset("省市区县镇乡村街道路巷弄里号楼栋幢座层室院园苑单元门东西南北组队屯")
_LETTERS = "云小山青木花月星河竹风石雨松溪田果桃蓝白"
_REMARK = "此处文字已经替换"
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
STARS = "***"

Luck = Iterator[int]


def fake(kind: Kind, text: str, key: bytes) -> str:
    """The fake of `text` under `key`. What holds neither letter nor digit comes back as it is."""
    make = _MAKERS.get(kind, _shape)
    made = make(text, _luck(text, key))
    # By chance, or because there is nothing to change, it may be the same; then the next one.
    return made if made != text else make(text, _luck(f"{text}\0", key))


def stars(kind: Kind, text: str) -> str:
    """`text` as it is written where it is hidden: enough to tell two apart, not enough to use it."""
    if not text.strip():
        return text
    if kind in ("mobile", "phone", "idcard") and len(text) >= 7:
        keep = 1 if kind == "idcard" else 3
        return text[:keep] + "*" * (len(text) - keep - min(4, keep + 3)) + text[-min(4, keep + 3) :]
    if kind == "email" and "@" in text:
        return f"{text[0]}{STARS}{text[text.index('@') :]}"
    if kind == "address" and (seen := re.match(r".*?[区县]|.*?[省市]", text)):
        return seen.group() + STARS
    if kind == "nick" and len(text) > 2:
        return f"{text[0]}{STARS if len(text) > 3 else '*'}{text[-1]}"
    if kind in ("name", "nick", "words") and len(text) > 1:
        return text[0] + (STARS if len(text) > 3 else "*" * (len(text) - 1))
    return STARS if len(text) < 8 else STARS + text[-4:]


def _luck(text: str, key: bytes) -> Luck:
    """Numbers below 256 without end, the same ones for the same question."""
    seed = text.encode("utf-8", "surrogatepass")
    turn = 0
    while True:
        yield from blake2b(seed, key=key[:64], salt=turn.to_bytes(8, "little")).digest()
        turn += 1


def _one(letters: str, luck: Luck) -> str:
    return letters[next(luck) % len(letters)]


def _is_cjk(char: str) -> bool:
    return "\u3400" <= char <= "\u9fff"


def _like(char: str, luck: Luck, cjk: str = _LETTERS) -> str:
    """Another character of the same sort: a digit for a digit, a vowel for a vowel."""
    if char.isascii() and char.isdigit():
        return _one("0123456789", luck)
    if char.isascii() and char.isalpha():
        made = _one(_VOWELS if char.lower() in _VOWELS else _CONSONANTS, luck)
        return made.upper() if char.isupper() else made
    return _one(cjk, luck) if _is_cjk(char) else char


def _shape(text: str, luck: Luck) -> str:
    """Every letter and digit another one; a number keeps its first digit from becoming 0."""
    link = re.match(r"(?:https?:)?//", text)
    start = link.end() if link else 0
    made = [_like(char, luck) for char in text[start:]]
    if made and text[start] in "123456789" and made[0] == "0":
        made[0] = _one("123456789", luck)
    return text[:start] + "".join(made)


def _name(text: str, luck: Luck) -> str:
    made = [_like(char, luck, _GIVEN) for char in text]
    if text and _is_cjk(text[0]):
        made[0] = _one(_SURNAMES, luck)
    return "".join(made)


def _phone(text: str, luck: Luck) -> str:
    """Country code, area code's 0 and separators stay; a mobile keeps the form of one."""
    digits = [char if char.isdigit() else "" for char in text]
    start = 2 if "".join(digits).startswith("86") and sum(map(bool, digits)) == 13 else 0
    made, seen = [], 0
    for char in text:
        if not (char.isascii() and char.isdigit()):
            made.append(char)
            continue
        place, seen = seen - start, seen + 1
        if place < 0 or (place == 0 and char in "01"):
            made.append(char)
        elif place == 1 and made[-1] == "1":
            made.append(_one("356789", luck))
        else:
            made.append(_one("0123456789", luck))
    return "".join(made)


def _email(text: str, luck: Luck) -> str:
    """The last part of the domain stays."""
    body, dot, end = text.rpartition(".")
    return _shape(body, luck) + dot + end if dot else _shape(text, luck)


def _address(text: str, luck: Luck) -> str:
    """What says road, number or house stays; the names before it become those of roads that every town has."""
    made, place = [], 0
    for char in text:
        if char in _MARKERS or not _is_cjk(char):
            made.append(char if char in _MARKERS else _like(char, luck))
            place = 0
            continue
        if place % 2 == 0:
            word = (next(luck) % (len(_PLACES) // 2)) * 2
        made.append(_PLACES[word + place % 2])
        place += 1
    return "".join(made)


def _idcard(text: str, luck: Luck) -> str:
    if not re.fullmatch(r"\d{17}[\dXx]", text):
        return _shape(text, luck)
    year, month, day = 1960 + next(luck) % 45, 1 + next(luck) % 12, 1 + next(luck) % 28
    body = f"110101{year:04d}{month:02d}{day:02d}{next(luck) % 250:03d}"
    return body + check_digit(body)


def check_digit(body: str) -> str:
    """The last sign of an id card number, of the 17 digits before it (GB 11643-1999)."""
    return _CHECKS[sum(int(digit) * weight for digit, weight in zip(body, _WEIGHTS, strict=False)) % 11]


def _date(text: str, luck: Luck) -> str:
    found = re.match(r"(\d{4})(\D?)(\d{2})(\D?)(\d{2})", text)
    if found is None:
        return _shape(text, luck)
    year, month, day = 1960 + next(luck) % 45, 1 + next(luck) % 12, 1 + next(luck) % 28
    return f"{year}{found[2]}{month:02d}{found[4]}{day:02d}{text[found.end() :]}"


def _ip(text: str, luck: Luck) -> str:
    if not re.fullmatch(r"\d{1,3}(?:\.\d{1,3}){3}", text):
        return _shape(text, luck)
    ranges = {1: (1, 9), 2: (10, 89), 3: (100, 100)}
    octets = (ranges[len(octet)] for octet in text.split("."))
    return ".".join(str(low + next(luck) % (span + 1)) for low, span in octets)


def _geo(text: str, luck: Luck) -> str:
    """The whole degrees stay: they say the country."""
    whole, dot, part = text.partition(".")
    return whole + dot + "".join(_like(char, luck) for char in part) if dot else _shape(text, luck)


def _words(text: str, luck: Luck) -> str:
    made, place = [], 0
    for char in text:
        made.append(_REMARK[place % len(_REMARK)] if _is_cjk(char) else _like(char, luck))
        place += _is_cjk(char)
    return "".join(made)


_MAKERS: Mapping[Kind, Callable[[str, Luck], str]] = {
    "name": _name,
    "mobile": _phone,
    "phone": _phone,
    "email": _email,
    "address": _address,
    "idcard": _idcard,
    "birthday": _date,
    "ip": _ip,
    "geo": _geo,
    "words": _words,
}
