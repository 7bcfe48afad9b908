"""One call from raw bytes to raw bytes: parse, the rules in order, the back end, the envelope.

Nothing here waits or raises for what a caller sent, and nothing is believed but the bytes that came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import cache
from typing import Protocol

from topexplorer.core.call import Refusal, WireFormat
from topexplorer.core.catalog import Catalog
from topexplorer.core.envelope import Style
from topexplorer.core.gateway import GATEWAYS, IncomingCall
from topexplorer.core.language import message
from topexplorer.core.spec import ApiSpec
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.arguments import Arguments, Fault
from topexplorer.sandbox.arrivals import Arrival, Reply, incoming
from topexplorer.sandbox.backends.authorisation import back_ends
from topexplorer.sandbox.backends.registry import back_end
from topexplorer.sandbox.limits import CallLimits
from topexplorer.sandbox.projection import Shapes, asked_fields
from topexplorer.sandbox.rules import RULES, Gate, Rule, Visit, first_refusal
from topexplorer.sandbox.store import BackEnd, Payload, Store
from topexplorer.sandbox.tokens import TokenOffice
from topexplorer.sandbox.visitors import KEPT, Log, row

HOST = "top127000000001.sandbox"
"""Named in the comment after XML answers, in the form of the platform's host names."""
UNCOUNTED = frozenset({"sign", "timestamp"})
REMEMBERED = 10_000
"""Different calls whose number is kept, for their request ids."""
CONTENT_TYPES: Mapping[WireFormat, str] = {
    "json": "text/javascript;charset=UTF-8",
    "xml": "text/xml;charset=UTF-8",
}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_PAIRS = [low + high for high in _DIGITS for low in _DIGITS]


class Trouble(Protocol):
    """Faults that somebody asked for."""

    def before(self, visit: Visit) -> Refusal | None:
        """What a call that broke no rule is refused with all the same."""
        ...


class Gatehouse:
    """Answers arrivals. Keeps the call counts, the log, and the store that back ends work on."""

    def __init__(
        self,
        catalog: Catalog,
        clock: Callable[[], datetime],
        accounts: Accounts,
        seed: int,
        limits: CallLimits | None = None,
    ) -> None:
        self.store = Store(clock, seed)
        self.tokens = TokenOffice(accounts, self.store.moment, seed)
        self.limits = limits or CallLimits.of(catalog.platform)
        self.log: Log = Log(maxlen=KEPT)
        self.trouble: Trouble | None = None
        system_names = frozenset(param.name for param in catalog.platform.system_params)
        self._gate = Gate(catalog, accounts, self.limits, system_names)
        self._seed = seed
        self._workers: dict[str, BackEnd | None] = dict(back_ends(self.tokens))
        self._shapes = Shapes()
        self._seen: dict[bytes, int] = {}

    def reset(self) -> None:
        """As if nobody had ever called."""
        self.store.reset()
        self.tokens.reset()
        self.limits.reset()
        self.log.clear()
        self._seen.clear()

    def save(self, write: Callable[[bytes], None]) -> None:
        """Hand what calls have changed to `write`, which puts it where only its owner can read it."""
        from topexplorer.sandbox.statefile import packed

        write(packed(self.store.state(self.tokens.kept())))

    def load(self, data: bytes) -> None:
        """Take up what `save` gave, its seed included. Raises UnreadableState, and then nothing has changed."""
        from topexplorer.sandbox.statefile import unpacked

        state = unpacked(data)
        self.store.take_up(state)
        self.tokens.take_up(state.tokens, state.seed)

    def answer(self, arrival: Arrival) -> Reply:
        """One call at `/router/rest`."""
        try:
            call = incoming(arrival)
        except ValueError as error:
            return self.unreadable(arrival, error)
        return self.settle(self.visit(arrival, call))

    def visit(self, arrival: Arrival, call: IncomingCall) -> Visit:
        """`call` at the gate, now."""
        return Visit(self._gate, arrival.verb, call, self.store.moment(), arrival.caller)

    def settle(self, visit: Visit, rules: Sequence[Rule] = RULES) -> Reply:
        """What `visit` comes to: these rules, then trouble that was asked for, then the back end."""
        refusal = first_refusal(visit, rules) or (self.trouble.before(visit) if self.trouble else None)
        if refusal is not None or visit.spec is None:
            return self.refused(visit, refusal or Refusal(22, "Invalid method"))
        style = _style(visit)
        try:
            content = self._work(visit, visit.spec, style)
        except Fault as fault:
            refusal = Refusal(fault.code, "Remote service error", fault.sub_code, fault.sub_msg)
            return self.refused(visit, refusal)
        self.log.append(row(visit.now, visit.get("method"), visit.get("app_key"), None))
        content["request_id"] = self._request_id(visit)
        body = GATEWAYS["top"].wrap(visit.spec.method, content, style)
        return Reply(body, CONTENT_TYPES[style.format], visit.spec.method)

    def refused(self, visit: Visit, refusal: Refusal) -> Reply:
        """An error for a call that could be read, with its row in the log."""
        method, spec, style = visit.get("method"), visit.spec, _style(visit)
        retired = refusal.code == 22 and spec is not None and spec.retired is not None
        reason = message("sandbox.refused.retired", method=method) if retired else None
        self.log.append(row(visit.now, method, visit.get("app_key"), refusal, reason))
        said = replace(refusal, request_id=self._request_id(visit))
        return Reply(GATEWAYS["top"].refuse(said, style), CONTENT_TYPES[style.format], spec.method if spec else "")

    def _work(self, visit: Visit, spec: ApiSpec, style: Style) -> Payload:
        given = visit.arguments()
        args = Arguments(given, visit.seller, frozenset(visit.call.file_names), visit.caller, visit.get("app_key"))
        if spec.method not in self._workers:
            self._workers[spec.method] = back_end(spec.method)
        worker = self._workers[spec.method]
        if worker is not None:
            payload = worker(self.store, args)
        else:
            from topexplorer.sandbox.replies import reply

            payload = reply(spec, given, args.seller, visit.now, self._seed)
        return self._shapes.shaped(spec, payload, asked_fields(spec, given), style.names_items)

    def unreadable(self, arrival: Arrival, error: ValueError) -> Reply:
        """An error for a call that could not be read, in XML, because nothing of it is known."""
        refusal = misread(arrival, error)
        self.log.append(row(self.store.moment(), "", "", refusal))
        said = replace(refusal, request_id=self._numbered(arrival.query + b"\0" + arrival.body))
        return Reply(GATEWAYS["top"].refuse(said, Style(host=HOST)), CONTENT_TYPES["xml"])

    def _request_id(self, visit: Visit) -> str:
        pairs = sorted([pair for pair in visit.call.params if pair[0] not in UNCOUNTED])
        return self._numbered(repr((pairs, visit.call.body)).encode("utf-8", "replace"))

    def _numbered(self, call: bytes) -> str:
        """13 characters that depend on the call, the seed, and how many equal calls came before it."""
        key = hashlib.blake2b(call, digest_size=12).digest()
        if len(self._seen) >= REMEMBERED and key not in self._seen:
            self._seen.clear()
        count = self._seen[key] = self._seen.get(key, 0) + 1
        made = hashlib.blake2b(key + f"{self._seed}/{count}".encode(), digest_size=9).digest()
        number = int.from_bytes(made, "big")
        letters = []
        for _place in range(6):
            number, pair = divmod(number, 1296)
            letters.append(_PAIRS[pair])
        return "".join(letters) + _DIGITS[number % 36]


def misread(arrival: Arrival, error: ValueError) -> Refusal:
    """47 for bytes that are not UTF-8, 3 for a broken multipart form, 43 for a form without end."""
    if isinstance(error, UnicodeError):
        return Refusal(47, "Invalid encoding")
    if arrival.kind.startswith("multipart/"):
        return Refusal(3, "Upload fail", sub_msg="multipart 表单无法解析")
    return Refusal(43, "Parameter error", sub_msg="参数过多或格式不正确")


def _style(visit: Visit) -> Style:
    return _styled(visit.get("format") == "json", visit.get("simplify").lower() == "true")


@cache
def _styled(json: bool, simplify: bool) -> Style:
    return Style("json" if json else "xml", simplify, HOST)
