"""One call from raw bytes to raw bytes: parse, the rules in order, the back end, the envelope.

Nothing here waits or raises for what a caller sent, and nothing is believed but the bytes that came.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from topexplorer.core.call import Refusal
from topexplorer.core.catalog import Catalog
from topexplorer.core.envelope import Style
from topexplorer.core.gateway import GATEWAYS, IncomingCall
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec
from topexplorer.sandbox.accounts import Accounts
from topexplorer.sandbox.arguments import Arguments, Fault
from topexplorer.sandbox.backends.registry import back_end
from topexplorer.sandbox.limits import CallLimits
from topexplorer.sandbox.projection import asked_fields, shaped
from topexplorer.sandbox.rules import Gate, Visit, first_refusal
from topexplorer.sandbox.store import Payload, Store
from topexplorer.sandbox.visitors import KEPT, Log, LogRow, row

HOST = "top127000000001.sandbox"
"""Named in the comment after XML answers, in the form of the platform's host names."""
UNCOUNTED = frozenset({"sign", "timestamp"})
REMEMBERED = 10_000
"""Different calls whose number is kept, for their request ids."""
LONGEST_FORM = 2 * 1024 * 1024
"""Bytes of a urlencoded form; files travel in multipart forms, which may be longer."""
MOST_PARAMETERS, MOST_PARTS = 5000, 1000
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True, slots=True)
class Arrival:
    """A request at the gateway's address, as the wire carried it."""

    verb: str
    query: bytes
    content_type: str
    body: bytes
    caller: str = ""


@dataclass(frozen=True, slots=True)
class Reply:
    """A document and the content type it goes out with."""

    body: bytes
    content_type: str


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
        self.limits = limits or CallLimits.of(catalog.platform)
        self.log: Log = Log(maxlen=KEPT)
        self._gate = Gate(catalog, accounts, self.limits)
        self._seed = seed
        self._seen: dict[bytes, int] = {}

    def reset(self) -> None:
        """As if nobody had ever called."""
        self.store.reset()
        self.limits.reset()
        self.log.clear()
        self._seen.clear()

    def answer(self, arrival: Arrival) -> Reply:
        now = self.store.moment()
        try:
            call = _parsed(arrival)
        except ValueError as error:
            return self._unreadable(arrival, error, now)
        visit = Visit(self._gate, arrival.verb, call, now, arrival.caller)
        refusal = first_refusal(visit)
        payload: Payload = {}
        if refusal is None and visit.spec is not None:
            try:
                payload = self._work(visit, visit.spec)
            except Fault as fault:
                refusal = Refusal(fault.code, "Remote service error", fault.sub_code, fault.sub_msg)
        self.log.append(self._row(visit, refusal))
        style = _style(visit)
        request_id = self._request_id(visit)
        if refusal is not None or visit.spec is None:
            refused = replace(refusal or Refusal(22, "Invalid method"), request_id=request_id)
            return _reply(GATEWAYS["top"].refuse(refused, style), style)
        return _reply(GATEWAYS["top"].wrap(visit.spec, payload | {"request_id": request_id}, style), style)

    def _work(self, visit: Visit, spec: ApiSpec) -> Payload:
        given = visit.arguments()
        args = Arguments(given, visit.seller, frozenset(visit.call.file_names), visit.caller)
        worker = back_end(spec.method)
        if worker is not None:
            payload = worker(self.store, args)
        else:
            from topexplorer.sandbox.replies import reply

            payload = reply(spec, given, args.seller, visit.now, self._seed)
        return shaped(spec, payload, asked_fields(spec, given))

    def _unreadable(self, arrival: Arrival, error: ValueError, now: datetime) -> Reply:
        """47 for bytes that are not UTF-8, 3 for a broken multipart form, 43 for a form without end."""
        if isinstance(error, UnicodeError):
            refusal = Refusal(47, "Invalid encoding")
        elif arrival.content_type.lower().startswith("multipart/"):
            refusal = Refusal(3, "Upload fail", sub_msg="multipart 表单无法解析")
        else:
            refusal = Refusal(43, "Parameter error", sub_msg="参数过多或格式不正确")
        self.log.append(row(now, "", "", refusal))
        request_id = self._numbered(arrival.query + b"\0" + arrival.body)
        return _reply(GATEWAYS["top"].refuse(replace(refusal, request_id=request_id), Style()), Style())

    def _row(self, visit: Visit, refusal: Refusal | None) -> LogRow:
        method = visit.get("method")
        spec = visit.spec
        retired = refusal is not None and refusal.code == 22 and spec is not None and spec.retired is not None
        reason = message("sandbox.refused.retired", method=method) if retired else None
        return row(visit.now, method, visit.get("app_key"), refusal, reason)

    def _request_id(self, visit: Visit) -> str:
        pairs = sorted((name, text) for name, text in visit.call.params if name not in UNCOUNTED)
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
        for _place in range(13):
            number, digit = divmod(number, 36)
            letters.append(_DIGITS[digit])
        return "".join(letters)


def _parsed(arrival: Arrival) -> IncomingCall:
    """The call in these bytes. Raises ValueError when there is none, or when reading it would take seconds.

    A name without `=` is no parameter here. Else `a=b` and `a&b` would have the same sign, because names and values are
    signed with nothing between.
    """
    kind = arrival.content_type.partition(";")[0].strip().lower()
    body = arrival.body
    if kind in ("", "application/x-www-form-urlencoded"):
        body = _pairs(body)
    elif kind == "multipart/form-data" and body.lower().count(b"content-disposition:") > MOST_PARTS:
        raise ValueError("too many parts")
    return GATEWAYS["top"].parse(_pairs(arrival.query), arrival.content_type, body)


def _pairs(form: bytes) -> bytes:
    if len(form) > LONGEST_FORM or form.count(b"&") >= MOST_PARAMETERS:
        raise ValueError("too long a form")
    return b"&".join(pair for pair in form.split(b"&") if b"=" in pair)


def _style(visit: Visit) -> Style:
    form = visit.get("format")
    simplify = visit.get("simplify").lower() == "true"
    return Style("json" if form == "json" else "xml", simplify, HOST)


def _reply(body: bytes, style: Style) -> Reply:
    if style.format == "json":
        return Reply(body, "text/javascript;charset=UTF-8")
    return Reply(body, "text/xml;charset=UTF-8")
