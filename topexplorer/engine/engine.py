"""The Engine: check, prepare, send. Its `send` is the only road to the network.

Order of a call: guard, ledger, wire, decode, account. What the far end does is an `Outcome`, never an exception.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.core import values
from topexplorer.core.call import (
    MASK,
    Credentials,
    Exchange,
    FilePart,
    NoAnswer,
    Outcome,
    Refusal,
    RequestDraft,
    Secret,
    SignedRequest,
    TimestampForm,
)
from topexplorer.core.catalog import Catalog
from topexplorer.core.diagnosis import ban_seconds
from topexplorer.core.errors import NeedsConfirmation, QuotaExceeded, UnknownEnvironment, UsageError
from topexplorer.core.gateway import GATEWAYS, LARGE, Unsigned
from topexplorer.core.language import message
from topexplorer.engine.environments import Environment, Environments, require_safe
from topexplorer.engine.ledger import Budget, Ledger, Meter
from topexplorer.engine.quota import ban_key, budgets
from topexplorer.engine.vault import Vault

if TYPE_CHECKING:
    import httpx

    from topexplorer.engine.wire import Wire

    Transport = Callable[[Environment], httpx.AsyncBaseTransport | None]

MAX_FILE = 20 * 1024 * 1024
PLACEHOLDER = Credentials("app_key", Secret("app_secret"))


class Engine:
    """Makes calls in the active environment and accounts for them."""

    def __init__(
        self,
        *,
        catalog: Catalog,
        environments: Environments,
        vault: Vault,
        ledger: Ledger,
        clock: Callable[[], datetime],
        transport: Transport,
        new_id: Callable[[], str],
    ) -> None:
        self.catalog = catalog
        self.environments = environments
        self.vault = vault
        self.ledger = ledger
        self.clock = clock
        self.new_id = new_id
        self.environment = environments.default
        self.gateway_ahead = timedelta()
        """How far the gateway's clock is ahead of ours: calls are stamped with its time. Forgotten with `use`."""
        self.timestamp_form: TimestampForm | None = None
        """How timestamps are written where it is not to be the environment's way. Forgotten with `use`."""
        self._transport = transport

    def use(self, name: str) -> Environment:
        """Makes `name` the active environment. Raises UnknownEnvironment."""
        self.environment = self.environments.get_or_raise(name)
        self.gateway_ahead = timedelta()
        self.timestamp_form = None
        return self.environment

    def check(self, draft: RequestDraft) -> tuple[values.Problem, ...]:
        """What is wrong with a draft, its session and files included. Nothing is refused here."""
        spec = self.catalog.spec(draft.api)
        problems = list(values.check(spec, draft, self.clock()))
        status = self.vault.status(self.environment)
        if spec.session == "required" and not status.has_session:
            problems.append(values.Problem("session", message("check.session"), "warning"))
        for name, path in draft.sent_files().items():
            if not Path(path).expanduser().is_file():
                problems.append(values.Problem(name, message("check.no_file", path=path)))
        return tuple(problems)

    def prepare(self, draft: RequestDraft, *, confirmed: bool = False) -> SignedRequest:
        """The signed request for a draft, wrong values included: an explorer must be able to send a wrong call.

        Raises MissingKeys, UnsafeGateway, UsageError for a file that cannot be read, and NeedsConfirmation for a write
        in prod that was not `confirmed`.
        """
        environment = self.environment
        if environment.kind == "prod" and self.catalog.spec(draft.api).writes and not confirmed:
            raise NeedsConfirmation(
                message("guard.confirm", method=draft.api, environment=environment.name), message("guard.confirm.hint")
            )
        require_safe(environment)
        return self._sign(draft, environment, self.vault.credentials(environment), self._files(draft))

    def preview(self, draft: RequestDraft) -> SignedRequest:
        """What `prepare` would sign, redacted, without reading files or asking for keys; with placeholders where keys
        are missing or locked.
        """
        credentials = self.vault.at_hand(self.environment)
        if credentials is None:
            status = self.vault.status(self.environment)
            session = Secret(MASK) if status.has_session else None
            credentials = replace(PLACEHOLDER, app_key=status.app_key or PLACEHOLDER.app_key, session=session)
        files = tuple(FilePart(name, Path(path).name, b"") for name, path in draft.sent_files().items())
        return self._sign(draft, self.environment, credentials, files).redacted()

    def _sign(
        self, draft: RequestDraft, environment: Environment, credentials: Credentials, files: tuple[FilePart, ...]
    ) -> SignedRequest:
        now = self.clock()
        return GATEWAYS[environment.dialect].encode(
            Unsigned(
                draft=draft,
                environment=environment.name,
                url=environment.gateway,
                version=self.catalog.platform.version,
                values=self._wire_values(draft, now),
                files=files,
                credentials=credentials,
                sign_method=draft.sign_method or environment.sign_method,
                timestamp_form=self.timestamp_form or environment.timestamp,
                now=now + self.gateway_ahead,
            )
        )

    def _wire_values(self, draft: RequestDraft, now: datetime) -> dict[str, str]:
        spec = self.catalog.spec(draft.api)
        sent = draft.sent_values()
        ordered = [param.name for param in spec.params if param.name in sent]
        ordered += [name for name in sent if spec.param(name) is None]
        texts = {}
        for name in ordered:
            param = spec.param(name)
            try:
                texts[name] = values.wire(param, sent[name], now) if param else sent[name]
            except values.BadValue:
                texts[name] = sent[name]
        return texts

    def _files(self, draft: RequestDraft) -> tuple[FilePart, ...]:
        parts = []
        for name, text in draft.sent_files().items():
            path = Path(text).expanduser()
            try:
                if path.stat().st_size > MAX_FILE:
                    raise UsageError(message("file.too_large", path=text, limit=MAX_FILE // 2**20))
                parts.append(FilePart(name, path.name, path.read_bytes()))
            except OSError as error:
                raise UsageError(message("file.unreadable", path=text, detail=error.strerror or "")) from None
        return tuple(parts)

    async def send(self, signed: SignedRequest, on_wait: Callable[[float], None] | None = None) -> Exchange:
        """Put one signed call on the wire and account for it. Never raises for what the far end did.

        Raises QuotaExceeded before any byte leaves; where the environment says wait, waits instead and tells `on_wait`
        the seconds. A cancelled call is accounted for, then the cancellation goes on.
        """
        environment = self.environments.get(signed.environment)
        if environment is None:
            raise UnknownEnvironment(message("environment.unknown", name=signed.environment))
        call_id = self.new_id()
        wire = await asyncio.to_thread(self._wire, environment)
        await self._reserve(call_id, signed, environment, on_wait)
        started = self.clock()
        reply = wire.reply
        outcome: Outcome = NoAnswer("interrupted")
        try:
            got = await wire.post(signed)
            outcome = got if isinstance(got, NoAnswer) else await self._decode(signed, got, bytes(reply.body))
        finally:
            seconds = (self.clock() - started).total_seconds()
            exchange = Exchange(call_id, signed.redacted(), outcome, started, seconds, reply.status, reply.headers)
            self._settle(exchange, environment)
        return exchange

    async def _reserve(
        self,
        call_id: str,
        signed: SignedRequest,
        environment: Environment,
        on_wait: Callable[[float], None] | None,
    ) -> None:
        wanted = self._budgets(signed.method, environment)
        waited = 0.0
        while True:
            try:
                await asyncio.to_thread(self.ledger.reserve, call_id, wanted)
                return
            except QuotaExceeded as error:
                if environment.over_limit != "wait" or waited + error.wait_seconds > environment.max_wait_seconds:
                    raise
                if on_wait:
                    on_wait(error.wait_seconds)
                await asyncio.sleep(error.wait_seconds)
                waited += error.wait_seconds

    def warm_up(self) -> None:
        """Loads what only a call needs, the environment's far end included. Slow the first time: use a thread."""
        self._wire(self.environment)

    def _wire(self, environment: Environment) -> Wire:
        from topexplorer.engine.wire import Wire

        return Wire(self._transport(environment), environment.timeout_seconds)

    async def _decode(self, signed: SignedRequest, status: int, body: bytes) -> Outcome:
        environment = self.environments[signed.environment]
        gateway = GATEWAYS[environment.dialect]

        def decode() -> Outcome:
            return gateway.decode(signed, status, signed.mask_body(body))

        return await asyncio.to_thread(decode) if len(body) > LARGE else decode()

    def _settle(self, exchange: Exchange, environment: Environment) -> None:
        """A ban that the gateway announced holds for every process that shares the ledger."""
        outcome = exchange.outcome
        if isinstance(outcome, Refusal) and (seconds := ban_seconds(outcome)):
            key = ban_key(environment, self._app_key(environment), exchange.draft.api, outcome.sub_code or "")
            self.ledger.ban(key, seconds, outcome.sub_code or "")

    def _budgets(self, method: str, environment: Environment) -> tuple[Budget, ...]:
        return budgets(environment, self._app_key(environment), self.catalog.spec(method), self.catalog.platform)

    def _app_key(self, environment: Environment) -> str:
        return self.vault.status(environment).app_key or "-"

    def meters(self, method: str | None = None) -> tuple[Meter, ...]:
        """Usage in the active environment: of every rate class, or of those that `method` draws on."""
        environment = self.environment
        spec = self.catalog.spec(method) if method else None
        return self.ledger.meters(budgets(environment, self._app_key(environment), spec, self.catalog.platform))
