"""What this very exchange shows about why it was refused, as sentences: what was sent beside what was wanted.

Which facts count for which refusal is the table below. Everything is taken from the redacted request, so that no
secret can be in a sentence.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from topexplorer.core.language import Message, message
from topexplorer.core.refusedcall import RefusedCall
from topexplorer.core.timestamps import read_timestamp, span

Proof = Callable[[RefusedCall], Iterator[Message]]
LONGEST_VALUE = 60
"""Characters of a value that are quoted."""


def proofs(call: RefusedCall) -> tuple[Message, ...]:
    """The facts of this exchange that bear on the refusal."""
    if call.is_sdk_made:
        return (message("proof.sdk_made"),)
    prefix = max((prefix for prefix in _BY_SUB_CODE if call.sub_code.startswith(prefix)), key=len, default="")
    rules = (*_BY_CODE.get(call.code, ()), *_BY_SUB_CODE.get(prefix, ()))
    return tuple(sentence for rule in dict.fromkeys(rules) for sentence in rule(call))


def _signed(call: RefusedCall) -> Iterator[Message]:
    if call.exchange is None:
        return
    request = call.exchange.request.redacted()
    names = tuple(sorted(name for name, _text in request.params if name != "sign"))
    yield message("proof.signed", method=request.sign_method, app_key=call.sent("app_key") or "-", names=names)
    if call.code == 25 and call.around.previous_secret:
        yield message("proof.new_secret")


def _app(call: RefusedCall) -> Iterator[Message]:
    if call.exchange is not None:
        key, request = call.sent("app_key"), call.exchange.request
        if key:
            yield message("proof.app_key", app_key=key, environment=request.environment, gateway=request.url)
        else:
            yield message("proof.no_app_key")


def _session(call: RefusedCall) -> Iterator[Message]:
    has = call.has_session
    if has is None:
        return
    if not has:
        yield message("proof.no_session")
    elif call.around.seller:
        yield message("proof.session_of", seller=call.around.seller)
    else:
        yield message("proof.session")


def _time(call: RefusedCall) -> Iterator[Message]:
    text = call.sent("timestamp")
    if call.exchange is None:
        return
    if text is None:
        yield message("proof.no_timestamp")
        return
    yield message("proof.timestamp", text=text)
    found = call.skew
    if found is None:
        yield read_timestamp(text, call.exchange.request.signed_at).sentence
        yield message("proof.no_date")
    elif found.seconds:
        key = "proof.clock_behind" if found.seconds > 0 else "proof.clock_ahead"
        yield message(key, off=span(found.seconds), source=message(f"stamp.source.{found.source}"))
    else:
        yield message("proof.clocks_agree", source=message(f"stamp.source.{found.source}"))


def _address(call: RefusedCall) -> Iterator[Message]:
    address, allowed = call.addresses()
    if address:
        yield message("proof.address", address=address)
    if allowed:
        yield message("proof.allowed", addresses=allowed)


def _packages(call: RefusedCall) -> Iterator[Message]:
    if scopes := call.scope_ids():
        yield message("proof.scopes", scopes=scopes)
    if packages := call.packages():
        yield message("proof.packages", packages=packages)


def _values(call: RefusedCall) -> Iterator[Message]:
    for name in call.parameters() if call.exchange is not None else ():
        text = call.sent(name.partition(".")[0])
        if text is None:
            off = call.exchange is not None and name in call.exchange.draft.off
            yield message("proof.switched_off" if off else "proof.not_sent", name=name)
        else:
            shown = text if len(text) <= LONGEST_VALUE else text[:LONGEST_VALUE] + "…"
            yield message("proof.sent", name=name, text=shown)


def _where(call: RefusedCall) -> Iterator[Message]:
    if call.exchange is not None and call.exchange.draft.api:
        request = call.exchange.request
        yield message("proof.where", method=request.method, environment=request.environment, gateway=request.url)


_BY_CODE: Mapping[int, tuple[Proof, ...]] = {
    11: (_app,),
    12: (_session,),
    13: (_app,),
    22: (_where,),
    **dict.fromkeys((24, 25), (_signed,)),
    **dict.fromkeys((26, 27, 42, 44, 53), (_session, _app)),
    **dict.fromkeys((28, 29), (_app,)),
    **dict.fromkeys((30, 31), (_time,)),
    **dict.fromkeys((40, 41, 43), (_values,)),
}
_BY_SUB_CODE: Mapping[str, tuple[Proof, ...]] = {
    "isv.permission-": (_packages,),
    "isv.permission-ip-whitelist-limit": (_address,),
    "isv.invalid-permission": (_session,),
    "isv.error-unauthorized": (_session,),
    "isv.missing-": (_values,),
    "isv.invalid-param": (_values,),
    "isv.parameters-mismatch": (_values,),
    "isv.timestamp-": (_time,),
}
"""The longest beginning that fits has the word."""
