"""Mistakes in how parameters become one text and the text becomes bytes: order, separators, charset."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import chain

from topexplorer.core.signlab import spelling
from topexplorer.core.signlab.making import NAME, Case, Change, Finder, Making, in_order, utf8
from topexplorer.core.signlab.pasted import SYSTEM_NAMES, Pairs

SAMPLE = 50_000
"""Characters that are looked at to see whether a charset makes a difference."""


def _ordered(way: Callable[[Pairs], Pairs]) -> Callable[[Making], Making]:
    return lambda making: making._replace(order=way)


def _sorted_by(key: Callable[[tuple[str, str]], str | tuple[int, str]]) -> Callable[[Pairs], Pairs]:
    return lambda pairs: tuple(sorted(pairs, key=key))


def _groups(first: bool) -> Callable[[Pairs], Pairs]:
    """System parameters in one sorted group, business parameters in another."""
    return lambda pairs: tuple(sorted(pairs, key=lambda pair: ((pair[0] in SYSTEM_NAMES) is not first, pair[0])))


def _at_end(name: str) -> Callable[[Pairs], Pairs]:
    return lambda pairs: tuple(sorted(pairs, key=lambda pair: (pair[0] == name, pair[0])))


def _culture(pair: tuple[str, str]) -> str:
    return pair[0].casefold().replace("_", "\x01")


def _besides(case: Case) -> Pairs:
    """What may have been signed and was not sent."""
    usual = tuple((name, "") for name in ("sign", "partner_id", "session", "simplify", "v") if not case.has(name))
    return (*usual, *case.files, *((name, "") for name in case.nulls), *case.known)


def orders(case: Case) -> Iterator[Change]:
    """Every order that some program has; those that are the right one for these names explain nothing."""
    ways: list[tuple[str, int, Callable[[Pairs], Pairs], str]] = [
        ("unsorted", 1, tuple, ""),
        ("case_insensitive", 1, _sorted_by(lambda pair: pair[0].lower()), ""),
        ("case_insensitive", 2, _sorted_by(lambda pair: pair[0].upper()), ""),
        ("case_insensitive", 3, _sorted_by(_culture), ""),
        ("by_value", 2, _sorted_by(lambda pair: pair[1]), ""),
        ("sorted_in_groups", 2, _groups(True), ""),
        ("sorted_in_groups", 2, _groups(False), ""),
        ("sorted_as_texts", 2, _sorted_by(lambda pair: pair[0] + pair[1]), ""),
        ("sorted_as_texts", 2, _sorted_by(lambda pair: f"{pair[0]}={pair[1]}"), ""),
        ("backwards", 3, lambda pairs: tuple(sorted(pairs, key=NAME, reverse=True)), ""),
        ("by_length", 4, _sorted_by(lambda pair: (len(pair[0]), pair[0])), ""),
        ("at_end", 1, _at_end("session"), "session"),
        *(("at_end", 5, _at_end(name), name) for name in dict.fromkeys(map(NAME, case.params)) if name != "session"),
    ]
    # What may be signed besides counts too: an order can be right for what is sent and wrong for what was signed.
    pairs = (*case.params, *_besides(case))
    seen = {in_order(pairs)}
    for mistake, rank, way, target in ways:
        made = way(pairs)
        if made not in seen:
            seen.add(made)
            yield Change(mistake, "order", rank, _ordered(way), target)


def _between(value: str, pair: str, last: str = "") -> Callable[[Pairs], str]:
    def join(pairs: Pairs) -> str:
        return pair.join([name + value + text for name, text in pairs]) + last

    return join


def joins(case: Case) -> Iterator[Change]:
    """Names and values with something between."""
    ways: tuple[tuple[str, int, Callable[[Pairs], str], str], ...] = (
        ("separators", 1, _between("=", "&"), "= &"),
        ("separators", 2, _between("=", "&", "&"), "= &"),
        ("separators", 2, _between("=", ""), "="),
        ("separators", 2, _between("", "&"), "&"),
        ("separators", 4, _between("=", ","), "= ,"),
        ("separators", 4, _between("=", "\n"), "= \\n"),
        ("separators", 4, _between(":", ","), ": ,"),
        ("separators", 4, _between("", "\n"), "\\n"),
        ("separators", 4, _between("=", ";"), "= ;"),
        ("values_only", 3, lambda pairs: "".join([text for _name, text in pairs]), ""),
        ("names_only", 4, lambda pairs: "".join([name for name, _text in pairs]), ""),
    )
    for mistake, rank, way, target in ways:
        yield Change(mistake, "join", rank, _joined(way), target)


def _joined(way: Callable[[Pairs], str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(join=way)


def ends(case: Case) -> Iterator[Change]:
    """Something in front of the text or behind it."""
    ways = (
        ("line_end_signed", 2, ("", "\n"), "\\n"),
        ("line_end_signed", 2, ("", "\r\n"), "\\r\\n"),
        ("byte_order_mark", 3, ("\ufeff", ""), ""),
        ("blank_signed", 4, ("", " "), ""),
        ("blank_signed", 4, (" ", ""), ""),
    )
    for mistake, rank, way, target in ways:
        yield Change(mistake, "ends", rank, _ended(way), target)


def _ended(way: tuple[str, str]) -> Callable[[Making], Making]:
    return lambda making: making._replace(ends=way)


def _encoded(name: str) -> Callable[[str], bytes]:
    return lambda text: text.encode(name, "replace")


def _twice_utf8(text: str) -> bytes:
    """UTF-8 that was taken for Latin-1 and encoded once more."""
    return utf8(text).decode("latin-1").encode("utf-8")


def _java_utf8(text: str) -> bytes:
    """Each half of an emoji encoded by itself, as old Java and databases do."""
    return utf8(spelling.halved_emoji(text))


def _question_pairs(name: str) -> Callable[[str], bytes]:
    """As programs that count in UTF-16 units: an emoji that the charset lacks becomes two question marks."""
    units = spelling.doubled_emoji
    return lambda text: units(text).encode(name, "replace")


def charsets(case: Case) -> Iterator[Change]:
    """Bytes that are not UTF-8. Without anything beyond ASCII only UTF-16 differs."""
    ways: tuple[tuple[str, int, Callable[[str], bytes], str], ...] = (
        ("gbk", 1, _encoded("gbk"), "GBK"),
        ("gbk", 2, _encoded("gb18030"), "GB18030"),
        ("gbk", 3, _question_pairs("gbk"), "GBK"),
        ("not_utf8", 2, _encoded("ascii"), "ASCII"),
        ("not_utf8", 3, _question_pairs("ascii"), "ASCII"),
        ("not_utf8", 3, _encoded("latin-1"), "ISO-8859-1"),
        ("utf8_twice", 2, _twice_utf8, ""),
        ("not_utf8", 4, _encoded("big5"), "Big5"),
        ("not_utf8", 4, _java_utf8, "CESU-8"),
        ("utf16", 3, lambda text: text.encode("utf-16-le", "surrogatepass"), "UTF-16LE"),
        ("utf16", 4, lambda text: text.encode("utf-16-be", "surrogatepass"), "UTF-16BE"),
    )
    sample = "".join(chain.from_iterable((*case.params, *_besides(case)))) + case.body
    sample = sample[:SAMPLE]
    seen = {utf8(sample)}
    for mistake, rank, way, target in ways:
        made = way(sample)
        if made not in seen:
            seen.add(made)
            yield Change(mistake, "charset", rank, _charset(way), target)


def _charset(way: Callable[[str], bytes]) -> Callable[[Making], Making]:
    return lambda making: making._replace(charset=way)


TEXT_MISTAKES: tuple[Finder, ...] = (orders, joins, ends, charsets)
