"""Signing sellers in and out: from a consent to a session that is kept, by browser, by hand, or in the terminal where
the gateway is the embedded sandbox.

A code is traded at the token address; when that cannot even be connected to, through the gateway's own API, which
some networks let out alone. Every way ends in a kept token or in one sentence. Nothing here logs, and neither a code
nor a token nor a state is in any sentence.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace
from secrets import token_urlsafe
from typing import TYPE_CHECKING

from topexplorer.core.call import Answer, Credentials, NoAnswer, Refusal, RequestDraft, Secret, SignedRequest
from topexplorer.core.errors import UsageError, VaultLocked
from topexplorer.core.gateway import GATEWAYS, Unsigned
from topexplorer.core.language import message
from topexplorer.core.taint import MASK, Taint
from topexplorer.core.text import clean_line
from topexplorer.engine import oauth
from topexplorer.engine.callback import Callback, is_callback
from topexplorer.engine.environments import SANDBOX_URL, Environment, require_safe
from topexplorer.engine.oauth import OUT_OF_BAND, SignInFailed, Site, Wish
from topexplorer.engine.sellers import Sellers
from topexplorer.engine.storedkeys import SellerToken

if TYPE_CHECKING:
    from collections.abc import Mapping

    from topexplorer.engine.consent import ConsentPage
    from topexplorer.engine.httpclient import httpx

SECONDS = 300.0
"""How long a browser is waited for."""
CREATE, REFRESH = "taobao.top.auth.token.create", "taobao.top.auth.token.refresh"
HERE = "http://127.0.0.1/"
"""Where the sandbox sends a consent that is given in the terminal. Nobody listens there: only the address is read."""
Pages = Callable[[], AbstractAsyncContextManager[str]]
"""Serves the embedded sandbox's OAuth pages on this machine while it is entered, and gives their root."""


class NotKept(VaultLocked):
    """What a seller gave was traded, and can be had by nobody a second time, but the vault did not open to take it.

    Whoever can have it opened hands this to `SignIn.keep`.
    """

    def __init__(
        self, why: VaultLocked, environment: Environment, token: SellerToken, expected: str | None, use: bool
    ) -> None:
        super().__init__(message("signin.not_kept", why=why.message), why.hint)
        self.environment = environment
        self.token = token
        self.expected = expected
        self.use = use
        """Whether calls are to carry it."""


class SignIn:
    """For the engine's active environment. Raises SignInFailed, MissingKeys, UsageError, and what vaults raise."""

    def __init__(
        self,
        sellers: Sellers,
        transport: Callable[[Environment], httpx.AsyncBaseTransport | None],
        pages: Pages,
        environ: Mapping[str, str],
        state: Callable[[], str] = lambda: token_urlsafe(32),
    ) -> None:
        self._sellers = sellers
        self._engine = sellers.engine
        self._transport = transport
        self._pages = pages
        self._environ = environ
        self._state = state

    @property
    def is_embedded(self) -> bool:
        """Whether anybody may consent for every seller: in the embedded sandbox."""
        return self._engine.environment.gateway == SANDBOX_URL

    async def browse(
        self,
        told: Callable[[str], None],
        opened: Callable[[bool], None] = lambda _done: None,
        stray: Callable[[], None] = lambda: None,
        arrived: Callable[[], None] = lambda: None,
        *,
        seller: str | None = None,
        browser: bool = True,
        seconds: float = SECONDS,
    ) -> SellerToken:
        """Has a seller consent in a browser. `told` gets the address of the page, `opened` whether a browser took it,
        `stray` is called for an answer that belongs to another sign-in, `arrived` for the one that was waited for,
        which is traded then. Cancel it to give up.
        """
        wished = await self._begin("", seller)
        async with self._authorize(wished) as site, Callback(wished.is_mine, stray) as callback:
            wish = replace(wished, site=site, redirect_uri=callback.uri)
            told(wish.url)
            if browser:
                from topexplorer.engine.browser import open_page

                opened(await asyncio.to_thread(open_page, wish.url, self._environ))
            try:
                async with asyncio.timeout(seconds):
                    returned = await callback.returned()
            except TimeoutError:
                raise SignInFailed(
                    message("signin.timeout", minutes=f"{seconds / 60:g}"), message("signin.again")
                ) from None
            code = wish.code_of(returned)
            arrived()
            return await self.finish(wish, code)

    async def by_hand(self, seller: str | None = None, callback: str = "") -> Wish:
        """A request whose code a person brings: shown by the platform on a page, or in the address of `callback`, the
        app's registered one. Give what is pasted to `pasted`.
        """
        if callback and not is_callback(callback):
            raise UsageError(message("signin.bad_callback", address=clean_line(callback)))
        return await self._begin(callback or OUT_OF_BAND, seller)

    @asynccontextmanager
    async def served(self, wish: Wish) -> AsyncIterator[Wish]:
        """The same request with an address that a browser on this machine can open, while it is entered."""
        async with self._authorize(wish) as site:
            yield replace(wish, site=site)

    async def pasted(self, wish: Wish, text: Secret) -> SellerToken:
        """Ends a request of `by_hand` with what was pasted."""
        return await self.finish(wish, wish.code_in(text))

    async def finish(self, wish: Wish, code: Secret) -> SellerToken:
        """Trades the code and keeps what it gives, also for who gives up meanwhile: a code is spent only once."""
        self._learn(code)
        return await _to_its_end(self._finish(wish, code))

    async def _finish(self, wish: Wish, code: Secret) -> SellerToken:
        token = await self._traded(wish, code)
        self._learn(*token.secrets())
        return await self._keep(wish.environment, token, wish.seller, wish.passphrase)

    async def keep(self, held: NotKept) -> SellerToken:
        """Keeps after all what a locked vault did not take. Raises as the others do, NotKept again included."""
        return await self._keep(held.environment, held.token, held.expected, use=held.use)

    async def _keep(
        self,
        environment: Environment,
        token: SellerToken,
        expected: str | None = None,
        passphrase: Secret | None = None,
        *,
        use: bool = True,
    ) -> SellerToken:
        try:
            await asyncio.to_thread(self._sellers.keep, environment, token, expected, passphrase, use=use)
        except VaultLocked as error:
            raise NotKept(error, environment, token, expected, use) from error
        return token

    async def consent_page(self, language: str) -> tuple[Wish, ConsentPage]:
        """What the embedded sandbox asks its sellers, to be answered with `consent`."""
        from topexplorer.engine.consent import read_consent

        wish = await self._begin(HERE)
        async with self._client(wish.environment) as client:
            return wish, await read_consent(client, f"{wish.url}&lang={language}")

    async def consent(self, wish: Wish, page: ConsentPage, nick: str | None) -> SellerToken:
        """Consents as that seller of the embedded sandbox; None refuses, which is an answer of its own."""
        from topexplorer.engine.consent import answer_consent

        async with self._client(wish.environment) as client:
            returned = await answer_consent(client, page, nick)
        return await self.finish(wish, wish.code_of(returned))

    async def refresh(self, nick: str) -> SellerToken:
        """A new session in place of that seller's, kept also for who gives up meanwhile. Whose session calls carry
        stays as it is. Only apps of the service market may; others are told so.
        """
        wish = await self._begin("", nick)
        environment, credentials = wish.environment, wish.credentials
        old = await asyncio.to_thread(self._sellers.get, nick, environment)
        if old.refresh is None:
            raise SignInFailed(message("signin.no_refresh", seller=clean_line(nick)), message("signin.again"))
        return await _to_its_end(self._refreshed(environment, credentials, old, old.refresh))

    async def _refreshed(
        self, environment: Environment, credentials: Credentials, old: SellerToken, refresh: Secret
    ) -> SellerToken:
        site, now = self._site(environment), self._engine.clock()
        request = oauth.refresh_request(environment, credentials, site, refresh, now)
        said = await self._ask(request, environment)
        if said is None:
            said = await self._by_api(environment, credentials, REFRESH, "refresh_token", refresh)
        token = oauth.token_in(*said, request, credentials.app_key, now)
        if token.refresh == Secret(MASK):
            # The gateway repeated the text, and no answer of a call is ever seen with a secret in it.
            token = replace(token, refresh=refresh)
        self._learn(*token.secrets())
        oauth.require_same_seller(old, token)
        token = replace(token, nick=old.nick, user_id=token.user_id or old.user_id)
        return await self._keep(environment, token, use=False)

    async def sign_out(self, nick: str) -> bool:
        """Forgets that seller's session, and where the gateway lets an app do so takes the consent back: then True.

        The platform has no such address: there the consent lives on until the seller cancels it or it ends.
        """
        environment = self._engine.environment
        token = await asyncio.to_thread(self._sellers.get, nick, environment)
        revoked = False
        if environment.gateway == SANDBOX_URL:
            from topexplorer.engine.consent import revoke

            async with self._client(environment) as client:
                grants = self._site(environment).authorize.removesuffix("authorize") + "grants"
                revoked = await revoke(client, grants, nick, token.session)
        await asyncio.to_thread(self._sellers.drop, environment, nick)
        return revoked

    def _learn(self, *secrets: Secret) -> None:
        """Has whatever writes, draws or logs mask these too."""
        self._engine.vault.known.learn(secret.reveal() for secret in secrets)

    async def _begin(self, redirect_uri: str, seller: str | None = None) -> Wish:
        """A request, with everything that would make a consent worthless refused beforehand."""
        environment = self._engine.environment
        require_safe(environment)
        site = self._site(environment)
        credentials, passphrase = await asyncio.to_thread(self._sellers.ready, environment)
        return Wish(environment, credentials, site, redirect_uri, self._state(), seller, passphrase)

    def _site(self, environment: Environment) -> Site:
        return oauth.site_of(environment, self._engine.catalog.platform)

    @asynccontextmanager
    async def _authorize(self, wish: Wish) -> AsyncIterator[Site]:
        """The addresses as a browser reaches them."""
        if wish.environment.gateway != SANDBOX_URL:
            yield wish.site
            return
        async with self._pages() as root:
            yield replace(wish.site, authorize=oauth.site_at(root).authorize)

    def _client(self, environment: Environment) -> httpx.AsyncClient:
        if environment.gateway != SANDBOX_URL:
            raise UsageError(message("signin.not_here"))
        from topexplorer.engine.httpclient import httpx

        return httpx.AsyncClient(transport=self._transport(environment), follow_redirects=False)

    async def _traded(self, wish: Wish, code: Secret) -> SellerToken:
        now, app_key = self._engine.clock(), wish.credentials.app_key
        request = oauth.code_request(wish, code, now)
        said = await self._ask(request, wish.environment)
        if said is None:
            said = await self._by_api(wish.environment, wish.credentials, CREATE, "code", code)
        return oauth.token_in(*said, request, app_key, now)

    async def _ask(self, request: SignedRequest, environment: Environment) -> tuple[int, bytes] | None:
        """What the token address answers; None when there was no way to it, so that nothing is spent yet."""
        wire = await asyncio.to_thread(self._engine.wire, environment)
        got = await wire.post(request)
        if not isinstance(got, NoAnswer):
            return got, bytes(wire.reply.body)
        if got.reason == "connect":
            return None
        raise SignInFailed(
            message("signin.no_answer", reason=message(f"silence.{got.reason}")), message("signin.unreachable.hint")
        )

    async def _by_api(
        self, environment: Environment, credentials: Credentials, method: str, name: str, text: Secret
    ) -> tuple[int, bytes]:
        """The same through the gateway, without anybody's session."""
        catalog, now = self._engine.catalog, self._engine.clock()
        signed = GATEWAYS[environment.dialect].encode(
            Unsigned(
                draft=RequestDraft(method, {name: text.reveal()}),
                environment=environment.name,
                url=environment.gateway,
                version=catalog.platform.version,
                values={name: text.reveal()},
                files=(),
                credentials=credentials,
                sign_method=environment.sign_method,
                timestamp_form=environment.timestamp,
                now=now + self._engine.gateway_ahead,
            )
        )
        signed = replace(signed, taint=signed.taint | Taint([text.reveal()]))
        exchange = await self._engine.send(signed)
        outcome = exchange.outcome
        if isinstance(outcome, Answer):
            said = outcome.payload.get("token_result") if isinstance(outcome.payload, dict) else ""
            return 200, (said if isinstance(said, str) else json.dumps(said, default=str)).encode("utf-8", "replace")
        if isinstance(outcome, Refusal):
            said = clean_line(signed.mask(outcome.sub_msg or outcome.msg)[: oauth.LONGEST_SAID])
            raise SignInFailed(message("signin.refused_by_api", code=outcome.code, said=said), message("signin.again"))
        raise SignInFailed(message("signin.unreachable"), message("signin.unreachable.hint"))


async def _to_its_end(work: Coroutine[None, None, SellerToken]) -> SellerToken:
    """Does the work wholly. Who is cancelled meanwhile is so when it is done."""
    task = asyncio.ensure_future(work)
    try:
        return await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise
