"""A generator of wrong signs: programs that call the platform and go wrong in one way or in two, on purpose.

Written apart from the solver and without its code: a `Program` holds what is sent and how its sign is made, a mistake
gives programs that went wrong, and the digests are hashlib's. A mistake's name is the solver's name for it, so that
the two can be compared; what is behind the name is written here once more.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import random
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import product
from typing import Any
from urllib.parse import quote, quote_plus

Pair = tuple[str, str]
HASHES = {"md5": ("md5", False), "hmac": ("md5", True), "hmac-sha256": ("sha256", True)}
SYSTEM = ("method", "app_key", "timestamp", "format", "v", "sign_method", "simplify", "session", "partner_id", "sign")


@dataclass(frozen=True)
class Program:
    """What a program sends, and everything about how it signs."""

    sent: tuple[Pair, ...]
    signed: tuple[Pair, ...]
    secret: str = field(repr=False)
    body: str = ""
    signed_body: str = ""
    files: tuple[Pair, ...] = ()
    digest: tuple[str, bool] = ("md5", False)
    key: str | None = field(default=None, repr=False)
    """The secret as the program uses it; None for the secret itself."""
    front: int = 1
    behind: int = 1
    keyed: bool = True
    swapped: bool = False
    order: Callable[[Sequence[Pair]], Sequence[Pair]] = sorted
    join: Callable[[Sequence[Pair]], str] = lambda pairs: "".join(f"{name}{value}" for name, value in pairs)
    around: tuple[str, str] = ("", "")
    charset: Callable[[str], bytes] = str.encode
    finish: Callable[[bytes], str] = lambda made: made.hex().upper()

    def sign(self) -> str:
        key = self.secret if self.key is None else self.key
        text = self.around[0] + self.join(self.order(self.signed)) + self.signed_body + self.around[1]
        data = self.charset(key * self.front + text + key * self.behind)
        name, is_hmac = self.digest
        if not is_hmac:
            return self.finish(hashlib.new(name, data).digest())
        ends = (self.charset(key) if self.keyed else b"", data)
        return self.finish(hmac.new(*(ends[::-1] if self.swapped else ends), name).digest())

    def changed(self, change: Callable[[str], str], *names: str) -> Program:
        """Signs the values, or those of some names, through a function."""
        return replace(
            self,
            signed=tuple((name, change(value) if not names or name in names else value) for name, value in self.signed),
        )


Wrong = Iterator[tuple[str, Program]]
"""Programs that went wrong, each with the parameter that it is about, or nothing."""


def correct(sent: Sequence[Pair], secret: str, method: str, body: str = "", files: Sequence[Pair] = ()) -> Program:
    """The program that makes no mistake."""
    name, is_hmac = HASHES[method]
    ends = 0 if is_hmac else 1
    pairs = tuple(sent)
    return Program(
        pairs, pairs, secret, body, body, tuple(files), (name, is_hmac), front=ends, behind=ends, order=by_name
    )


def by_name(pairs: Sequence[Pair]) -> Sequence[Pair]:
    return sorted(pairs, key=lambda pair: pair[0].encode())


# What is signed


def session_after(p: Program) -> Wrong:
    yield "session", replace(p, signed=tuple(pair for pair in p.signed if pair[0] != "session"))


def not_signed(p: Program) -> Wrong:
    for name in sorted({name for name, _ in p.sent} - {"session"}):
        yield name, replace(p, signed=tuple(pair for pair in p.signed if pair[0] != name))


def not_sent(p: Program) -> Wrong:
    for name, value in (("v", "2.0"), ("format", "json"), ("format", "xml"), ("partner_id", "top-sdk-java-20210101")):
        if name not in dict(p.sent):
            yield name, replace(p, signed=(*p.signed, (name, value)))
    if "simplify" not in dict(p.sent):
        yield "simplify", replace(p, signed=(*p.signed, ("simplify", "true")))
    if "session" not in dict(p.sent):
        yield "session", replace(p, signed=(*p.signed, ("session", "")))


def empty_dropped(p: Program) -> Wrong:
    yield "", replace(p, signed=tuple(pair for pair in p.signed if pair[1] != ""))


def blank_dropped(p: Program) -> Wrong:
    yield "", replace(p, signed=tuple(pair for pair in p.signed if pair[1].strip()))


def sign_included(p: Program) -> Wrong:
    for old in ("", correct(p.sent, p.secret, dict(p.sent).get("sign_method", "md5"), p.body).sign()):
        yield "", replace(p, signed=(*p.signed, ("sign", old)))


def other_value(p: Program) -> Wrong:
    for name, others in (("v", ("1.0",)), ("format", ("xml", "json")), ("sign_method", ("md5", "hmac", "hmac-sha256"))):
        for other in others:
            if dict(p.sent).get(name, other) != other:
                yield name, p.changed(lambda _value, other=other: other, name)  # type: ignore[misc]


def timestamp_twice(p: Program) -> Wrong:
    stamp = dict(p.sent).get("timestamp", "")
    if "-" in stamp:
        moment = datetime.strptime(stamp, "%Y-%m-%d %H:%M:%S")
        for late in (-1, 1):
            other = f"{moment + timedelta(seconds=late):%Y-%m-%d %H:%M:%S}"
            yield "timestamp", p.changed(lambda _value, other=other: other, "timestamp")  # type: ignore[misc]


def timestamp_form(p: Program) -> Wrong:
    stamp = dict(p.sent).get("timestamp", "")
    if "-" in stamp:
        moment = datetime.fromisoformat(f"{stamp}+08:00")
        for other in (str(round(moment.timestamp() * 1000)), str(round(moment.timestamp()))):
            yield "timestamp", p.changed(lambda _value, other=other: other, "timestamp")  # type: ignore[misc]


def file_signed(p: Program) -> Wrong:
    for name, path in p.files:
        for text in (path, f"@{path}", ""):
            yield name, replace(p, signed=(*p.signed, (name, text)))


def body_left_out(p: Program) -> Wrong:
    yield "", replace(p, signed_body="")


# How values are written


def everywhere(p: Program, change: Callable[[str], str]) -> Wrong:
    """All values through a function, or one that it changes."""
    touched = [name for name, value in p.signed if change(value) != value]
    if touched:
        yield touched[0] if len(touched) == 1 else "", p.changed(change)
    if len(touched) > 1:
        for name in touched:
            yield name, p.changed(change, name)


def url_encoded(p: Program) -> Wrong:
    yield from everywhere(p, quote_plus)
    yield from everywhere(p, lambda text: quote(text, safe=""))
    if p.signed:
        yield "", p.changed(lambda text: quote(text, safe="-_.!~*'()"))


def plus_for_space(p: Program) -> Wrong:
    yield from everywhere(p, lambda text: text.replace(" ", "+"))


def space_for_plus(p: Program) -> Wrong:
    yield from everywhere(p, lambda text: text.replace("+", " "))


def trimmed(p: Program) -> Wrong:
    yield from everywhere(p, str.strip)


def untrimmed(p: Program) -> Wrong:
    for name, value in p.signed:
        if value:
            yield name, p.changed(lambda text: f"{text}\n", name)
            yield name, p.changed(lambda text: f"{text} ", name)


def truth_respelled(p: Program) -> Wrong:
    for words in ({"true": "True", "false": "False"}, {"true": "1", "false": ""}, {"true": "1", "false": "0"}):
        yield from everywhere(p, lambda text, words=words: words.get(text, text))  # type: ignore[misc]


def number_respelled(p: Program) -> Wrong:
    def decimal(text: str) -> bool:
        whole, dot, rest = text.partition(".")
        return dot == "." and whole.isdecimal() and rest.isdecimal() and text.isascii()

    yield from everywhere(p, lambda text: str(float(text)) if decimal(text) else text)
    yield from everywhere(p, lambda text: format(Decimal(text), ".2f") if decimal(text) else text)
    yield from everywhere(p, lambda text: text.rstrip("0").rstrip(".") if decimal(text) else text)


def json_respelled(p: Program) -> Wrong:
    dumps: tuple[dict[str, Any], ...] = (
        {},
        {"ensure_ascii": False},
        {"separators": (",", ":")},
        {"sort_keys": True},
        {"separators": (",", ":"), "ensure_ascii": False, "sort_keys": True},
        {"indent": 2, "ensure_ascii": False},
    )
    for options in dumps:

        def change(text: str, options: dict[str, Any] = options) -> str:
            return json.dumps(json.loads(text), **options) if text[:1] in ("{", "[") else text

        yield from everywhere(p, change)
        if p.body[:1] == "{" and change(p.body) != p.body:
            yield "", replace(p, signed_body=change(p.body))


def html_escaped(p: Program) -> Wrong:
    def change(text: str) -> str:
        return "".join({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;"}.get(char, char) for char in text)

    yield from everywhere(p, change)


def unicode_escaped(p: Program) -> Wrong:
    def change(text: str) -> str:
        return "".join(char if char.isascii() else json.dumps(char)[1:-1] for char in text)

    yield from everywhere(p, change)


def emoji_lost(p: Program) -> Wrong:
    yield from everywhere(p, lambda text: "".join(char for char in text if ord(char) < 0x10000))


def normalised(p: Program) -> Wrong:
    yield from everywhere(p, lambda text: unicodedata.normalize("NFKC", text))


def line_ends(p: Program) -> Wrong:
    yield from everywhere(p, lambda text: "\n".join(text.split("\r\n")))


# How the text is made


def unsorted(p: Program) -> Wrong:
    yield "", replace(p, order=list)


def case_insensitive(p: Program) -> Wrong:
    yield "", replace(p, order=lambda pairs: sorted(pairs, key=lambda pair: pair[0].lower()))
    yield "", replace(p, order=lambda pairs: sorted(pairs, key=lambda pair: pair[0].upper()))


def by_value(p: Program) -> Wrong:
    yield "", replace(p, order=lambda pairs: sorted(pairs, key=lambda pair: pair[1]))


def sorted_in_groups(p: Program) -> Wrong:
    yield "", replace(p, order=lambda pairs: sorted(pairs, key=lambda pair: (pair[0] not in SYSTEM, pair[0])))


def backwards(p: Program) -> Wrong:
    yield "", replace(p, order=lambda pairs: by_name(pairs)[::-1])


def at_end(p: Program) -> Wrong:
    yield "session", replace(p, order=lambda pairs: sorted(pairs, key=lambda pair: (pair[0] == "session", pair[0])))


def separators(p: Program) -> Wrong:
    yield "= &", replace(p, join=lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
    yield "=", replace(p, join=lambda pairs: "".join(f"{name}={value}" for name, value in pairs))
    yield "&", replace(p, join=lambda pairs: "&".join(f"{name}{value}" for name, value in pairs))


def values_only(p: Program) -> Wrong:
    yield "", replace(p, join=lambda pairs: "".join(value for _, value in pairs))


def line_end_signed(p: Program) -> Wrong:
    yield "", replace(p, around=("", "\n"))


def byte_order_mark(p: Program) -> Wrong:
    yield "", replace(p, around=("\ufeff", ""))


def blank_signed(p: Program) -> Wrong:
    yield "", replace(p, around=("", " "))


def gbk(p: Program) -> Wrong:
    yield "", replace(p, charset=lambda text: text.encode("gbk", "replace"))
    yield "", replace(p, charset=lambda text: text.encode("gb18030"))


def not_utf8(p: Program) -> Wrong:
    yield "", replace(p, charset=lambda text: text.encode("ascii", "replace"))


def utf8_twice(p: Program) -> Wrong:
    yield "", replace(p, charset=lambda text: text.encode().decode("iso-8859-1").encode())


# The secret, the digest, the sign


def secret_front(p: Program) -> Wrong:
    if not p.digest[1]:
        yield "", replace(p, behind=0)


def secret_behind(p: Program) -> Wrong:
    if not p.digest[1]:
        yield "", replace(p, front=0)


def secret_none(p: Program) -> Wrong:
    if not p.digest[1]:
        yield "", replace(p, front=0, behind=0)


def secret_doubled(p: Program) -> Wrong:
    if not p.digest[1]:
        yield "", replace(p, front=2, behind=2)


def secret_wrapped(p: Program) -> Wrong:
    if p.digest[1]:
        yield "", replace(p, front=1, behind=1)


def key_missing(p: Program) -> Wrong:
    if p.digest[1]:
        yield "", replace(p, keyed=False)
        yield "", replace(p, keyed=False, front=1, behind=1)


def key_swapped(p: Program) -> Wrong:
    if p.digest[1]:
        yield "", replace(p, swapped=True)


def secret_untrimmed(p: Program) -> Wrong:
    for key in (f"{p.secret}\n", f"{p.secret} ", f" {p.secret}", f"{p.secret}\r\n"):
        yield "", replace(p, key=key)


def secret_quoted(p: Program) -> Wrong:
    yield "", replace(p, key=f'"{p.secret}"')


def secret_cased(p: Program) -> Wrong:
    yield "", replace(p, key=p.secret.upper())


def other_digest(p: Program) -> Wrong:
    for label, name, is_hmac in (
        ("MD5", "md5", False),
        ("HMAC-MD5", "md5", True),
        ("SHA-1", "sha1", False),
        ("HMAC-SHA1", "sha1", True),
        ("SHA-256", "sha256", False),
        ("HMAC-SHA256", "sha256", True),
    ):
        if (name, is_hmac) != p.digest:
            ends = 0 if is_hmac else 1
            yield label, replace(p, digest=(name, is_hmac), front=ends, behind=ends)


def hashed_twice(p: Program) -> Wrong:
    yield "", replace(p, finish=lambda made: hashlib.new(p.digest[0], made.hex().encode()).hexdigest().upper())


def lower_case(p: Program) -> Wrong:
    yield "", replace(p, finish=lambda made: made.hex())


def in_base64(p: Program) -> Wrong:
    yield "", replace(p, finish=lambda made: base64.b64encode(made).decode())


def base64_of_hex(p: Program) -> Wrong:
    yield "", replace(p, finish=lambda made: base64.b64encode(made.hex().encode()).decode())


def unpadded(p: Program) -> Wrong:
    yield "", replace(p, finish=lambda made: "".join(f"{byte:x}" for byte in made))


MISTAKES: Mapping[str, Callable[[Program], Wrong]] = {
    mistake.__name__: mistake
    for mistake in (
        *(session_after, not_signed, not_sent, empty_dropped, blank_dropped, sign_included, other_value),
        *(timestamp_twice, timestamp_form, file_signed, body_left_out, url_encoded, plus_for_space, space_for_plus),
        *(trimmed, untrimmed, truth_respelled, number_respelled, json_respelled, html_escaped, unicode_escaped),
        *(emoji_lost, normalised, line_ends, unsorted, case_insensitive, by_value, sorted_in_groups, backwards),
        *(at_end, separators, values_only, line_end_signed, byte_order_mark, blank_signed, gbk, not_utf8, utf8_twice),
        *(secret_front, secret_behind, secret_none, secret_doubled, secret_wrapped, key_missing, key_swapped),
        *(secret_untrimmed, secret_quoted, secret_cased, other_digest, hashed_twice, lower_case),
        *(base64_of_hex, unpadded),
    )
} | {"base64": in_base64}
COMMON = (
    "session_after not_signed not_sent sign_included url_encoded plus_for_space trimmed truth_respelled "
    "number_respelled json_respelled unsorted case_insensitive by_value separators line_end_signed gbk "
    "secret_front secret_behind secret_none secret_wrapped secret_untrimmed other_digest lower_case empty_dropped "
    "timestamp_form blank_dropped file_signed body_left_out sorted_in_groups at_end base64"
).split()
"""What pairs are made of: nobody makes two rare mistakes at once."""


def wrong(program: Program, *names: str) -> Iterator[tuple[tuple[str, ...], Program]]:
    """Every way to make these mistakes one after the other, with what each is about."""
    if not names:
        yield (), program
        return
    for about, changed in MISTAKES[names[0]](program):
        for others, last in wrong(changed, *names[1:]):
            yield (about, *others), last


def explains(program: Program, names: Sequence[str], sign: str) -> bool:
    """Whether these mistakes, in one order or the other, make this sign: the same string by another name."""
    if any(name not in MISTAKES for name in names):
        return False
    orders = (tuple(names), tuple(reversed(names)))
    return any(made.sign() == sign for order in orders for _about, made in wrong(program, *order))


# Random calls

_WORDS = (
    "手机壳",
    "连衣裙 2024新款",
    "測試",
    "商家测试帐号17",
    "ﾊﾝｶｸ",
    "naïve café",
    "Ünïcode",
    "😀👍🏽",
    "笑😂",
    "a&b=c",
    "100%",
)
_TEXTS = ("x", "1+1=2", "a b  c", " lead", "trail ", '<b>"q"</b>', "it's", "C:\\dir", "line\r\nend", "a,b,c", "~!*()'")
_NAMES = (
    "fields num_iid nick title price num tid memo q sku_id outer_id props start_time page_no is_taobao type cid "
    "seller_cids Foo foo_bar foobar pageSize status has_invoice desc item buyer_nick remark"
).split()


def _json(rng: random.Random, depth: int = 2) -> Any:
    kind = rng.randrange(6 if depth else 4)
    if kind == 0:
        return rng.choice(_WORDS)
    if kind == 1:
        return rng.randrange(10**6)
    if kind == 2:
        return rng.choice((True, False, None))
    if kind == 3:
        return f"/{rng.choice(_TEXTS)}"
    if kind == 4:
        return [_json(rng, depth - 1) for _ in range(rng.randrange(1, 4))]
    return {rng.choice(_NAMES): _json(rng, depth - 1) for _ in range(rng.randrange(1, 4))}


def _value(rng: random.Random) -> str:
    kind = rng.randrange(12)
    if kind < 3:
        return rng.choice(_WORDS) * rng.choice((1, 1, 2, 20))
    if kind < 5:
        return rng.choice(_TEXTS)
    if kind == 5:
        made = {rng.choice(_NAMES): _json(rng) for _ in range(rng.randrange(1, 5))}
        return json.dumps(made, ensure_ascii=False, separators=(",", ":"))
    if kind == 6:
        return rng.choice(("true", "false"))
    if kind == 7:
        return f"{rng.randrange(1000)}.{rng.randrange(10)}{rng.choice(('0', '5', ''))}"
    if kind == 8:
        return rng.choice(("", "", "  "))
    if kind == 9:
        return "".join(rng.choice("abcdefgh 中文0123") for _ in range(rng.choice((50, 400, 3000))))
    return str(rng.randrange(10**12))


def call(rng: random.Random) -> Program:
    """A random call whose sign is right."""
    method = rng.choice(tuple(HASHES))
    seconds = rng.randrange(1_500_000_000, 1_900_000_000)
    text = f"{datetime(1970, 1, 1, 8) + timedelta(seconds=seconds):%Y-%m-%d %H:%M:%S}"
    system = {
        "method": rng.choice(("taobao.item.seller.get", "taobao.trades.sold.get", "alibaba.demo.do")),
        "app_key": str(rng.randrange(10**7, 10**9)),
        "timestamp": rng.choice((text, text, text, str(seconds * 1000 + 17))),
        "format": rng.choice(("json", "xml")),
        "v": "2.0",
        "sign_method": method,
    }
    if rng.random() < 0.7:
        system["session"] = f"{rng.choice(('6100', '5001'))}{rng.getrandbits(160):040x}"
    if rng.random() < 0.2:
        system["simplify"] = "true"
    if rng.random() < 0.2:
        del system[rng.choice(("format", "v"))]
    business = {rng.choice(_NAMES): _value(rng) for _ in range(rng.randrange(0, 11))}
    pairs = [*system.items(), *business.items()]
    if rng.random() < 0.5:
        rng.shuffle(pairs)
    if rng.random() < 0.1:
        pairs.sort()
    body = json.dumps({"a": _json(rng)}, ensure_ascii=False, separators=(",", ":")) if rng.random() < 0.1 else ""
    files = [("image", "C:/pictures/图 1.jpg")] if rng.random() < 0.1 else []
    return correct(pairs, f"{rng.getrandbits(128):032x}", method, body, files)


@dataclass(frozen=True)
class WrongSign:
    """A program that went wrong, with the names of its mistakes."""

    program: Program
    sign: str
    mistakes: tuple[str, ...]
    about: tuple[str, ...]


def make(rng: random.Random, *names: str) -> WrongSign | None:
    """A random call with these mistakes; None when this call cannot have them, or when one of them hides another."""
    program = call(rng)
    found = list(wrong(program, *names))
    if not found:
        return None
    about, last = rng.choice(found)
    if len(set(filter(None, about))) < len(list(filter(None, about))):
        return None  # two mistakes with one parameter are one mistake
    sign = last.sign()
    fewer = [names[:at] + names[at + 1 :] for at in range(len(names))]
    if any(explains(program, part, sign) for part in fewer) or sign == program.sign():
        return None
    return WrongSign(program, sign, names, about)


def singles(rng: random.Random, each: int) -> Iterator[WrongSign]:
    """Every mistake, so many times."""
    for name in MISTAKES:
        yield from _made(rng, (name,), each)


def doubles(rng: random.Random, each: int) -> Iterator[WrongSign]:
    """Every two common mistakes that can be made together, so many times."""
    for at, (first, second) in enumerate(product(COMMON, COMMON)):
        if at // len(COMMON) < at % len(COMMON):
            yield from _made(rng, (first, second), each)


def _made(rng: random.Random, names: tuple[str, ...], count: int) -> Iterator[WrongSign]:
    for _ in range(40 * count):
        if count and (found := make(rng, *names)):
            count -= 1
            yield found
