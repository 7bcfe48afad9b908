"""Signing in and out, end to end against the sandbox's own OAuth pages over real loopback HTTP, and everything that can
go wrong on the way: each ends in one sentence, keeps nothing and shows no secret.
"""

from __future__ import annotations

import asyncio
import io
import json
import logging
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import httpx
import pytest

from tests.engine.consents import CLERK, CODE, OTHER, SELLER, TOKEN, Person, streamed
from tests.sandbox.browser import Page
from tests.workbench import Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import Answer, RequestDraft, Secret
from topexplorer.core.errors import Forbidden, StorageError, TopExplorerError, UsageError, VaultLocked
from topexplorer.core.language import Language
from topexplorer.engine.currentseller import UnknownSeller
from topexplorer.engine.environments import SANDBOX_URL
from topexplorer.engine.oauth import OUT_OF_BAND, SignInFailed
from topexplorer.engine.signin import NotKept
from topexplorer.engine.strongroom import PassphraseWanted

pytestmark = pytest.mark.anyio
SECRET = "canary-secret-0123456789abcdef"
KEYS = {"TOPEXPLORER_DEV_APP_KEY": "23456789", "TOPEXPLORER_DEV_APP_SECRET": SECRET}
en = Language("en")


@pytest.fixture
def heard() -> Iterator[io.StringIO]:
    """Everything that is logged, on every level."""
    stream = io.StringIO()
    handler, root = logging.StreamHandler(stream), logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield stream
    root.setLevel(before)
    root.removeHandler(handler)


def dev(tmp_path: Path, reply: Callable[[httpx.Request], httpx.Response], **parts: Any) -> Workbench:
    """A workbench in dev, at a far end that answers as told, with a vault behind a passphrase."""
    seams = {
        "transport": httpx.MockTransport(streamed(reply)),
        "ask_passphrase": lambda _wanted: Secret("correct horse"),
    }
    bench = workbench(tmp_path, parts.pop("environ", KEYS), **(seams | parts))
    bench.engine.use("dev")
    return bench


def contents_of(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


def said(error: TopExplorerError) -> str:
    """The sentence and the hint, in both languages."""
    parts = (error.message, *((error.hint,) if error.hint else ()))
    return " ".join(language.render(part) for language in (en, Language("zh")) for part in parts)


async def test_a_seller_consents_in_a_browser_and_calls_carry_the_session_at_once(
    tmp_path: Path, heard: io.StringIO
) -> None:
    bench, seller = workbench(tmp_path), Person(OTHER)
    assert [token.nick for token in bench.sellers.tokens()] == [SELLER, OTHER, CLERK]
    token = await bench.sign_in.browse(seller.told, browser=False, seconds=30)
    assert (token.nick, token.app_key, bench.engine.seller) == (OTHER, "12345678", OTHER)
    assert bench.sellers.in_use() == token
    assert {part: token.life.left(part, bench.clock()) for part in ("w2", "refresh")} == {
        "w2": 1800,
        "refresh": 30 * 86_400,
    }
    assert urlsplit(seller.saw[1])[2:] == ("/done", "", "")
    code = dict(parse_qsl(urlsplit(seller.saw[0]).query))["code"]
    assert code not in seller.saw[-1]
    exchange = await bench.engine.send(bench.engine.prepare(RequestDraft("taobao.user.seller.get", {"fields": "nick"})))
    assert isinstance(exchange.outcome, Answer)
    assert OTHER in exchange.outcome.body.decode()
    shown = " ".join([heard.getvalue(), repr(token), repr(exchange), repr(vars(bench)), repr(bench.sellers.tokens())])
    for secret in (code, *(text.reveal() for text in token.secrets())):
        assert secret not in shown
        assert bench.vault.known.holds(secret)


async def test_in_the_terminal_the_same_pages_are_answered_without_a_browser(tmp_path: Path) -> None:
    clock = Clock()
    bench = workbench(tmp_path, clock=clock)
    wish, page = await bench.sign_in.consent_page("en")
    assert [nick for nick, _words in page.form.people] == [SELLER, CLERK, OTHER]
    assert "W2 writes of high risk: trades, money, prices  30 minutes" in page.lines
    token = await bench.sign_in.consent(wish, page, CLERK)
    assert token.nick == CLERK
    clock.move(1801)
    write = RequestDraft("taobao.trade.memo.update", {"tid": "3141592653589793238", "memo": "x"})
    trouble = {problem.where: problem.what for problem in bench.engine.check(write)}["session"]
    assert "w2" in en.render(trouble)
    renewed = await bench.sign_in.refresh(CLERK)
    assert renewed.session != token.session
    assert bench.sellers.in_use() == renewed
    assert await bench.sign_in.sign_out(CLERK)
    assert CLERK not in [held.nick for held in bench.sellers.tokens()]
    assert bench.engine.seller is None
    with pytest.raises(UnknownSeller) as refusal:
        bench.sellers.use(CLERK)
    assert SELLER in said(refusal.value)
    with pytest.raises(SignInFailed) as declined:
        await bench.sign_in.consent(*await bench.sign_in.consent_page("zh"), None)
    assert declined.value.message.key == "signin.denied"


async def test_a_refused_consent_and_a_seller_who_was_not_meant_keep_nothing(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    before = bench.sellers.tokens()
    with pytest.raises(SignInFailed) as refused:
        await bench.sign_in.browse(Person(None).told, browser=False, seconds=30)
    assert refused.value.message.key == "signin.denied"
    with pytest.raises(SignInFailed) as other:
        await bench.sign_in.browse(Person(OTHER).told, browser=False, seconds=30, seller=SELLER)
    assert other.value.message.key == "signin.other_seller"
    assert bench.sellers.tokens() == before


async def test_nobody_consenting_is_a_sentence_and_giving_up_closes_everything(tmp_path: Path) -> None:
    bench, addresses = workbench(tmp_path), list[str]()
    with pytest.raises(SignInFailed) as late:
        await bench.sign_in.browse(addresses.append, browser=False, seconds=0.05)
    assert late.value.message.key == "signin.timeout"
    shown = asyncio.Event()

    def told(url: str) -> None:
        addresses.append(url)
        shown.set()

    waiting = asyncio.ensure_future(bench.sign_in.browse(told, browser=False, seconds=60))
    await shown.wait()
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    for address in addresses:
        with pytest.raises(httpx.ConnectError):
            async with httpx.AsyncClient() as browser:
                await browser.get(address)


async def test_a_stray_answer_is_told_and_the_right_one_still_counts(tmp_path: Path) -> None:
    bench, strays, seller = workbench(tmp_path), list[str](), Person()

    def told(url: str) -> None:
        async def both() -> None:
            asked = dict(parse_qsl(urlsplit(url).query))
            async with httpx.AsyncClient() as browser:
                stray = await browser.get(asked["redirect_uri"], params={"code": CODE, "state": "made up"})
            assert stray.status_code == 400
            await seller.consents(url)

        seller.visit = asyncio.ensure_future(both())

    token = await bench.sign_in.browse(told, stray=lambda: strays.append("!"), browser=False, seconds=30)
    assert (token.nick, strays) == (SELLER, ["!"])


async def test_a_code_can_be_brought_by_hand_alone_or_in_the_whole_address(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    wish = await bench.sign_in.by_hand()
    assert wish.redirect_uri == OUT_OF_BAND
    async with bench.sign_in.served(wish) as served:
        seller = Person(OTHER)
        await seller.consents(served.url)
    code = next(text for text in Page(httpx.Response(200, text=seller.saw[-1])).texts if len(text) == 30)
    assert (await bench.sign_in.pasted(wish, Secret(f"  {code}\n"))).nick == OTHER
    with pytest.raises(SignInFailed) as again:
        await bench.sign_in.pasted(wish, Secret(code))
    assert again.value.message.key == "signin.code_over"
    assert code not in said(again.value)
    elsewhere = await bench.sign_in.by_hand(callback="https://app.example.com/callback")
    for text, key in (
        (f"https://app.example.com/callback?code={CODE}&state=other", "signin.wrong_state"),
        (f"https://app.example.com/callback?code={CODE}", "signin.wrong_state"),
        (f"https://app.example.com/callback?error=access_denied&state={elsewhere.state}", "signin.denied"),
        (f"?error=server_error&error_description=x&state={elsewhere.state}", "signin.not_authorised"),
        (f"https://app.example.com/callback?state={elsewhere.state}", "signin.no_code"),
        ("http://[code=", "signin.no_code"),
        ("two words", "signin.no_code"),
        ("", "signin.no_code"),
        (CODE + " " * 5000 + CODE, "signin.long_paste"),
    ):
        with pytest.raises(SignInFailed) as wrong:
            await bench.sign_in.pasted(elsewhere, Secret(text))
        assert wrong.value.message.key == key, text
        assert CODE not in said(wrong.value)
    with pytest.raises(UsageError):
        await bench.sign_in.by_hand(callback="app.example.com")


WRONG_ANSWERS = [
    ("html", httpx.Response(200, text=f"<html>{CODE} {SECRET}</html>"), "signin.not_json"),
    ("empty", httpx.Response(502, text=""), "signin.not_json"),
    ("a list", httpx.Response(200, json=[TOKEN]), "signin.not_json"),
    ("deep", httpx.Response(200, text="[" * 100_000), "signin.not_json"),
    ("gbk", httpx.Response(200, content='{"access_token":"淘宝"}'.encode("gbk")), "signin.not_json"),
    ("no token", httpx.Response(200, json={"taobao_user_nick": "x"}), "signin.no_token"),
    ("odd token", httpx.Response(200, json={"access_token": "two words"}), "signin.no_token"),
    ("long answer", httpx.Response(200, json=TOKEN | {"more": "x" * 300_000}), "signin.long_answer"),
    ("long nick", httpx.Response(200, json=TOKEN | {"taobao_user_nick": "花" * 257}), "signin.odd_seller"),
    ("the code as nick", httpx.Response(200, json=TOKEN | {"taobao_user_nick": CODE}), "signin.odd_seller"),
    ("the secret as nick", httpx.Response(200, json=TOKEN | {"taobao_user_nick": SECRET}), "signin.odd_seller"),
    (
        "the token as nick",
        httpx.Response(200, json=TOKEN | {"taobao_user_nick": TOKEN["access_token"]}),
        "signin.odd_seller",
    ),
    ("empty error", httpx.Response(200, json={"error": "", "error_description": "x"}), "signin.no_token"),
    ("long token", httpx.Response(200, json=TOKEN | {"access_token": "6" * 4097}), "signin.no_token"),
    ("redirect", httpx.Response(302, headers={"location": f"https://x.example/?c={CODE}"}), "signin.no_answer"),
    *(
        (text, httpx.Response(400, json={"error": name, "error_description": text}), key)
        for name, text, key in (
            ("invalid_client", f"authorize code {CODE} invalidate,please authorize again.", "signin.code_over"),
            ("invalid_client", "application callback can not match the redirect_uri", "signin.redirect"),
            ("invalid_client", "client_secret is invalid", "signin.wrong_keys"),
            ("unauthorized_client", "no", "signin.may_not_refresh"),
            ("invalid_grant", "code is used", "signin.code_over"),
            ("weird\x1b[31m", f"{SECRET} {CODE}", "signin.refused"),
        )
    ),
]


@pytest.mark.parametrize(("_what", "answer", "key"), WRONG_ANSWERS, ids=[row[0][:20] for row in WRONG_ANSWERS])
async def test_every_wrong_token_answer_is_one_sentence_and_leaks_nothing(
    tmp_path: Path, _what: str, answer: httpx.Response, key: str, heard: io.StringIO
) -> None:
    bench = dev(tmp_path, lambda _request: answer)
    wish = await bench.sign_in.by_hand()
    with pytest.raises(SignInFailed) as wrong:
        await bench.sign_in.pasted(wish, Secret(CODE))
    assert wrong.value.message.key == key
    shown = said(wrong.value) + heard.getvalue() + repr(wish) + repr(wrong.value)
    assert not [text for text in (CODE, SECRET, "\x1b") if text in shown]
    assert bench.sellers.tokens() == ()


async def test_odd_life_times_count_as_unknown_and_an_error_of_null_is_none(tmp_path: Path) -> None:
    odd = {"expires_in": "--5", "r1_expires_in": "-", "w1_expires_in": "٣", "w2_expires_in": "9" * 30, "error": None}
    bench = dev(tmp_path, lambda _request: httpx.Response(200, json=TOKEN | odd))
    token = await bench.sign_in.pasted(await bench.sign_in.by_hand(), Secret(CODE))
    assert set(token.expires) == {"r2"}, "that says -5, which is over"
    assert bench.sellers.in_use() == token


async def test_a_token_is_kept_in_the_vault_of_its_kind_bound_to_app_and_seller(tmp_path: Path) -> None:
    asked: list[httpx.Request] = []

    def reply(request: httpx.Request) -> httpx.Response:
        asked.append(request)
        return httpx.Response(200, json=TOKEN)

    bench = dev(tmp_path, reply)
    wish = await bench.sign_in.by_hand()
    assert wish.url.startswith("https://oauth.taobao.com/authorize?response_type=code&client_id=23456789&")
    token = await bench.sign_in.pasted(wish, Secret(CODE))
    form = dict(parse_qsl(asked[0].content.decode()))
    assert str(asked[0].url) == "https://oauth.taobao.com/token"
    assert form == {
        "client_id": "23456789",
        "client_secret": SECRET,
        "grant_type": "authorization_code",
        "code": CODE,
        "redirect_uri": OUT_OF_BAND,
    }
    assert (token.nick, token.user_id, token.refresh) == (SELLER, "2208913340", None)
    lefts = {part: token.life.left(part, bench.clock()) for part in ("session", "r1", "w1", "r2", "w2", "refresh")}
    assert lefts == {"session": 86_400, "r1": 1800, "w1": 1800, "r2": 0, "w2": 0, "refresh": None}
    files = contents_of(tmp_path)
    assert not any(TOKEN[name].encode() in content for content in files for name in ("access_token", "refresh_token"))
    with pytest.raises(SignInFailed) as cannot:
        await bench.sign_in.refresh(SELLER)
    assert cannot.value.message.key == "signin.no_refresh"
    other_app = dev(tmp_path, reply, environ=KEYS | {"TOPEXPLORER_DEV_APP_KEY": "34567890"})
    other_app.sellers.open()
    assert other_app.sellers.tokens() == ()
    with pytest.raises(UsageError) as apart:
        await other_app.sign_in.pasted(await other_app.sign_in.by_hand(), Secret(CODE))
    assert apart.value.message.key == "signin.other_app"
    assert not await bench.sign_in.sign_out(SELLER)
    assert bench.sellers.tokens() == ()


class Granting(httpx.AsyncBaseTransport):
    """A token address that grants at once and whose answers come when `let_go` is set."""

    def __init__(self) -> None:
        self.asked, self.let_go, self.granted = asyncio.Event(), asyncio.Event(), 0

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        self.granted += 1
        token = TOKEN | {"access_token": f"6201canarysession{self.granted}", "re_expires_in": 86_400}
        self.asked.set()
        await self.let_go.wait()
        return streamed(lambda _request: httpx.Response(200, json=token))(request)


async def test_whoever_gives_up_while_a_code_or_refresh_token_is_spent_keeps_what_came_of_it(tmp_path: Path) -> None:
    far = Granting()
    bench = dev(tmp_path, lambda _request: httpx.Response(500), transport=far)
    wish = await bench.sign_in.by_hand()
    for number, way in enumerate((bench.sign_in.pasted(wish, Secret(CODE)), bench.sign_in.refresh(SELLER)), 1):
        far.asked.clear()
        far.let_go.clear()
        spending = asyncio.ensure_future(way)
        await far.asked.wait()
        spending.cancel()
        await asyncio.sleep(0)
        far.let_go.set()
        with pytest.raises(asyncio.CancelledError):
            await spending
        assert [token.session.reveal() for token in bench.sellers.tokens()] == [f"6201canarysession{number}"]
        assert far.granted == number


async def test_a_refresh_that_gives_another_seller_s_session_keeps_the_old_one(tmp_path: Path) -> None:
    answer = TOKEN | {"re_expires_in": 86_400}
    bench = dev(tmp_path, lambda _request: httpx.Response(200, json=answer))
    first = await bench.sign_in.pasted(await bench.sign_in.by_hand(), Secret(CODE))
    for others in (
        {"taobao_user_nick": OTHER, "taobao_user_id": 99},
        {"taobao_user_nick": SELLER, "taobao_user_id": 99},
        {"taobao_user_nick": OTHER, "taobao_user_id": ""},
    ):
        answer = TOKEN | {"re_expires_in": 86_400, "access_token": "6201canaryother"} | others
        with pytest.raises(SignInFailed) as other:
            await bench.sign_in.refresh(SELLER)
        assert other.value.message.key == "signin.refreshed_other"
        assert bench.sellers.tokens() == (first,)
    nobody = {"taobao_user_nick": "", "taobao_user_id": "", "access_token": "6201canarynobody"}
    for renamed in ({"taobao_user_nick": "改名"}, nobody):
        answer = TOKEN | {"re_expires_in": 86_400, "access_token": "6201canaryrenamed"} | renamed
        token = await bench.sign_in.refresh(SELLER)
        assert (token.nick, token.user_id) == (SELLER, first.user_id), "under the name it is known by here"
        assert bench.sellers.tokens() == (token,)


async def test_where_the_token_address_cannot_be_connected_to_the_gateway_itself_trades_the_code(
    tmp_path: Path,
) -> None:
    calls: list[dict[str, str]] = []

    def reply(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth.taobao.com":
            raise httpx.ConnectError("no route", request=request)
        calls.append(dict(parse_qsl(request.content.decode())))
        result = TOKEN | {"re_expires_in": 86_400}
        root = calls[-1]["method"].removeprefix("taobao.").replace(".", "_") + "_response"
        return httpx.Response(200, json={root: {"token_result": json.dumps(result), "request_id": "r"}})

    bench = dev(tmp_path, reply)
    token = await bench.sign_in.pasted(await bench.sign_in.by_hand(), Secret(CODE))
    assert token.nick == SELLER
    renewed = await bench.sign_in.refresh(SELLER)
    assert renewed.refresh == token.refresh == Secret(TOKEN["refresh_token"])
    assert [call["method"] for call in calls] == ["taobao.top.auth.token.create", "taobao.top.auth.token.refresh"]
    assert (calls[0]["code"], calls[1]["refresh_token"]) == (CODE, TOKEN["refresh_token"])
    assert not any("session" in call for call in calls)

    def refuse(request: httpx.Request) -> httpx.Response:
        if request.url.host == "oauth.taobao.com":
            raise httpx.ConnectError("no route", request=request)
        error = {"code": 15, "msg": "Remote service error", "sub_msg": f"code {CODE} is over"}
        return httpx.Response(200, json={"error_response": error})

    refusing = dev(tmp_path / "other", refuse)
    with pytest.raises(SignInFailed) as no:
        await refusing.sign_in.pasted(await refusing.sign_in.by_hand(), Secret(CODE))
    assert no.value.message.key == "signin.refused_by_api"
    assert CODE not in said(no.value)

    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("no route", request=request)

    alone = dev(tmp_path / "alone", unreachable)
    with pytest.raises(SignInFailed) as none:
        await alone.sign_in.pasted(await alone.sign_in.by_hand(), Secret(CODE))
    assert none.value.message.key == "signin.unreachable"


async def test_a_sign_in_that_could_keep_nothing_or_would_leak_is_refused_before_anybody_consents(
    tmp_path: Path,
) -> None:
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        '[environments.far]\nkind = "dev"\ngateway = "https://gateway.example/router/rest"\n'
        '[environments.near]\nkind = "dev"\ngateway = "http://127.0.0.1:9/router/rest"\n'
        '[environments.box]\nkind = "sandbox"\ngateway = "http://127.0.0.1:9/router/rest"\n'
        f'[environments.guarded]\nkind = "dev"\ngateway = "{SANDBOX_URL}"\nread_only = true\n'
    )
    names = ("far", "near", "box", "guarded")
    keys = {f"TOPEXPLORER_{name.upper()}_APP_KEY": "23456789" for name in names}
    keys |= {f"TOPEXPLORER_{name.upper()}_APP_SECRET": SECRET for name in names}
    bench = workbench(tmp_path, keys, ask_passphrase=lambda _wanted: Secret("correct horse"))
    for name, key in (("far", "signin.no_site"), ("box", "vault.sandbox")):
        bench.engine.use(name)
        with pytest.raises(UsageError) as refused:
            await bench.sign_in.by_hand()
        assert refused.value.message.key == key
    bench.engine.use("near")
    assert (await bench.sign_in.by_hand()).url.startswith("http://127.0.0.1:9/oauth/authorize?")
    with pytest.raises((SignInFailed, Forbidden)):
        await bench.sign_in.pasted(await bench.sign_in.by_hand(), Secret(CODE))
    with pytest.raises(UsageError):
        await bench.sign_in.consent_page("en")


async def test_what_a_vault_would_refuse_is_known_before_anybody_consents_and_it_is_asked_for_once(
    tmp_path: Path,
) -> None:
    def granted(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=TOKEN)

    asked: list[str] = []

    def answer(wanted: PassphraseWanted) -> Secret:
        asked.append(wanted.purpose)
        return Secret("correct horse")

    silent = dev(tmp_path, granted, ask_passphrase=lambda _wanted: None)
    with pytest.raises(VaultLocked) as nobody:
        await silent.sign_in.by_hand()
    assert nobody.value.message.key == "vault.no_passphrase"
    bench = dev(tmp_path, granted, ask_passphrase=answer)
    wish = await bench.sign_in.by_hand()
    assert contents_of(tmp_path / "data") == [], "a new vault is made with the first session"
    assert "correct horse" not in repr(wish)
    await bench.sign_in.pasted(wish, Secret(CODE))
    assert asked == ["new"]
    with pytest.raises(VaultLocked):
        await silent.sign_in.by_hand()
    other_app = dev(tmp_path, granted, environ=KEYS | {"TOPEXPLORER_DEV_APP_KEY": "34567890"}, ask_passphrase=answer)
    with pytest.raises(UsageError) as other:
        await other_app.sign_in.by_hand()
    assert other.value.message.key == "signin.other_app"
    bench.vault.lock()
    await bench.sign_in.by_hand()
    assert asked == ["new", "open"]
    blocked = dev(tmp_path / "blocked", granted, ask_passphrase=answer)
    blocked.paths.vault_folder.parent.mkdir(parents=True)
    blocked.paths.vault_folder.write_text("a file is in the folder's place")
    with pytest.raises(StorageError):
        await blocked.sign_in.by_hand()
    assert asked == ["new", "open"], "nobody types a passphrase for nothing"


def chosen(bench: Workbench) -> str | None:
    return bench.engine.seller


async def test_the_chosen_seller_is_remembered_where_it_is_not_prod_and_yields_to_a_variable(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    bench.sellers.use(OTHER)
    assert chosen(workbench(tmp_path)) == OTHER
    bench.engine.use("dev")
    assert chosen(bench) is None
    bench.seller_choices.remember("sellers", "dev", SELLER)
    bench.engine.use("dev")
    assert chosen(bench) == SELLER
    with pytest.raises(TopExplorerError):
        bench.engine.prepare(RequestDraft("taobao.user.seller.get", {"fields": "nick"}))
    with_variable = workbench(tmp_path, KEYS | {"TOPEXPLORER_DEV_SESSION": TOKEN["access_token"]})
    with_variable.engine.use("dev")
    assert chosen(with_variable) is None
    with_variable.engine.use_seller(SELLER)
    with pytest.raises(UnknownSeller):
        with_variable.engine.prepare(RequestDraft("taobao.user.seller.get", {"fields": "nick"}))
    bench.paths.sellers_file.write_text("[]")
    broken = workbench(tmp_path)
    assert chosen(broken) is None
    assert "sellers.file_broken" in [problem.key for problem in broken.problems]


def test_no_noun_of_a_sign_in_shows_what_it_carries(tmp_path: Path) -> None:
    bench = workbench(tmp_path)
    wish, page = asyncio.run(bench.sign_in.consent_page("en"))
    state = wish.state
    for noun in (wish, page, bench.sign_in, bench.sellers):
        shown = repr(noun)
        assert state not in shown
        assert wish.credentials.app_secret.reveal() not in shown
    assert urlencode({"state": state}) in wish.url


async def test_what_a_vault_locked_meanwhile_did_not_take_can_be_kept_when_it_is_opened(tmp_path: Path) -> None:
    passphrases: list[Secret | None] = [Secret("correct horse")]
    bench = dev(
        tmp_path,
        lambda _request: httpx.Response(200, json=TOKEN | {"re_expires_in": 86_400}),
        ask_passphrase=lambda _wanted: passphrases[0],
    )
    first = await bench.sign_in.pasted(await bench.sign_in.by_hand(), Secret(CODE))
    wish = await bench.sign_in.by_hand()
    bench.vault.lock()
    passphrases[0] = None
    with pytest.raises(NotKept) as locked:
        await bench.sign_in.pasted(wish, Secret(CODE))
    assert "is locked; nothing was kept of what the seller has given" in said(locked.value)
    assert first.session.reveal() not in repr(vars(locked.value))
    with pytest.raises(NotKept) as still:
        await bench.sign_in.keep(locked.value)
    passphrases[0] = Secret("correct horse")
    assert await bench.sign_in.keep(still.value) == locked.value.token
    assert bench.sellers.in_use() == locked.value.token
