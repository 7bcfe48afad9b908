"""The Engine: check, prepare, send. Its `send` is the only road to the network.

Order of a call: guard, ledger, wire, decode, account, keep. What the far end does is an `Outcome`, never an exception.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from topexplorer.core import values
from topexplorer.core.call import (
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
from topexplorer.core.errors import Forbidden, QuotaExceeded, UnknownEnvironment
from topexplorer.core.gateway import GATEWAYS, LARGE, Unsigned
from topexplorer.core.language import message
from topexplorer.core.plannedwrite import PlannedWrite
from topexplorer.core.spec import ApiSpec
from topexplorer.core.taint import MASK, NOTHING
from topexplorer.engine.attachments import read_files
from topexplorer.engine.currentseller import keys_to_sign, seller_of, session_trouble
from topexplorer.engine.environments import Environment, Environments, require_safe
from topexplorer.engine.gatewayclock import GatewayClock
from topexplorer.engine.guard import needs_confirmation, planned, require_confirmed, require_permitted
from topexplorer.engine.history import History
from topexplorer.engine.ledger import Budget, Ledger, Meter
from topexplorer.engine.quota import ban_key, budgets
from topexplorer.engine.rotation import note_outcome
from topexplorer.engine.vault import Vault

if TYPE_CHECKING:
    import httpx

    from topexplorer.engine.wire import Wire

    Transport = Callable[[Environment], httpx.AsyncBaseTransport | None]

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
        history: History,
        clock: Callable[[], datetime],
        transport: Transport,
        new_id: Callable[[], str],
        environ: Mapping[str, str],
        last_seller: Callable[[Environment], str | None] = lambda _environment: None,
        look_again: Callable[[], object] = lambda: None,
    ) -> None:
        self.catalog = catalog
        self.environments = environments
        self.vault = vault
        self.ledger = ledger
        self.history = history
        self.clock = clock
        self.new_id = new_id
        self.environment = environments.default
        self.gateway_ahead = timedelta()
        """How far the gateway's clock is ahead of ours: calls are stamped with its time. Forgotten with `use`."""
        self.timestamp_form: TimestampForm | None = None
        """How timestamps are written where it is not to be the environment's way. Forgotten with `use`."""
        self.gateway_clock = GatewayClock()
        """What its answers told of the gateway's time. Forgotten with `use`."""
        self.seller: str | None = None
        """Whose session calls carry; None leaves it to the vault. `use` takes the one that was chosen last there."""
        self._taint = NOTHING
        self._transport = transport
        self._environ = environ
        self._last_seller = last_seller
        self._look_again = look_again

    def use(self, name: str) -> Environment:
        """Makes `name` the active environment. Raises UnknownEnvironment."""
        self.environment = self.environments.get_or_raise(name)
        self.gateway_ahead = timedelta()
        self.timestamp_form = None
        self.gateway_clock.forget()
        self.seller = self._last_seller(self.environment)
        return self.environment

    def renew(self, environments: Environments) -> None:
        """Goes on with these. The active one stays active unless it has become production; where it is gone, nothing is
        signed in it any more.
        """
        before = self.environment
        self.environments = environments
        self.environment = environments.get(before.name) or before
        if self.environment.kind == "prod" and before.kind != "prod":
            # Production is entered on purpose or not at all.
            self.use(environments.default.name)
        if self.environment.gateway != before.gateway:
            self.gateway_ahead = timedelta()
            self.gateway_clock.forget()

    def use_seller(self, nick: str | None) -> None:
        """From now on calls carry that seller's session, of the active environment."""
        self.seller = nick

    def check(self, draft: RequestDraft) -> tuple[values.Problem, ...]:
        """What is wrong with a draft, its session and files included. Nothing is refused here."""
        spec = self.catalog.spec(draft.api)
        problems = list(values.check(spec, draft, self.clock()))
        if trouble := session_trouble(self.vault, self.environment, self.seller, spec, self.clock()):
            problems.append(values.Problem("session", trouble, "warning"))
        for name, path in draft.sent_files().items():
            if not os.path.isfile(os.path.expanduser(path)):
                problems.append(values.Problem(name, message("check.no_file", path=path)))
        return tuple(problems)

    def prepare(self, draft: RequestDraft, confirmed: PlannedWrite | None = None) -> SignedRequest:
        """The signed request for a draft, wrong values included: an explorer must be able to send a wrong call.

        Raises Forbidden for what the environment does not let out, UnknownEnvironment or ConfigError when config.toml
        lost it or became unusable, MissingKeys, UnsafeGateway, UsageError for a file that cannot be read, and
        NeedsConfirmation for a write in prod. What that carries, handed back as `confirmed`,
        is sent as it was shown; when anything has become different since, it has to be confirmed anew.
        """
        active = self.environment.name
        self._look_again()
        environment, spec = self.environment, self.catalog.spec(draft.api)
        if environment.name != active:
            raise Forbidden(message("environment.became_prod", name=active))
        self.environments.get_or_raise(environment.name)
        require_permitted(environment, spec, self.catalog)
        require_safe(environment)
        credentials, files = keys_to_sign(self.vault, environment, self.seller), read_files(draft)
        counted_from = confirmed.planned_at if confirmed else self.clock()
        if confirmed or needs_confirmation(environment, spec):
            sent = _wire_values(spec, draft, counted_from)
            plan = planned(environment, spec, credentials, self.vault.sellers(environment), sent, files, counted_from)
            require_confirmed(plan, confirmed)
        return self._sign(draft, environment, credentials, files, counted_from)

    def parameters(self, draft: RequestDraft) -> tuple[tuple[str, str], ...]:
        """What would be signed for a draft, without the sign: nothing that can be sent. Raises MissingKeys."""
        signed = self.sketch(replace(draft, files={}), keys_to_sign(self.vault, self.environment, self.seller))
        return tuple(pair for pair in signed.params if pair[0] != "sign")

    def preview(self, draft: RequestDraft) -> SignedRequest:
        """What `prepare` would sign, redacted, without reading files or asking for keys; with placeholders where keys
        are missing or locked.
        """
        return self.sketch(draft, self.keys_at_hand()).redacted()

    def keys_at_hand(self) -> Credentials:
        """The keys as far as nobody has to be asked for them, with placeholders for the others."""
        found = self.vault.at_hand(self.environment, self.seller)
        if found is not None:
            return found
        status = self.vault.status(self.environment)
        session = Secret(MASK) if status.has_session else None
        return replace(PLACEHOLDER, app_key=status.app_key or PLACEHOLDER.app_key, session=session)

    def sketch(self, draft: RequestDraft, credentials: Credentials) -> SignedRequest:
        """What would be signed, without reading files."""
        files = tuple(FilePart(name, Path(path).name, b"") for name, path in draft.sent_files().items())
        return self._sign(draft, self.environment, credentials, files)

    def _sign(
        self,
        draft: RequestDraft,
        environment: Environment,
        credentials: Credentials,
        files: tuple[FilePart, ...],
        counted_from: datetime | None = None,
    ) -> SignedRequest:
        """`counted_from` is what relative dates are relative to, when it is not now."""
        now = self.clock()
        signed = GATEWAYS[environment.dialect].encode(
            Unsigned(
                draft=draft,
                environment=environment.name,
                url=environment.gateway,
                version=self.catalog.platform.version,
                values=_wire_values(self.catalog.spec(draft.api), draft, counted_from or now),
                files=files,
                credentials=credentials,
                sign_method=draft.sign_method or environment.sign_method,
                timestamp_form=self.timestamp_form or environment.timestamp,
                now=now + self.gateway_ahead,
            )
        )
        taint = signed.taint | self.vault.taint(environment)
        # The same one as last time when nothing is new: it knows its spellings already.
        self._taint = self._taint if taint == self._taint else taint
        return replace(signed, taint=self._taint)

    async def send(
        self,
        signed: SignedRequest,
        on_wait: Callable[[float], None] | None = None,
        *,
        keep: bool = False,
        private: bool = False,
    ) -> Exchange:
        """Put one signed call on the wire and account for it; with `keep`, the history gets it, and nobody's data with
        `private`. Never raises for what the far end did.

        Raises Forbidden, ConfigError or QuotaExceeded before any byte leaves; where the environment says wait, waits
        for the quota instead and tells `on_wait` the seconds. A cancelled call is accounted for, then the cancellation
        goes on.
        """
        environment = self.environments.get(signed.environment)
        if environment is None:
            raise UnknownEnvironment(message("environment.unknown", name=signed.environment))
        require_permitted(environment, self.catalog.spec(signed.method), self.catalog)
        call_id = self.new_id()
        wire = await asyncio.to_thread(self.wire, environment)
        await self._reserve(call_id, signed, environment, on_wait)
        started = self.clock()
        reply = wire.reply
        outcome: Outcome = NoAnswer("interrupted")
        try:
            got = await wire.post(signed)
            outcome = got if isinstance(got, NoAnswer) else await _decode(environment, signed, got, bytes(reply.body))
        finally:
            seconds = (self.clock() - started).total_seconds()
            exchange = Exchange(call_id, signed.redacted(), outcome, started, seconds, reply.status, reply.headers)
            self._settle(exchange, environment)
            if keep:
                seller = seller_of(signed, self.vault, environment, self.seller)
                self.history.add(exchange, environment, seller, private=private)
        note_outcome(self.vault, environment, signed, outcome)
        return exchange

    async def _reserve(
        self, call_id: str, signed: SignedRequest, environment: Environment, on_wait: Callable[[float], None] | None
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
        self.wire(self.environment)

    def wire(self, environment: Environment) -> Wire:
        """The road to that environment. Raises ConfigError for a proxy or a file of authorities that cannot be used."""
        from topexplorer.engine.wire import Wire

        transport = self._transport(environment)
        if transport is not None:
            return Wire(transport, environment.timeout_seconds)
        from topexplorer.engine import route
        from topexplorer.engine.proxylogin import logins

        way = route.route(environment, self._environ)
        self.vault.known.learn(logins(way.proxy))
        route.require_usable(way)
        return Wire(None, environment.timeout_seconds, way.proxy, route.trusted(environment.ca_bundle))

    def _settle(self, exchange: Exchange, environment: Environment) -> None:
        """A ban that the gateway announced holds for every process that shares the ledger; the time it told is kept."""
        if environment == self.environment:
            self.gateway_clock.note(exchange)
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


async def _decode(environment: Environment, signed: SignedRequest, status: int, body: bytes) -> Outcome:
    gateway = GATEWAYS[environment.dialect]

    def decode() -> Outcome:
        return gateway.decode(signed, status, signed.mask_body(body))

    return await asyncio.to_thread(decode) if len(body) > LARGE else decode()


def _wire_values(spec: ApiSpec, draft: RequestDraft, now: datetime) -> dict[str, str]:
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
