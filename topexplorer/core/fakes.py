"""Something in place of personal data: a fake that looks like it, or stars.

A fake has as many characters as the real text and each as wide, so that columns, cursors and forms keep their places.
An eleven-digit mobile stays one, a Chinese name stays a Chinese name, an id card number has a right check digit. Under
one key the same text always becomes the same fake, and without the key nobody can tell what it was made of.
What names a person is made by what it looks like, whether a field calls it a name, a nick or an id.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from hashlib import blake2b

from topexplorer.core.personalnames import Kind

_SURNAMES = "沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪田任姜范方石姚谭廖邹熊陆郝孔白崔康毛"
_GIVEN = "岚汀沐泽屿芷蘅昀珩曦澜樾笙棠砚琮瑜珺鹤霁昱熠璟翊禾苒苡槿蓁筠蔚漪沁溯湛澈洵瀚朔昭晏晗煦烨弈弦韶翎羽逸"
"""Letters that few names are written with: a made-up name is hardly ever that of somebody else in the same answer."""
_PLACES = "和平建设文化人民中山解放长江新华光明胜利朝阳东风花园青年团结北京南湖"
_MARKERS = frozenset("省市区县镇乡村街道路巷弄里号楼栋幢座层室院园苑单元门东西南北组队屯")
_LETTERS = "云小山青木花月星河竹风石雨松溪田果桃蓝白"
_REMARK = "此处文字已经替换"
_VOWELS, _CONSONANTS = "aeiou", "bcdfghjklmnpqrstvwxyz"
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECKS = "10X98765432"
_TURNS = 8
STARS = "***"

_MOBILE = re.compile(r"(?:(?:\+|00)?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}", re.ASCII)
_CHINESE_NAME = re.compile(r"[\u3400-\u9fff]{2,4}")
_IN_NAME = r"(?![省市区县路街道巷弄里号楼栋幢座苑园村镇乡])[\u3400-\u9fff]"
_NO_END = "小社校厂景库院片宅墅舍属活业工期超菜夜花早集一二三四五六七八九十"
"""What stands before the last letter of 小区, 社区, 超市: no district and no town."""
_CITY = rf"(?:{_IN_NAME}){{1,3}}(?![{_NO_END}城都]){_IN_NAME}市(?![场部])"
_CITY_OF_PROVINCE = rf"(?:{_IN_NAME}){{2,4}}(?<![超菜夜])市(?![场部])|(?:{_IN_NAME}){{2,9}}?(?:自治州|地区|盟)"
_PROVINCE = rf"(?:{_IN_NAME}){{2,3}}省|(?:{_IN_NAME}){{2,5}}?(?:自治区|特别行政区)"
_DISTRICT = (
    rf"(?:{_IN_NAME}|市)(?![{_NO_END}]){_IN_NAME}[区县市旗](?![场部])"
    rf"|(?:{_IN_NAME}){{2,4}}?(?![{_NO_END}东西南北中城都]){_IN_NAME}[区县市旗](?![场部])|{_IN_NAME}县"
)
_REGION = re.compile(rf"(?:中国)? ?(?:(?:{_PROVINCE}) ?(?:{_CITY_OF_PROVINCE})?|{_CITY}) ?(?:{_DISTRICT})?")
"""Where an address begins, by what everybody knows: a district only behind its city or province."""

Luck = Iterator[int]


def fake(kind: Kind, text: str, key: bytes, taken: Collection[str] = ()) -> str:
    """The fake of `text` under `key`, none of those `taken` if there is another. What holds neither letter nor digit
    comes back as it is.
    """
    make = _maker(kind, text)
    for turn in range(_TURNS):
        made = make(text, _luck(text + "\0" * turn, key))
        if made != text and made not in taken:
            return made
    return made


def _maker(kind: Kind, text: str) -> Callable[[str, Luck], str]:
    """Of what names a person, by its looks: a login may be a mobile or a name."""
    if kind in ("name", "nick", "id"):
        if "@" in text:
            return _email
        if _MOBILE.fullmatch(text):
            return _phone
        if kind == "nick" and _CHINESE_NAME.fullmatch(text):
            return _name
    return _MAKERS.get(kind, _shape)


def stars(kind: Kind, text: str) -> str:
    """`text` as it is written where it is hidden: enough to tell two apart, not enough to use it."""
    if not text.strip():
        return text
    if kind in ("mobile", "phone", "idcard") and len(text) >= 7:
        # Of a local number without its area a quarter is enough to tell two apart.
        head, tail = (1 if kind == "idcard" else 3, 4) if len(text) >= 11 else (0, len(text) // 4)
        return text[:head] + "*" * (len(text) - head - tail) + text[-tail:]
    if kind == "email" and "@" in text:
        return f"{text[0]}{STARS}{text[text.index('@') :]}"
    if kind == "address":
        seen = _REGION.match(text)
        return (seen[0].rstrip() if seen else "") + STARS
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
