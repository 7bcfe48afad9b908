"""Trying mistakes against a sign: each by itself, then two together, the likely ones first, until the work is used up.

There is no clock here: work is counted, so that the same paste has the same answer on every machine.
"""

from __future__ import annotations

import hmac
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from topexplorer.core.call import Secret
from topexplorer.core.signing import SCHEMES
from topexplorer.core.signlab.digestmistakes import Claim, algorithms, placements, secrets, twice
from topexplorer.core.signlab.making import OF_METHOD, Case, Change, Making, utf8
from topexplorer.core.signlab.parametermistakes import PARAMETER_MISTAKES
from topexplorer.core.signlab.pasted import Pairs, Pasted
from topexplorer.core.signlab.textmistakes import TEXT_MISTAKES
from topexplorer.core.signlab.valuemistakes import VALUE_MISTAKES

BUDGET = 110_000
"""Work for one sign, each about a microsecond on a slow machine."""
MOST_RANKS = 9
"""Two mistakes whose ranks add up to more are not tried together."""
DIGEST_AXES = frozenset({"algorithm", "placement", "secret", "again"})
"""What happens after the text is bytes."""
_FINDERS = (*PARAMETER_MISTAKES, *VALUE_MISTAKES, *TEXT_MISTAKES)
_PLACED_ANYWHERE = frozenset({"not_sent", "sign_included", "null_signed", "file_signed"})
Found = tuple[Making, tuple[Change, ...]]
Fits = Callable[[bytes], bool]
Patch = Mapping[int, str]
"""What stands in some slots of the right text instead."""
_BY_VALUE = frozenset({"by_value", "sorted_as_texts"})


class _Root(NamedTuple):
    """Where a search begins: the right way, or one with another digest."""

    making: Making
    change: Change | None
    rank: int


class _Single(NamedTuple):
    """One mistake as it was tried by itself."""

    change: Change
    making: Making
    data: bytes
    patch: Patch | None = None
    """What it changes of the right text, where it changes nothing but parameters."""
    written: Mapping[int, bytes] | None = None
    """The same in UTF-8."""
    frame: _Frame | None = None
    """How it puts the slots together, where it changes nothing but that."""


class _Frame(NamedTuple):
    """The slots in the order and the charset of one mistake, with what it puts around them."""

    order: Sequence[int]
    slots: list[bytes]
    ends: tuple[bytes, bytes]
    takes_more: bool
    """Whether it is known where a parameter would stand that is not sent."""
    fits: Fits
    """Whether bytes make the sign with what else the mistake changes."""


class _Pieces:
    """The right text in pieces, so that two changes of different parameters are joined and not made anew.

    Slots: a gap before each parameter, the parameter, a gap at the end, the body.
    """

    def __init__(self, right: Making) -> None:
        self._right = dict(right.pairs)
        self._names = sorted(self._right)
        self._body = right.body
        self._texts = [""]
        for name in self._names:
            self._texts += [name + self._right[name], ""]
        self._texts.append(right.body)
        self.slots = [utf8(text) for text in self._texts]
        self.usable = len(self._names) == len(right.pairs)

    def patch(self, making: Making) -> Patch | None:
        """The slots that differ; None for a making that pieces cannot show."""
        pairs = dict(making.pairs)
        if not self.usable or len(pairs) != len(making.pairs):
            return None
        found: dict[int, str] = {}
        for at, name in enumerate(self._names):
            value = pairs.get(name)
            if value is None:
                found[2 * at + 1] = ""
            elif value != self._right[name]:
                found[2 * at + 1] = name + value
        for name in sorted(pairs.keys() - self._right.keys()):
            gap = 2 * bisect_left(self._names, name)
            found[gap] = found.get(gap, "") + name + pairs[name]
        if making.body != self._body:
            found[len(self.slots) - 1] = making.body
        return found

    def frame(self, change: Change, making: Making, fits: Callable[[Making], Fits]) -> _Frame | None:
        """How a change of order, ends or charset puts the slots together; None where values have a say in it."""
        if not self.usable or change.mistake in _BY_VALUE or change.axis not in ("order", "ends", "charset"):
            return None
        order: Sequence[int] = range(len(self.slots))
        if change.axis == "order":
            places = {name: 2 * at + 1 for at, name in enumerate(self._names)}
            order = [*(places[name] for name, _value in making.order(making.pairs)), len(self.slots) - 1]
        slots = self.slots if change.axis != "charset" else [making.charset(text) for text in self._texts]
        ends = (making.charset(making.ends[0]), making.charset(making.ends[1]))
        return _Frame(order, slots, ends, change.axis != "order", fits(making))


class Search:
    """One search. `run` it once; then it knows what was tried."""

    def __init__(self, pasted: Pasted, secret: Secret, claim: Claim, known: Pairs) -> None:
        self._claim = claim
        self._secret = secret.reveal()
        self._is_named = pasted.sign_method.lower() in SCHEMES
        self.method = pasted.sign_method.lower() if self._is_named else _guessed(claim)
        self.base = Making(pasted.params, pasted.body, OF_METHOD[self.method])
        self.right = self.base.digest(self._secret).hex().upper()
        raw = pasted.raw if len(pasted.raw) == len(pasted.params) else pasted.params
        self._case = Case(pasted.params, raw, pasted.body, pasted.files, pasted.nulls, secret, known, self.right)
        self.also: tuple[Change, ...] = ()
        """All single mistakes that make this very sign, when there is one."""
        self.tried = 0
        size = len(self.base.data())
        self._cost = 9 + len(pasted.params) // 4 + size // 400
        self._patch_cost = 3 + size // 600
        self._left = BUDGET

    def run(self) -> Found | None:
        """The making that reproduces the sign and what is wrong with it; None when nothing tried does."""
        roots = self._roots()
        for root in roots:
            if root.change is None and self._hits(root.making):
                return root.making, ()
        changes = sorted(self._changes(), key=_rank)
        found = self._one(roots, changes)
        return found if found or self._left <= 0 else self._more(roots, changes)

    def _roots(self) -> list[_Root]:
        """The right digest first; where no method was named, every digest that a method has is right."""
        roots = [_Root(self.base, None, 0)] if self.base.algorithm.size in self._claim.sizes else []
        for change in algorithms(self.base.algorithm, self._claim.sizes):
            making = change.apply(self.base)
            is_right = not self._is_named and making.algorithm in OF_METHOD.values()
            roots.append(_Root(making, None if is_right else change, 0 if is_right else change.rank))
        return sorted(roots, key=lambda root: root.rank)

    def _changes(self) -> Iterator[Change]:
        for find in _FINDERS:
            yield from find(self._case)
        yield from secrets(self._secret)
        yield from twice()

    def _one(self, roots: list[_Root], changes: list[Change]) -> Found | None:
        """A single mistake. All of them are looked at: several can make the same text."""
        hits: list[Found] = []
        for root in roots:
            if root.change:
                if self._hits(root.making):
                    hits.append((root.making, (root.change,)))
                continue
            for change in (*placements(root.making.algorithm), *changes):
                if self._left <= 0:
                    break
                making = change.apply(root.making)
                if self._hits(making):
                    hits.append((making, (change,)))
        hits.sort(key=lambda hit: hit[1][0].rank)
        self.also = tuple(change for _making, (change,) in hits)
        return hits[0] if hits else None

    def _more(self, roots: list[_Root], changes: list[Change]) -> Found | None:
        """Two mistakes: another digest with any other one, and any two with the right digest, by likelihood."""
        for root in roots:
            if root.change:
                for change in (*placements(root.making.algorithm), *changes):
                    making = change.apply(root.making)
                    if self._hits(making):
                        return making, (root.change, change)
        for root in roots:
            if root.change is None:
                found = self._two(root.making, sorted([*changes, *placements(root.making.algorithm)], key=_rank))
                if found:
                    return found
        return None

    def _two(self, right: Making, changes: list[Change]) -> Found | None:
        pieces = _Pieces(right)
        self._left -= len(changes) * self._cost
        singles = list(_different(changes, right, pieces, self._quick)) if self._left > 0 else []
        ranked: dict[int, list[_Single]] = {}
        for single in singles:
            ranked.setdefault(single.change.rank, []).append(single)
        fits = self._quick(right)
        for total in range(2, MOST_RANKS + 1):
            for rank in range(1, total // 2 + 1):
                lower, upper = ranked.get(rank, []), ranked.get(total - rank, [])
                for at, first in enumerate(lower):
                    others = lower[at + 1 :] if lower is upper else upper
                    found = self._with_each(first, others, pieces.slots, fits)
                    if found or self._left <= 0:
                        return found
        return self._placed_anywhere(singles)

    def _with_each(self, first: _Single, others: list[_Single], slots: list[bytes], fits: Fits) -> Found | None:
        """One mistake together with each of the others. The joining is written out: it is where the time goes."""
        mine = first.written
        patched = _patched(slots, mine or {})
        slot_taken = (mine or {}).keys()
        for second in others:
            if not _combine(first.change, second.change):
                continue
            theirs = second.written
            if mine is not None and theirs is not None and slot_taken.isdisjoint(theirs):
                self._left -= self._patch_cost
                self.tried += 1
                pieces = patched.copy()
                for at, piece in theirs.items():
                    pieces[at] = piece
                if fits(b"".join(pieces)):
                    return _both(first, second), (first.change, second.change)
            elif (data := _framed(first, second)) is not None:
                self._left -= self._patch_cost + 1
                self.tried += 1
                frame = first.frame or second.frame
                if frame and frame.fits(data):
                    return _both(first, second), (first.change, second.change)
            else:
                making = _both(first, second)
                if self._hits(making, _data_of(first, second)):
                    return making, (first.change, second.change)
        return None

    def _quick(self, right: Making) -> Fits:
        """Whether bytes make the sign where the secret stands right: `Making.digest` with all decided beforehand."""
        key, algorithm, fits = right.charset(self._secret), right.algorithm, self._claim.fits
        if algorithm.keyed:
            return lambda data: fits(hmac.digest(key, data, algorithm.name))
        return lambda data: fits(algorithm.hash(key + data + key).digest())

    def _placed_anywhere(self, singles: list[_Single]) -> Found | None:
        """An unsorted parameter that was not sent can have stood between any two."""
        unsorted = next((single.change for single in singles if single.change.mistake == "unsorted"), None)
        for single in singles if unsorted else ():
            if unsorted and single.change.mistake in _PLACED_ANYWHERE:
                *pairs, last = single.making.pairs
                for at in range(len(pairs)):
                    making = unsorted.apply(single.making)._replace(pairs=(*pairs[:at], last, *pairs[at:]))
                    if self._hits(making):
                        return making, (single.change, unsorted)
        return None

    def _hits(self, making: Making, data: bytes | None = None) -> bool:
        self.tried += 1
        self._left -= self._cost if data is None else self._patch_cost + 2
        return self._left > 0 and self._claim.fits(making.digest(self._secret, data))


def _guessed(claim: Claim) -> str:
    """The sign method where the text names none, by the length of the sign."""
    return "hmac-sha256" if 32 in claim.sizes and 16 not in claim.sizes else "md5"


def _different(
    changes: list[Change], right: Making, pieces: _Pieces, fits: Callable[[Making], Fits]
) -> Iterator[_Single]:
    """The changes, without those of values that come to the same as one before."""
    seen: set[object] = set()
    for change in changes:
        making = change.apply(right)
        data = making.data()
        same = (making.pairs, data) if change.axis == "value" else change
        if same not in seen:
            seen.add(same)
            patch = pieces.patch(making) if change.axis == "value" else None
            written = {at: utf8(text) for at, text in patch.items()} if patch is not None else None
            yield _Single(change, making, data, patch, written, pieces.frame(change, making, fits))


def _framed(first: _Single, second: _Single) -> bytes | None:
    """The bytes of a change of parameters in the frame of the other; None when it takes a new making to know them."""
    frame, patch = (first.frame, second.patch) if first.frame else (second.frame, first.patch)
    if frame is None or patch is None or not (frame.takes_more or all(at % 2 for at in patch)):
        return None
    charset = (first if first.frame else second).making.charset
    slots = _patched(frame.slots, {at: charset(text) for at, text in patch.items()})
    return frame.ends[0] + b"".join([slots[at] for at in frame.order]) + frame.ends[1]


def _patched(slots: list[bytes], patch: Mapping[int, bytes]) -> list[bytes]:
    changed = slots.copy()
    for at, piece in patch.items():
        changed[at] = piece
    return changed


def _both(first: _Single, second: _Single) -> Making:
    """Both changes, in the order of their stages: parameters are chosen, then written, then encoded."""
    both_values = first.change.axis == "value" and second.change.axis == "value"
    if both_values and second.change.stage < first.change.stage:
        return first.change.apply(second.making)
    return second.change.apply(first.making)


def _data_of(first: _Single, second: _Single) -> bytes | None:
    """The bytes of both, where one of them changes nothing in front of the digest."""
    if second.change.axis in DIGEST_AXES:
        return first.data
    return second.data if first.change.axis in DIGEST_AXES else None


def _rank(change: Change) -> int:
    return change.rank


def _combine(first: Change, second: Change) -> bool:
    """Whether the two can both have been made."""
    if first.axis != second.axis:
        return True
    if first.axis != "value":
        return False
    if first.target != second.target:
        return first.mistake != second.mistake or bool(first.target and second.target)
    return first.mistake != second.mistake and (not first.target or (first.stage, second.stage) != (1, 1))
