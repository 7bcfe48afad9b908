"""Which fixes a refusal calls for: two tables, by code and by the beginning of the sub code, and what fills them in.

A rule that does not find what it needs offers nothing: a fix that cannot be carried out is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import get_args

from topexplorer.core.call import TimestampForm
from topexplorer.core.fixes import GATEWAY_TIME, Fix
from topexplorer.core.language import message
from topexplorer.core.refusedcall import RefusedCall
from topexplorer.core.signing import SCHEMES
from topexplorer.core.values import timestamp

Remedy = Callable[[RefusedCall], Iterator[Fix]]
_SECONDS = r"([0-9]+)\s*(?:more\s*)?seconds?"
SHORTLY, A_MINUTE = 2, 60
"""Seconds to wait where the gateway names none: for a busy back end, for a limit per minute."""
_SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "isv.item-not-exist": ("num_iid", "item_id", "num_iids", "item_ids"),
    "isv.trade-not-exist": ("tid", "oid", "tids", "trade_id"),
    "isv.user-not-exist": ("nick", "buyer_nick", "seller_nick", "user_id"),
    "isv.shop-not-exist": ("nick", "seller_nick", "sid"),
    "isv.MOBILE_NUMBER_ILLEGAL": ("rec_num", "mobile", "phone"),
}
"""By the sub code: the parameters that name what does not exist, the likeliest first."""


def announced_seconds(text: str) -> int:
    """How many seconds a ban still lasts, as `sub_msg` tells; 0 when it does not."""
    found = re.search(_SECONDS, text)
    return int(found[1][:9]) if found else 0


def remedies(call: RefusedCall, retry: str) -> tuple[Fix, ...]:
    """What can be done, the likeliest first, nothing twice; where that is nothing, the page to read.

    `retry` is that of the row that explains the refusal.
    """
    rules: list[Remedy] = [_edit, *_BY_CODE.get(call.code, ())]
    prefix = max((prefix for prefix in _BY_SUB_CODE if call.sub_code.startswith(prefix)), key=len, default="")
    rules += _BY_SUB_CODE.get(prefix, ())
    if retry == "yes":
        rules.append(_resend)
    rules.append(_instead)
    found: dict[tuple[str, str], Fix] = {}
    for rule in rules:
        for fix in rule(call):
            found.setdefault((fix.kind, fix.target), fix)
    return tuple(found.values()) or tuple(_docs(call))


def _edit(call: RefusedCall) -> Iterator[Fix]:
    for name in call.parameters():
        yield Fix("edit", message("fix.edit", name=name), target=name)


def _edit_subject(call: RefusedCall) -> Iterator[Fix]:
    names = next((names for prefix, names in _SUBJECTS.items() if call.sub_code.startswith(prefix)), ())
    for name in (name for name in names if call.spec.param(name)):
        yield Fix("edit", message("fix.edit", name=name), target=name)
        return


def _edit_document(call: RefusedCall) -> Iterator[Fix]:
    """Of several JSON parameters, the one that was sent."""
    documents = [param.name for param in call.spec.params if param.type in ("object", "json")]
    for name in [name for name in documents if call.sent(name)] or documents[:1]:
        yield Fix("edit", message("fix.edit", name=name), target=name)


def _edit_file(call: RefusedCall) -> Iterator[Fix]:
    for param in call.spec.params:
        if param.type == "file":
            yield Fix("edit", message("fix.edit", name=param.name), target=param.name)


def _ban(call: RefusedCall) -> Iterator[Fix]:
    if seconds := announced_seconds(call.told):
        yield Fix("wait", message("fix.wait", seconds=seconds), seconds=seconds)


def _pause(seconds: int) -> Remedy:
    def wait(call: RefusedCall) -> Iterator[Fix]:
        pause = announced_seconds(call.told) or seconds
        yield Fix("wait", message("fix.wait", seconds=pause), seconds=pause)

    return wait


def _resend(call: RefusedCall) -> Iterator[Fix]:
    yield Fix("resend", message("fix.resend"))


def _keys(name: str) -> Remedy:
    def keys(call: RefusedCall) -> Iterator[Fix]:
        yield Fix("keys", message("fix.keys"), target=name)

    return keys


def _back(call: RefusedCall) -> Iterator[Fix]:
    if call.code == 25 and call.around.previous_secret:
        yield Fix("keys", message("fix.keys.previous"), target="previous")


def _login(call: RefusedCall) -> Iterator[Fix]:
    yield Fix("login", message("fix.login"))


def _sign_lab(call: RefusedCall) -> Iterator[Fix]:
    yield Fix("sign_lab", message("fix.sign_lab"))


def _sign_method(call: RefusedCall) -> Iterator[Fix]:
    used = call.sent("sign_method")
    for name in SCHEMES:
        if used is not None and name != used:
            yield Fix("sign_method", message("fix.sign_method", name=name), target=name)


def _timestamp(call: RefusedCall) -> Iterator[Fix]:
    found = call.skew_now
    if found is not None and found.is_remarkable:
        ahead = round(found.seconds)
        yield Fix("timestamp", message("fix.timestamp.gateway"), target=GATEWAY_TIME, seconds=ahead)
    if call.exchange is None:
        return
    used = call.sent("timestamp")
    for form in get_args(TimestampForm):
        if timestamp(call.exchange.request.signed_at, form) != used:
            yield Fix("timestamp", message(f"fix.timestamp.{form}"), target=form)


def _permission(call: RefusedCall) -> Iterator[Fix]:
    scopes, link = call.scope_ids(), call.spec.docs or ""
    target = ",".join(scopes or call.packages())
    if scopes and link:
        link += f"&scopeId={scopes[0]}"
    key = "fix.permission" if target else "fix.permission.any"
    yield Fix("permission", message(key, packages=target), target=target, link=link)


def _access(call: RefusedCall) -> Iterator[Fix]:
    """Of code 11, whose sub code tells an address from a package."""
    yield from (_ip if call.sub_code.startswith("isv.permission-ip-") else _permission)(call)


def _ip(call: RefusedCall) -> Iterator[Fix]:
    address, _allowed = call.addresses()
    yield Fix("ip", message("fix.ip" if address else "fix.ip.any", address=address), target=address)


def _elsewhere(call: RefusedCall) -> Iterator[Fix]:
    if name := call.around.own_keys:
        yield Fix("environment", message("fix.environment", name=name), target=name)


def _instead(call: RefusedCall) -> Iterator[Fix]:
    for method in call.spec.retired.instead if call.spec.retired else ():
        yield Fix("instead", message("fix.instead", method=method), target=method)


def _docs(call: RefusedCall) -> Iterator[Fix]:
    if call.spec.docs:
        yield Fix("docs", message("fix.docs"), link=call.spec.docs)


_SIGN: tuple[Remedy, ...] = (_back, _elsewhere, _sign_lab, _keys("app_secret"), _sign_method)
_SESSION: tuple[Remedy, ...] = (_elsewhere, _login, _keys("session"))
_TIME: tuple[Remedy, ...] = (_timestamp, _resend)
_BY_CODE: Mapping[int, tuple[Remedy, ...]] = {
    3: (_edit_file, _resend),
    **dict.fromkeys((4, 5, 6, 8), (_pause(A_MINUTE),)),
    7: (_ban,),
    11: (_access,),
    12: (_login,),
    **dict.fromkeys((24, 25), _SIGN),
    **dict.fromkeys((26, 27, 42, 44, 53), _SESSION),
    **dict.fromkeys((28, 29), (_elsewhere, _keys("app_key"))),
    **dict.fromkeys((30, 31), _TIME),
    **dict.fromkeys(range(100, 112), (_login,)),
}
_BY_SUB_CODE: Mapping[str, tuple[Remedy, ...]] = {
    "isv.permission-": (_access,),
    "isv.error-unauthorized": _SESSION,
    "isv.r1-security-authorize-invalid": _SESSION,
    "isv.r2-security-authorize-invalid": _SESSION,
    "isv.w1-security-authorize-invalid": _SESSION,
    "isv.w2-security-authorize-invalid": _SESSION,
    "isv.invalid-permission": (_login,),
    "isv.timestamp-": _TIME,
    "isv.BUSINESS_LIMIT_CONTROL": (_pause(A_MINUTE),),
    "isv.": (_edit_subject,),
    "isp.top-mapping-parse-error": (_edit_document,),
    "isp.call-limited": (_pause(SHORTLY),),
    "isp.system-busy": (_pause(SHORTLY),),
    "invalid_": (_login,),
}
"""The longest beginning that fits has the word."""
