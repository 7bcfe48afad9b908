"""Many calls in one request, as `/router/batch` takes them (batch call guide, doc 104350).

The query holds the system parameters and the sign, which covers the body too. The body is text: parts between
separators, each a urlencoded form, `N` for a call without parameters; a first part that begins with `#PUBLIC#` holds
what the others share. The answers come in the order of the calls, each a document of its own. What is wrong with the
request as a whole is one `error_response`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from topexplorer.core.call import Refusal
from topexplorer.core.gateway import IncomingCall, form_pairs
from topexplorer.sandbox import rules
from topexplorer.sandbox.arrivals import Arrival, Reply, bounded, incoming
from topexplorer.sandbox.gatehouse import Gatehouse, misread
from topexplorer.sandbox.rules import Rule, Visit

HEADER = b"top-api-separator"
SEPARATOR = b"\r\n-S-\r\n"
SHARED = b"#PUBLIC#"
NOTHING = b"N"
MOST_CALLS = 100
"""The platform documents no figure; without one a small body could keep the gateway busy for minutes."""
OF_THE_WHOLE = frozenset({"app_key", "timestamp", "v", "sign_method", "sign", "format", "simplify", "partner_id"})
"""What a part cannot change: it was checked once, for all of them."""
ALL_ALIKE: tuple[Rule, ...] = (rules.app_key, rules.version, rules.timestamp, rules.sign, rules.form)
ONE_BY_ONE: tuple[Rule, ...] = tuple(rule for rule in rules.RULES if rule not in (rules.verb, *ALL_ALIKE))
Values = Mapping[str, str]


def answer(gatehouse: Gatehouse, arrival: Arrival, separator: bytes) -> Reply:
    """The calls of one request, each answered and each counted against the limits."""
    # Signed as a whole, whatever the type says: forms do not come here.
    arrival = replace(arrival, content_type="text/plain;charset=UTF-8")
    try:
        whole = gatehouse.visit(arrival, incoming(arrival))
    except ValueError as error:
        return gatehouse.unreadable(arrival, error)
    parts = arrival.body.split(separator, MOST_CALLS + 1)
    shared = parts.pop(0).removeprefix(SHARED) if parts[0].startswith(SHARED) and len(parts) > 1 else b""
    if refusal := _refusal(whole, parts):
        return gatehouse.refused(whole, refusal)
    try:
        known = {name: text for name, text in whole.values.items() if name != "sign"} | _values(shared)
    except ValueError as error:
        return gatehouse.refused(whole, misread(arrival, error))
    replies = [_part_answer(gatehouse, arrival, whole, known, part) for part in parts]
    return replace(replies[0], body=separator.join(reply.body for reply in replies), method="")


def _refusal(whole: Visit, parts: list[bytes]) -> Refusal | None:
    if whole.verb != "POST":
        return Refusal(9, "Http action not allowed")
    if refusal := rules.first_refusal(whole, ALL_ALIKE):
        return refusal
    return Refusal(43, "Parameter error", sub_msg=f"批量调用最多 {MOST_CALLS} 个") if len(parts) > MOST_CALLS else None


def _part_answer(gatehouse: Gatehouse, arrival: Arrival, whole: Visit, known: Values, part: bytes) -> Reply:
    try:
        params = {**known, **_values(part)}
    except ValueError as error:
        return gatehouse.refused(whole, misread(arrival, error))
    return gatehouse.settle(gatehouse.visit(arrival, IncomingCall(tuple(params.items()))), ONE_BY_ONE)


def _values(part: bytes) -> dict[str, str]:
    """The parameters of one part, of a name that comes twice the first. Raises ValueError."""
    form = b"" if part == NOTHING else bounded(part)
    return {name: text for name, text in reversed(form_pairs(form, bare=False)) if name not in OF_THE_WHOLE}
