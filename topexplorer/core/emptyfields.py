"""Why a field is not in an answer: for each one that was asked for and did not come, the likeliest reason and a fix.

The platform leaves a field out without a word, and one silence has many reasons: `skus` and `outer_id` of another
seller's item are the classic. Pure: the spec, what was sent, what came, and what is known of the session.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Literal

from topexplorer.core.call import RequestDraft
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.fixes import Fix
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field, Param, find_field, item_name

Reason = Literal[
    "unknown", "not_requested", "no_objects", "no_session", "foreign", "status", "masked", "permission", "empty"
]
MOST_OBJECTS = 200
"""Objects of a list that are looked at."""
OWNERS_ONLY = frozenset({"skus", "sku", "outer_id", "barcode", "seller_memo", "seller_flag", "with_hold_quantity"})
"""What nobody but the owner of an object is given, whatever the spec says of a session."""
OWNERS = ("nick", "seller_nick", "user_nick", "seller")
"""The fields that say whose an object is."""
PRIVATE = re.compile(r"(receiver|buyer|consignee)_?(name|nick|mobile|phone|address|email|alipay_no|zip)|alipay_id")
"""Whom an order is for: masked or left out since the platform's privacy rules, and had back by OAID."""
DECRYPT = "taobao.top.oaid.decrypt"
_MASKED = r"\*{2,}|\*$|^\*|^~.*~$|^\$.*\$$"
_CONDITION = r"才有|才返回|时返回|才会|仅当|仅限|only (?:with|when|for|of|in|if)\b"
_PERMISSION = r"权限包|需要.{0,6}权限|permission package"
_PAID = frozenset({"WAIT_BUYER_PAY", "TRADE_NO_CREATE_PAY", "TRADE_CLOSED_BY_TAOBAO", "PAY_PENDING"})
_UNSENT = _PAID | {"WAIT_SELLER_SEND_GOODS", "SELLER_CONSIGNED_PART", "WAIT_PRE_AUTH_CONFIRM"}
_GOING_ON = _UNSENT | {"WAIT_BUYER_CONFIRM_GOODS", "TRADE_BUYER_SIGNED"}
NOT_YET: Mapping[str, frozenset[str]] = {
    "pay_time": _PAID,
    "alipay_no": _PAID,
    "consign_time": _UNSENT,
    "invoice_no": _UNSENT,
    "logistics_company": _UNSENT,
    "sign_time": _UNSENT,
    "end_time": _GOING_ON,
}
"""By field: the states of a trade in which it does not exist yet."""


@dataclass(frozen=True, slots=True)
class OwnerHints:
    """What is known of whom an answer is about."""

    seller: str = ""
    """The nick of the seller whose session was sent; empty when it is not known."""
    packages: tuple[str, ...] = ()
    """The permission packages that the API needs, by name."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A field that did not come. `missing` of `total` objects lack it."""

    path: str
    """Dotted, as `fields` names it."""
    reason: Reason
    sentence: Message
    fix: Fix | None = None
    missing: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class _Call:
    """What every rule looks at."""

    spec: ApiSpec
    draft: RequestDraft
    has_session: bool
    hints: OwnerHints
    asked: frozenset[str] | None
    """None: the API gives all it has."""


NO_HINTS = OwnerHints()


def explain_gaps(
    spec: ApiSpec,
    draft: RequestDraft,
    payload: Any,
    has_session: bool,
    hints: OwnerHints = NO_HINTS,
    missed: Iterable[str] = (),
) -> tuple[Gap, ...]:
    """Every field that was asked for and is absent, empty or masked, in the order of the request.

    `missed` are more fields that a reader looked for; those that were not asked for are said to be so. An answer
    without a single object gives one gap for the list that is empty.
    """
    asked = _asked(spec, draft)
    names = dict.fromkeys([*(asked or ()), *missed])
    call = _Call(spec, draft, has_session, hints, None if asked is None else frozenset(_resolved(spec, asked)))
    found: dict[str, Gap] = {}
    for name in names:
        for gap in _gaps(call, payload, name):
            found.setdefault(gap.path, gap)
    return tuple(found.values())


def _asked(spec: ApiSpec, draft: RequestDraft) -> list[str] | None:
    """The names in the `fields` parameter, or those that the platform assumes; None when the API has no such one."""
    param = _fields_param(spec)
    if param is None:
        return None
    names = parts_of(draft.sent_values().get(param.name, "") or param.default or "")
    return [name for name in names if name != "*"]


def _fields_param(spec: ApiSpec) -> Param | None:
    return next((param for param in spec.params if param.type == "fields"), None)


def _homes(spec: ApiSpec) -> Iterator[tuple[tuple[Field, ...], tuple[Field, ...]]]:
    """Where names of `fields` may stand: each as the way from the root to a struct, and the struct's members."""
    for field in spec.response:
        if field.children:
            yield (field,), field.children
    yield (), spec.response


def _located(spec: ApiSpec, name: str) -> tuple[tuple[Field, ...], tuple[Field, ...]] | None:
    """The way from the root to the objects that should have the field, and the fields of its dotted name."""
    for way, members in _homes(spec):
        if found := find_field(members, name):
            chain, here = [], members
            for part in found[0].split("."):
                field = next(member for member in here if member.name == part)
                chain.append(field)
                here = field.children
            return (*way, *chain[:-1]), (*chain,)
    return None


def _resolved(spec: ApiSpec, names: Iterable[str]) -> Iterator[str]:
    for name in names:
        located = _located(spec, name)
        yield ".".join(field.name for field in located[1]) if located else name


def _gaps(call: _Call, payload: Any, name: str) -> Iterator[Gap]:
    located = _located(call.spec, name)
    if located is None:
        yield Gap(name, "unknown", message("gap.unknown", name=name, method=call.spec.method))
        return
    way, chain = located
    path = ".".join(field.name for field in chain)
    objects = list(_objects([payload], way))[:MOST_OBJECTS]
    if not objects:
        yield from _no_objects(call, payload, way, path)
        return
    lacking = [held for held in objects if _is_blank(held.get(chain[-1].name))]
    masked = [held for held in objects if _is_masked(held.get(chain[-1].name))]
    if lacking:
        reason, sentence, fix = _reason(call, chain[-1], path, lacking, len(objects))
        yield Gap(path, reason, sentence, fix, len(lacking), len(objects))
    elif masked and PRIVATE.search(path):
        yield Gap(path, "masked", message("gap.masked", name=path), _decrypting(), len(masked), len(objects))


def _no_objects(call: _Call, payload: Any, way: Sequence[Field], path: str) -> Iterator[Gap]:
    """The first thing on the way that is not there explains all below it."""
    for depth in range(len(way)):
        held = list(_objects([payload], way[:depth]))
        if held and not list(_objects(held, way[depth : depth + 1])):
            above = ".".join(field.name for field in way[: depth + 1])
            if depth == 0:
                yield Gap(above, "no_objects", message("gap.no_objects", name=above))
            else:
                inner = ".".join(field.name for field in way[1 : depth + 1]) or path
                reason, sentence, fix = _reason(call, way[depth], inner, held, len(held))
                yield Gap(inner, reason, sentence, fix, len(held), len(held))
            return


def _objects(held: Sequence[Any], way: Sequence[Field]) -> Iterator[dict[str, Any]]:
    """The objects at the end of the way, whichever way the platform wrapped its lists."""
    for one in held:
        if not isinstance(one, dict):
            continue
        if not way:
            yield one
            continue
        value = one.get(way[0].name)
        if isinstance(value, dict) and way[0].many:
            value = value.get(item_name(way[0].platform_type), value)
        entries = value if isinstance(value, list) else [value]
        yield from _objects(entries, way[1:])


def _is_blank(value: Any) -> bool:
    return value is None or value in ("", [], {})


def _is_masked(value: Any) -> bool:
    return isinstance(value, str) and re.search(_MASKED, value) is not None


def _reason(
    call: _Call, field: Field, path: str, lacking: Sequence[dict[str, Any]], total: int
) -> tuple[Reason, Message, Fix | None]:
    if not _was_asked(call, path):
        fix = Fix("fields", message("fix.fields", name=path), target=path)
        return "not_requested", message("gap.not_requested", name=path), fix
    owners_only = field.needs_session or field.name in OWNERS_ONLY
    if owners_only and not call.has_session:
        return "no_session", message("gap.no_session", name=path), Fix("login", message("fix.login"))
    if owner := _stranger(call, lacking) if owners_only else None:
        return "foreign", message("gap.foreign", name=path, owner=owner), _as_owner(owner)
    if owners_only and not call.hints.seller and _lacks_all_of_owners(call, lacking):
        return "foreign", message("gap.probably_foreign", name=path), Fix("login", message("fix.login"))
    if state := _state_without(field, lacking):
        return "status", message("gap.status", name=path, state=state), None
    if PRIVATE.search(path) and lacking and len(lacking) == total:
        return "masked", message("gap.private", name=path), _decrypting()
    return _by_the_words(call, field, path, owners_only)


def _by_the_words(call: _Call, field: Field, path: str, owners_only: bool) -> tuple[Reason, Message, Fix | None]:
    """What the field's own description says of when it comes; else that it is simply empty."""
    summary = field.summary
    said = f"{summary.zh}\n{summary.en}" if summary else ""
    if re.search(_PERMISSION, said):
        names = ",".join(call.hints.packages)
        fix = Fix("permission", message("fix.permission.any"), target=names, link=call.spec.docs or "")
        return "permission", message("gap.permission", name=path, said=summary), fix
    if summary and re.search(_CONDITION, said):
        return "status", message("gap.condition", name=path, said=summary), None
    return "empty", message("gap.empty_or_foreign" if owners_only else "gap.empty", name=path), None


def _was_asked(call: _Call, path: str) -> bool:
    """Whether the name itself or anything above or below it was asked for."""
    if call.asked is None:
        return True
    return any(path == name or path.startswith(f"{name}.") or name.startswith(f"{path}.") for name in call.asked)


def _stranger(call: _Call, lacking: Sequence[dict[str, Any]]) -> str | None:
    """The nick of another seller whose object it is."""
    for held in lacking:
        owner = next((str(held[name]) for name in OWNERS if held.get(name)), "")
        if owner and call.hints.seller and owner != call.hints.seller:
            return owner
    return None


def _lacks_all_of_owners(call: _Call, lacking: Sequence[dict[str, Any]]) -> bool:
    """Whether two or more fields that only owners get were asked for, and the same objects lack all of them."""
    named = {name.rpartition(".")[2] for name in call.asked or ()} & OWNERS_ONLY
    return len(named) > 1 and all(_is_blank(held.get(name)) for held in lacking for name in named)


def _as_owner(owner: str) -> Fix:
    return Fix("login", message("fix.login.as", seller=owner), target=owner)


def _state_without(field: Field, lacking: Sequence[dict[str, Any]]) -> str:
    """The state that all of the objects are in and in which the field does not exist yet; empty for none."""
    states = {str(held.get("status", "")) for held in lacking}
    before = NOT_YET.get(field.name, frozenset())
    return "" if not states or "" in states or not states <= before else ", ".join(sorted(states))


def _decrypting() -> Fix:
    return Fix("instead", message("fix.instead", method=DECRYPT), target=DECRYPT)
