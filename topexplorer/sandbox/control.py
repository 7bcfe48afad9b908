"""The control endpoint: how a test in any language looks into the sandbox and makes things go wrong. JSON both ways.

    GET    /control/state    clock, rules with their counts, limits and how far they are used up, bans, calls by code,
                             the last calls
    GET    /control/rules    the rules in force
    POST   /control/rules    {"rule": "*: status=502"} or {"rules": ["…", "…"]}: all of them, or none and the reason
    DELETE /control/rules    every rule; /control/rules/3 only that one
    POST   /control/reset    forget every call and write, lift every ban; the rules stay
    POST   /control/clock    {"skew": "+15m"} sets the gateway's clock off, {"skew": "0"} sets it right

It is not there unless it was asked for, and it answers nobody who cannot show the token (`X-Sandbox-Token`) that the
person who started the sandbox was shown: other programs and other users of this machine cannot know it. A web page is
kept out three times over: whatever comes with an `Origin` is refused, and so is any `Host` but a loopback name, so that
a page whose own name was made to point here (DNS rebinding) gets nothing; and no page can set the header unasked.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from datetime import timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from topexplorer.core.language import Language, Message, message
from topexplorer.core.values import GMT8
from topexplorer.sandbox.faultrules import RuleError, rule_from

if TYPE_CHECKING:
    from topexplorer.sandbox.app import Receive, Sandbox, Scope, Send
    from topexplorer.sandbox.faults import StandingRule
    from topexplorer.sandbox.visitors import LogRow

PATH = "/control/"
TOKEN_HEADER = "X-Sandbox-Token"
LONGEST = 64 * 1024
"""Bytes of a request."""
SHOWN = 50
"""Calls in the state."""
Json = dict[str, Any]


class Denied(Exception):
    """The request is answered with that status and that sentence."""

    def __init__(self, status: int, reason: Message) -> None:
        super().__init__(reason.key)
        self.status = status
        self.reason = reason


class Control:
    """An ASGI application for the addresses under PATH. `say` is the language of its sentences."""

    def __init__(self, sandbox: Sandbox, token: str, say: Language) -> None:
        self._sandbox = sandbox
        self._token = token
        self._say = say

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            self._admit(scope)
            status, answer = self._turn(scope["method"], scope["path"])(await _asked(receive))
        except Denied as denied:
            status, answer = denied.status, {"error": self._said(denied.reason)}
        body = (json.dumps(answer, ensure_ascii=False, indent=1) + "\n").encode("utf-8", "replace")
        headers = [
            (b"content-type", b"application/json"),
            (b"content-length", str(len(body)).encode("ascii")),
            (b"cache-control", b"no-store"),
        ]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    def _admit(self, scope: Scope) -> None:
        headers = {name.decode("latin-1").lower(): value for name, value in scope["headers"]}
        caller = (scope.get("client") or ("",))[0]
        from_here = not caller or _is_loopback(caller)
        named_so = _is_loopback(_host(headers.get("host", b"").decode("latin-1")))
        shown = headers.get(TOKEN_HEADER.lower(), b"")
        knows = hmac.compare_digest(shown, self._token.encode())
        if not (from_here and named_so and knows) or "origin" in headers:
            raise Denied(403, message("control.refused"))

    def _turn(self, verb: str, path: str) -> Callable[[Json], tuple[int, Json]]:
        """What does the work. Raises Denied when there is nothing for that verb at that address."""
        name, _slash, number = path.removeprefix(PATH).partition("/")
        turns: Mapping[str, Mapping[str, Callable[[Json], tuple[int, Json]]]] = {
            "state": {"GET": lambda _asked: (200, self.state())},
            "rules": {
                "GET": lambda _asked: (200, self._rules()),
                "POST": self._add,
                "DELETE": lambda _asked: self._remove(number),
            },
            "reset": {"POST": lambda _asked: self._reset()},
            "clock": {"POST": self._set_clock},
        }
        if name not in turns or (number and (name != "rules" or verb != "DELETE")):
            raise Denied(404, message("control.not_found", path=path))
        if verb not in turns[name]:
            raise Denied(405, message("control.verb", path=path, allowed=tuple(turns[name])))
        return turns[name][verb]

    def state(self) -> Json:
        """Everything, as JSON. Holds no secret: the log never had one."""
        sandbox = self._sandbox
        now = sandbox.now()
        return {
            "now": now.astimezone(GMT8).isoformat(" ", "milliseconds"),
            "skew_seconds": sandbox.faults.skew.total_seconds(),
            **self._rules(),
            "limits": [
                {
                    "kind": usage.kind,
                    "app_key": usage.app_key,
                    "api": usage.api,
                    "calls": usage.limit.calls,
                    "seconds": usage.limit.seconds,
                    "used": usage.used,
                    "ban_seconds": usage.ban_seconds,
                }
                for usage in sandbox.limits.usage(now)
            ],
            "bans": [asdict(ban) for ban in sandbox.faults.bans(now)],
            "counts": {str(code): count for code, count in sorted(sandbox.log.codes.items())},
            "calls": [self._row(row) for row in list(sandbox.log)[-SHOWN:]],
        }

    def _rules(self) -> Json:
        return {"rules": [_rule(standing) for standing in self._sandbox.faults.rules]}

    def _add(self, asked: Json) -> tuple[int, Json]:
        texts = asked.get("rules", [asked.get("rule")])
        if not isinstance(texts, list) or not texts or not all(isinstance(text, str) for text in texts):
            raise Denied(400, message("control.wants", wanted='"rule": "*: status=502"'))
        try:
            rules = [rule_from(text) for text in texts]
        except RuleError as error:
            raise Denied(400, error.message) from None
        return 201, {"rules": [_rule(self._sandbox.faults.add(rule)) for rule in rules]}

    def _remove(self, number: str) -> tuple[int, Json]:
        faults = self._sandbox.faults
        if not number:
            faults.clear()
        elif not (number.isascii() and number.isdigit() and len(number) < 10 and faults.remove(int(number))):
            raise Denied(404, message("control.no_rule", number=number))
        return 200, self._rules()

    def _reset(self) -> tuple[int, Json]:
        self._sandbox.reset()
        return 200, self.state()

    def _set_clock(self, asked: Json) -> tuple[int, Json]:
        text = asked.get("skew")
        if not isinstance(text, str):
            raise Denied(400, message("control.wants", wanted='"skew": "+15m"'))
        try:
            skew = (text != "0" and rule_from(f"*: clock={text}").skew) or timedelta()
        except RuleError as error:
            raise Denied(400, error.message) from None
        self._sandbox.faults.set_clock(skew)
        return 200, self.state()

    def _row(self, row: LogRow) -> Json:
        return {
            "at": row.at.astimezone(GMT8).isoformat(" ", "milliseconds"),
            "method": row.method,
            "app_key": row.app_key,
            "code": row.code,
            "sub_code": row.sub_code,
            "reason": self._say.render(row.reason) if row.reason else "",
            "seconds": row.seconds,
            "faults": list(row.faults),
            "left": row.left,
        }

    def _said(self, reason: Message) -> Json:
        return {"key": reason.key, "text": self._say.render(reason)}


def _rule(standing: StandingRule) -> Json:
    return {
        "number": standing.number,
        "rule": standing.text,
        "calls": standing.calls,
        "applied": standing.applied,
        "spent": standing.spent,
    }


def _host(header: str) -> str:
    """The name in a Host header, without the port and the brackets."""
    if header.startswith("["):
        return header[1:].partition("]")[0]
    return header.partition(":")[0]


def _is_loopback(name: str) -> bool:
    if name.lower() == "localhost":
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


async def _asked(receive: Receive) -> Json:
    """The JSON object in the request, an empty one for no body."""
    body, more = b"", True
    while more:
        event = await receive()
        body += event.get("body", b"")
        more = event.get("more_body", False)
        if len(body) > LONGEST:
            raise Denied(413, message("control.not_json"))
    try:
        asked = json.loads(body) if body.strip() else {}
    except (ValueError, RecursionError):
        raise Denied(400, message("control.not_json")) from None
    if not isinstance(asked, dict):
        raise Denied(400, message("control.not_json"))
    return asked
