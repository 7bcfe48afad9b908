"""The lamps that need calls, and the self-check for newcomers: three reads at most, in the active environment only."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from topexplorer.core.call import Answer, Exchange, NoAnswer, Outcome, Refusal, RequestDraft
from topexplorer.core.diagnosis import Diagnosis, explain
from topexplorer.core.errors import QuotaExceeded, TopExplorerError
from topexplorer.core.lamps import Lamp, has_red
from topexplorer.core.language import Message, Words, message
from topexplorer.core.signing import sign
from topexplorer.core.text import clean_line
from topexplorer.core.timestamps import skew
from topexplorer.engine.around import surroundings
from topexplorer.engine.currentseller import lack_of_session
from topexplorer.engine.engine import Engine
from topexplorer.engine.environments import SANDBOX_URL
from topexplorer.engine.gatewayclock import TIME
from topexplorer.engine.preflight import (
    address_lamp,
    clock_lamp,
    keys_lamp,
    quota_lamp,
    session_cure,
    session_lamp,
    skipped,
)
from topexplorer.engine.route import route

ADDRESS, SELLER = "taobao.appip.get", "taobao.user.seller.get"
SELLER_FIELDS = {"fields": "user_id,nick"}
ON_THE_WIRE = ("reach", "clock", "app_key", "sign", "ip", "permission", "session", "quota")
"""The names, in order."""
_RANK: Mapping[str, int] = {"reach": 0, "request": 1, "app_key": 2, "clock": 3, "sign": 4}
"""The order in which a gateway looks at things; all others come after these."""
_LAST = 5
_BLAMED: Mapping[int, str] = {
    **dict.fromkeys((9, 21, 22, 32, 33, 34), "request"),
    **dict.fromkeys((28, 29), "app_key"),
    **dict.fromkeys((30, 31), "clock"),
    **dict.fromkeys((24, 25), "sign"),
    **dict.fromkeys((4, 5, 6, 7, 8), "quota"),
    11: "permission",
}
"""By code: the lamp that a refusal makes red."""
_WORKED_EXAMPLE = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "test",
    "timestamp": "2016-01-01 12:00:00",
    "format": "json",
    "v": "2.0",
    "sign_method": "md5",
    "fields": "num_iid,title,nick,price,num",
    "num_iid": "11223344",
}
"""The example of the platform's call guide (doc 101617), with the secret `helloworld`."""
_WORKED_SIGN = "66987CB115214E59E6EC978214934FB8"

LookUp = Callable[[str, int], object]
Called = Exchange | TopExplorerError


class Preflight:
    """The lamps of one environment, the active one when it is made. `look_up` finds the address of a host."""

    def __init__(self, engine: Engine, environ: Mapping[str, str] | None = None, look_up: LookUp | None = None) -> None:
        self._engine = engine
        self._environ = os.environ if environ is None else environ
        self._look_up = look_up or _system_look_up

    async def on_the_wire(self) -> tuple[Lamp, ...]:
        """What only a call can tell, in the order of ON_THE_WIRE. Never raises for what the far end does."""
        return tuple([lamp async for lamp in self.lamps()])

    async def self_check(self) -> tuple[Lamp, ...]:
        """Four steps for somebody new: a published sign, the way to the gateway, a public call, a seller's call."""
        return tuple([lamp async for lamp in self.first_steps()])

    async def lamps(self) -> AsyncIterator[Lamp]:
        """Those of `on_the_wire`, each as soon as it is known."""
        shown: set[str] = set()
        async for lamp in self._found():
            shown.add(lamp.name)
            yield lamp
        for lamp in skipped(name for name in ON_THE_WIRE if name not in shown):
            yield lamp

    async def _found(self) -> AsyncIterator[Lamp]:
        """As far as it goes: what stands behind a red lamp is not looked at."""
        if self._lacking() is not None:
            return
        first = await self._call(TIME)
        if isinstance(first, TopExplorerError):
            yield _not_sent(first)
            return
        lamps = [await self._reach(first), *self._identity(first)]
        for lamp in lamps:
            yield lamp
        if has_red(lamps):
            return
        yield await self._address()
        for lamp in await self._seller():
            yield lamp
        yield quota_lamp(self._engine)

    async def first_steps(self) -> AsyncIterator[Lamp]:
        """Those of `self_check`, each as soon as it is known."""
        yield _worked_example()
        steps = ("reach", "public_call", "seller_call")
        lacking = self._lacking()
        if lacking is not None:
            yield lacking
            for lamp in skipped(steps):
                yield lamp
            return
        first = await self._call(TIME)
        reach = _not_sent(first) if isinstance(first, TopExplorerError) else await self._reach(first)
        yield reach
        if reach.state == "bad":
            for lamp in skipped(steps[1:]):
                yield lamp
            return
        yield self._step("public_call", first, "time")
        if lack := self._lack_of_session():
            yield Lamp("seller_call", "skipped", lack, session_cure(self._engine))
        else:
            yield self._step("seller_call", await self._call(SELLER, SELLER_FIELDS), "nick")

    def _lacking(self) -> Lamp | None:
        """What keeps every call from leaving."""
        lamps = (address_lamp(self._engine), keys_lamp(self._engine))
        return next((lamp for lamp in lamps if lamp.state == "bad"), None)

    async def _call(self, method: str, values: Mapping[str, str] | None = None) -> Called:
        draft = RequestDraft(method, dict(values or {}))
        try:
            signed = await asyncio.to_thread(self._engine.prepare, draft)
            return await self._engine.send(signed)
        except TopExplorerError as error:
            return error

    async def _reach(self, called: Exchange) -> Lamp:
        outcome, environment = called.outcome, self._engine.environment
        if not isinstance(outcome, NoAnswer):
            parts = urlsplit(environment.gateway)
            way = "TLS" if parts.scheme == "https" else "HTTP"
            if environment.gateway == SANDBOX_URL:
                return Lamp("reach", "ok", message("lamp.reach.embedded"), detail=f"{called.seconds * 1000:.0f} ms")
            proxy = self._proxy()
            shown = (parts.hostname or "", way, f"→ {proxy}" if proxy else "", f"{called.seconds * 1000:.0f} ms")
            return Lamp("reach", "ok", message("lamp.reach.ok"), detail=" · ".join(filter(None, shown)))
        if outcome.reason in ("connect", "timeout"):
            sentence, cure = await self._why_unreachable()
        else:
            sentence, cure = message(f"silence.{outcome.reason}"), message(f"silence.{outcome.reason}.cure")
        return Lamp("reach", "bad", sentence, cure, clean_line(outcome.detail))

    async def _why_unreachable(self) -> tuple[Message, Message]:
        """Which part of the way is broken: the proxy, the name, or the connection."""
        parts = urlsplit(self._engine.environment.gateway)
        host = parts.hostname or ""
        if proxy := self._proxy():
            return message("lamp.reach.proxy", proxy=proxy), message("lamp.reach.proxy.cure")
        try:
            await asyncio.to_thread(self._look_up, host, parts.port or (443 if parts.scheme == "https" else 80))
        except OSError:
            return message("lamp.reach.dns", host=host), message("lamp.reach.dns.cure")
        return message("lamp.reach.connect", host=host), message("lamp.reach.connect.cure")

    def _proxy(self) -> str:
        """The proxy that calls go through, without its password; empty for none."""
        return route(self._engine.environment, self._environ).shown

    def _identity(self, called: Exchange) -> Iterator[Lamp]:
        """Clock, app key and sign, by what the gateway said to a call that asks for nothing: it looks at them in this
        order and names the first that is wrong.
        """
        why = self._why(called)
        blamed = _blamed(called.outcome)
        clock = clock_lamp(skew(called), self._engine)
        yield _red("clock", why) if why and blamed == "clock" and clock.state != "bad" else clock
        good = (
            Lamp("app_key", "ok", message("lamp.app_key.ok"), detail=self._app_key()),
            Lamp("sign", "ok", message("lamp.sign.ok"), detail=called.request.sign_method),
        )
        for lamp in good:
            if why and blamed == lamp.name:
                yield _red(lamp.name, why)
            else:
                passed = why is None or _RANK.get(blamed, _LAST) > _RANK[lamp.name]
                yield lamp if passed else next(skipped((lamp.name,)))
        if why and blamed not in ("clock", "app_key", "sign", "reach"):
            yield _red(blamed, why)

    async def _address(self) -> Lamp:
        called = await self._call(ADDRESS)
        if isinstance(called, TopExplorerError):
            return _not_sent(called, "ip")
        address = _told(called, "ip")
        if address:
            return Lamp("ip", "ok", message("lamp.ip.ok"), detail=address)
        why = self._why(called)
        return _red("ip", why) if why else Lamp("ip", "warn", message("lamp.ip.unknown"))

    async def _seller(self) -> Iterator[Lamp]:
        """What a seller's call tells of permission and session."""
        if self._lack_of_session():
            return iter((*skipped(("permission",)), session_lamp(self._engine)))
        called = await self._call(SELLER, SELLER_FIELDS)
        if isinstance(called, TopExplorerError):
            return iter((*skipped(("permission",)), _not_sent(called, "session")))
        return self._seller_lamps(called)

    def _seller_lamps(self, called: Exchange) -> Iterator[Lamp]:
        why, outcome = self._why(called), called.outcome
        held = session_lamp(self._engine)
        if why is None:
            yield Lamp("permission", "ok", message("lamp.permission.ok", method=SELLER))
            state = held.state if held.state != "bad" else "warn"
            yield Lamp("session", state, held.sentence, held.cure, _told(called, "nick") or held.detail)
        elif isinstance(outcome, Refusal) and why.pitfall == "session":
            yield from skipped(("permission",))
            yield _red("session", why)
        else:
            yield _red(_blamed(outcome), why)
            yield held

    def _step(self, name: str, called: Called, told: str) -> Lamp:
        if isinstance(called, TopExplorerError):
            return _not_sent(called, name)
        why = self._why(called)
        if why:
            return _red(name, why)
        return Lamp(name, "ok", message(f"lamp.{name}.ok", method=called.draft.api), detail=_told(called, told))

    def _why(self, called: Exchange) -> Diagnosis | None:
        catalog, method = self._engine.catalog, called.draft.api
        return explain(called, catalog.spec(method), catalog.errors, surroundings(self._engine, method))

    def _lack_of_session(self) -> Message | None:
        engine = self._engine
        return lack_of_session(engine.vault, engine.environment, engine.seller, message("lamp.session.none"))

    def _app_key(self) -> str:
        return self._engine.vault.status(self._engine.environment).app_key or ""


def _blamed(outcome: Outcome) -> str:
    """The lamp that an outcome makes red; empty for an answer."""
    if isinstance(outcome, Refusal):
        is_ip = (outcome.sub_code or "").startswith("isv.permission-ip-")
        return "ip" if is_ip else _BLAMED.get(outcome.code, "answered")
    return "reach" if isinstance(outcome, NoAnswer) else ""


def _worked_example() -> Lamp:
    """The sign of the call guide's own example, computed here."""
    found = sign("md5", "helloworld", list(_WORKED_EXAMPLE.items()))
    if found == _WORKED_SIGN:
        return Lamp("sign_example", "ok", message("lamp.sign_example.ok"), detail=found)
    return Lamp("sign_example", "bad", message("lamp.sign_example.bad"), message("lamp.sign_example.cure"), found)


def _red(name: str, why: Diagnosis) -> Lamp:
    cure: Message | Words = why.cure
    detail = " · ".join(text for _name, text in why.evidence if _name != "request_id")
    sentence = message("lamp.refused", title=why.title, cause=why.cause)
    return Lamp(name, "bad", sentence, cure, clean_line(detail), why.fixes)


def _not_sent(error: TopExplorerError, name: str = "reach") -> Lamp:
    """A call that did not leave: by a limit, or for want of keys."""
    cure = error.hint or message("lamp.not_sent.cure")
    return Lamp("quota" if isinstance(error, QuotaExceeded) else name, "bad", error.message, cure)


def _told(called: Exchange, name: str) -> str:
    """A member of a small answer, wherever it stands; empty when it is not there."""
    if not isinstance(called.outcome, Answer):
        return ""
    try:
        return clean_line(_within(called.outcome.payload, name))
    except (ValueError, RecursionError):
        return ""


def _within(content: Any, name: str) -> str:
    if not isinstance(content, dict):
        return ""
    if isinstance(content.get(name), str | int):
        return str(content[name])
    return next((found for value in content.values() if (found := _within(value, name))), "")


def _system_look_up(host: str, port: int) -> object:
    import socket

    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
