"""What is different between two calls: what was asked, and what came back. For whoever changed one thing and wants to
know what that changed.

Objects are compared by their members, whatever their order. Elements of a list are paired by a member that identifies
them (`tid`, `oid`, `sku_id` …) when all have it and no two have the same, otherwise by their place. Numbers are equal
when they mean the same, never by rounding. Pure, as fast as the documents are large, and no nesting is too deep.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from typing import Any, Literal, NamedTuple

from topexplorer.core.call import Answer, Exchange, Refusal, decode_json
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.nouns import dataclass
from topexplorer.core.personalnames import kind_of

Kind = Literal["added", "removed", "changed", "moved"]
"""`moved`: the elements that a list has in both, by their identities in the order of each. Its last step has no key."""
MOST = 1000
"""Differences that are kept; the others are only counted."""
ENVIRONMENT = "@environment"
"""What the environment is called among the parameters of a request. No parameter has such a name."""
FIELDS = "fields"
"""The parameter that is compared name by name."""
_EVERY_TIME = frozenset({"timestamp", "sign"})
_TOLD = ("code", "msg", "sub_code", "sub_msg")
_IDENTITIES = ("tid", "oid", "num_iid", "sku_id", "refund_id", "id", "cid")
_IDENTITY = re.compile(r"(?!request_id$|trace_id$)\w+_id")
_MOST_IDENTITIES = 8
_PLAIN = re.compile(r"[A-Za-z_@][\w-]*")
_PLAIN_ID = re.compile(r"[\w.:+-]+")
_NUMBERS = (int, float, Decimal)


@dataclass(frozen=True, slots=True)
class Step:
    """One step into a document."""

    key: str | int
    """A member's name, or the place of an element: in the newer list if it is there, else in the older."""
    by: str = ""
    """The member that tells the elements apart; empty where only the place does."""
    id: str = ""
    """What this element has there."""

    def __str__(self) -> str:
        if self.by and self.key == "":
            return f"[{self.by}]"
        if self.by:
            return f"[{self.by}={self.id if _PLAIN_ID.fullmatch(self.id) else _quoted(self.id)}]"
        if isinstance(self.key, int):
            return f"[{self.key}]"
        return "." + (self.key if _PLAIN.fullmatch(self.key) else _quoted(self.key))


@dataclass(frozen=True, slots=True)
class Difference:
    """A place where two documents differ, and what each has there; None where one has nothing. Foreign text."""

    kind: Kind
    steps: tuple[Step, ...]
    old: Any
    new: Any

    @property
    def path(self) -> str:
        """`trades.trade[tid=314].status`; empty for the whole document."""
        return "".join(map(str, self.steps)).removeprefix(".")


@dataclass(frozen=True, slots=True)
class Differences:
    """The first MOST differences in the order of the documents, and how many there are."""

    found: tuple[Difference, ...] = ()
    total: int = 0
    made_up: int = 0
    """How many more are between made-up people, which say nothing."""


class _Pair(NamedTuple):
    """What two documents have in the same place; `step` is None for the documents themselves."""

    step: Step | None
    old: Any
    new: Any
    kind: Kind = "changed"


_Wanted = Callable[[Sequence[Step]], bool]


def compare(
    old: Any, new: Any, most: int = MOST, *, loosely: bool = False, wanted: _Wanted | None = None
) -> Differences:
    """The differences between two decoded documents, of which those that are not `wanted` are only counted.

    `loosely`, as one of them came in XML: a value counts as its text and a lone element as a list of one.
    """
    found: list[Difference] = []
    total = spared = 0
    steps: list[Step] = []
    levels: list[Iterator[_Pair]] = [iter((_Pair(None, old, new),))]
    while levels:
        pair = next(levels[-1], None)
        if pair is None:
            levels.pop()
            if steps:
                steps.pop()
            continue
        inner = _inside(pair, loosely)
        if inner is not None:
            # The document itself is no step: its members stand in the place of the pair that it was.
            if pair.step is None:
                levels[-1] = inner
            else:
                levels.append(inner)
                steps.append(pair.step)
        elif pair.kind != "changed" or not _same(pair.old, pair.new, loosely):
            where = tuple(steps) if pair.step is None else (*steps, pair.step)
            if wanted is not None and not wanted(where):
                spared += 1
                continue
            total += 1
            if total <= most:
                found.append(Difference(pair.kind, where, pair.old, pair.new))
    return Differences(tuple(found), total, spared)


def request_differences(old: Exchange, new: Exchange, most: int = MOST) -> Differences:
    """What was asked differently: parameters as they were sent, without time and sign, and where they were sent.

    JSON in a parameter is compared as such, and `fields` name by name. Where the history made people up, differences
    between them are only counted.
    """
    return compare(_asked(old), _asked(new), most, wanted=_wanted(old, new))


def answer_differences(old: Exchange, new: Exchange, most: int = MOST) -> Differences | None:
    """What came back differently, the request's id apart; None unless both were answered or both refused.

    As slow as the answers are large: use a thread. Raises ValueError for an answer that cannot be read.
    """
    outcomes = (old.outcome, new.outcome)
    if all(isinstance(outcome, Refusal) for outcome in outcomes):
        told = [{name: getattr(outcome, name) for name in _TOLD} for outcome in outcomes]
        return compare(told[0], told[1], most)
    formats, payloads = set(), []
    for outcome in outcomes:
        if not isinstance(outcome, Answer):
            return None
        formats.add(outcome.format)
        payloads.append(_payload(outcome))
    return compare(payloads[0], payloads[1], most, loosely="xml" in formats, wanted=_wanted(old, new))


def _payload(answer: Answer) -> Any:
    try:
        payload = answer.payload
    except (LookupError, TypeError, RecursionError) as error:
        raise ValueError(str(error)) from None
    if isinstance(payload, dict):
        return {name: value for name, value in payload.items() if name != "request_id"}
    return payload


def _asked(exchange: Exchange) -> dict[str, Any]:
    request = exchange.request
    params = {name: _parameter(name, text) for name, text in request.params if name not in _EVERY_TIME}
    files = {part.name: part.file_name for part in request.files}
    return {ENVIRONMENT: request.environment, **params, **files}


def _parameter(name: str, text: str) -> Any:
    if name == FIELDS:
        return dict.fromkeys(parts_of(text), True)
    if text.lstrip()[:1] in ("{", "["):
        try:
            return decode_json(text)
        except (ValueError, RecursionError):
            return text
    return text


def _wanted(old: Exchange, new: Exchange) -> _Wanted | None:
    """Leaves out what is personal by its name where the people of one of the calls are made up: anew in every run."""
    if not any(exchange.kept is not None and exchange.kept.made_up for exchange in (old, new)):
        return None
    return lambda steps: not any(isinstance(step.key, str) and _is_person(step.key) for step in steps)


def _is_person(name: str) -> bool:
    return name != "app_key" and kind_of(name) is not None


def _inside(pair: _Pair, loosely: bool) -> Iterator[_Pair] | None:
    """The members of both, place by place; None for what has none or is not to be taken apart."""
    if pair.kind != "changed":
        return None
    old, new = pair.old, pair.new
    if isinstance(old, dict) and isinstance(new, dict):
        return _members(old, new)
    if loosely and isinstance(old, list) != isinstance(new, list):
        old, new = (value if isinstance(value, list) else [value] for value in (old, new))
    if isinstance(old, list) and isinstance(new, list):
        name = pair.step.key if pair.step is not None else ""
        by = _identity(old, new, name if isinstance(name, str) else "")
        return _identified(old, new, by) if by else _placed(old, new)
    return None


def _members(old: dict[str, Any], new: dict[str, Any]) -> Iterator[_Pair]:
    for name, value in old.items():
        if name not in new:
            yield _Pair(Step(name), value, None, "removed")
        elif not _is_equal_leaf(value, new[name]):
            yield _Pair(Step(name), value, new[name])
    for name, value in new.items():
        if name not in old:
            yield _Pair(Step(name), None, value, "added")


def _placed(old: list[Any], new: list[Any]) -> Iterator[_Pair]:
    for place, (before, after) in enumerate(zip(old, new, strict=False)):
        if not _is_equal_leaf(before, after):
            yield _Pair(Step(place), before, after)
    for place in range(len(new), len(old)):
        yield _Pair(Step(place), old[place], None, "removed")
    for place in range(len(old), len(new)):
        yield _Pair(Step(place), None, new[place], "added")


def _identified(old: list[Any], new: list[Any], by: str) -> Iterator[_Pair]:
    before = {str(element[by]): place for place, element in enumerate(old)}
    after = {str(element[by]): place for place, element in enumerate(new)}
    stayed = [name for name in before if name in after]
    order = [name for name in after if name in before]
    if stayed != order:
        yield _Pair(Step("", by), stayed, order, "moved")
    for name, place in before.items():
        if name in after:
            yield _Pair(Step(after[name], by, name), old[place], new[after[name]])
        else:
            yield _Pair(Step(place, by, name), old[place], None, "removed")
    for name, place in after.items():
        if name not in before:
            yield _Pair(Step(place, by, name), None, new[place], "added")


def _identity(old: list[Any], new: list[Any], name: str) -> str:
    """The member that tells the elements of both lists apart; empty when there is none."""
    firsts: list[Any] = [elements[0] for elements in (old, new) if elements]
    if not firsts or not all(isinstance(first, dict) for first in firsts):
        return ""
    own = (f"{name}_id", f"{name.removesuffix('s')}_id")
    names: list[str] = [
        key for key in firsts[0] if key in firsts[-1] and (key in _IDENTITIES or _IDENTITY.fullmatch(key))
    ]
    ranks: list[str] = [*own, *_IDENTITIES]
    names.sort(key=lambda key: (ranks.index(key) if key in ranks else len(ranks), key))
    for key in names[:_MOST_IDENTITIES]:
        if _tells_apart(old, key) and _tells_apart(new, key):
            return key
    return ""


def _tells_apart(elements: list[Any], key: str) -> bool:
    seen: set[str] = set()
    for element in elements:
        value = element.get(key) if isinstance(element, dict) else None
        if not isinstance(value, int | str) or isinstance(value, bool) or str(value) in seen:
            return False
        seen.add(str(value))
    return True


def _is_equal_leaf(old: Any, new: Any) -> bool:
    """Whether there is nothing to look at: nearly all that two answers consist of."""
    kind = type(old)
    return kind is type(new) and kind is not dict and kind is not list and bool(old == new)


def _same(old: Any, new: Any, loosely: bool) -> bool:
    if type(old) is type(new):
        return bool(old == new)
    if any(isinstance(value, dict | list) for value in (old, new)):
        return False
    # In Python a truth value is a number; in JSON it is none.
    if not any(isinstance(value, bool) for value in (old, new)) and all(isinstance(v, _NUMBERS) for v in (old, new)):
        return bool(old == new)
    return loosely and _is_text_of(old, new)


def _is_text_of(old: Any, new: Any) -> bool:
    from topexplorer.core.answertree import plain

    return plain(old) == plain(new)


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
