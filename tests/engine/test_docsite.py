"""The client of the document site: what it sends, how fast, and one sentence for everything that goes wrong."""

from __future__ import annotations

import asyncio
import gzip
import json
import ssl
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.docsite_replay import (
    DIRECTORY,
    DOCUMENT,
    GMT_MODIFIED,
    LOGIN_PAGE,
    TOKEN_PAGE,
    Asked,
    Fault,
    Page,
    ReplaySite,
    Said,
    answer,
    failing,
    packed,
    refusal,
    saying,
    thirty,
)
from tests.engine.sentences import said
from tests.workbench import Clock
from topexplorer.core.errors import UsageError
from topexplorer.engine.docanswers import Entry, SiteFault, changed_at, entries
from topexplorer.engine.docsite import MAX_ANSWER, MB, DocSite, site_root

TRADE = Page(5, "taobao.trade.get", "查询交易")
TRADE_ENTRY = Entry(5, "taobao.trade.get", "查询交易", "5", "交易API")


class Time:
    """A clock that only waiting moves, and the waits that were asked for."""

    def __init__(self) -> None:
        self.clock = Clock()
        self.waits: list[float] = []

    async def sleep(self, seconds: float) -> None:
        self.waits.append(round(seconds, 6))
        self.clock.move(seconds)


def client(site: ReplaySite, time: Time | None = None, luck: float = 0.0, **settings: Any) -> DocSite:
    time = time or Time()
    settings.setdefault("transport", site.transport)
    return DocSite(clock=time.clock, sleep=time.sleep, luck=lambda: luck, **settings)


def document(site: ReplaySite, entry: Entry = TRADE_ENTRY, time: Time | None = None) -> tuple[bytes, int]:
    """One document, asked for by a client that begins anew."""

    async def ask() -> tuple[bytes, int]:
        async with client(site, time) as docs:
            return await docs.document(entry)

    return asyncio.run(ask())


def fault_of(ask: Callable[[], object]) -> SiteFault:
    with pytest.raises(SiteFault) as caught:
        ask()
    said(caught.value.reason)
    return caught.value


# What is sent


async def test_a_token_a_directory_and_a_document_are_asked_for_as_the_site_wants_it() -> None:
    site = ReplaySite([TRADE])
    async with client(site) as docs:
        assert await docs.directory("12486") == (TRADE_ENTRY,)
        content, modified = await docs.document(TRADE_ENTRY)
    assert (json.loads(content)["data"]["name"], modified) == ("taobao.trade.get", GMT_MODIFIED)
    token = {"_tb_token_": "token1"}
    assert [(asked.path, asked.query) for asked in site.asked] == [
        (TOKEN_PAGE, {}),
        (DIRECTORY, {"scopeId": "12486", "treeId": "", "docId": "285", "docType": "2", "tag": "", **token}),
        (DOCUMENT, {"isEn": "false", "treeId": "", "docId": "5", "docType": "2", **token}),
    ]


async def test_nothing_is_sent_but_a_name_and_the_sites_own_token() -> None:
    site = ReplaySite([TRADE])
    async with client(site) as docs:
        await docs.document(TRADE_ENTRY)
        await docs.document(TRADE_ENTRY)
    names = {name for asked in site.asked for name in asked.headers}
    assert names <= {"host", "connection", "user-agent", "accept", "accept-encoding", "cookie"}
    assert all(asked.headers["user-agent"].startswith("topexplorer/") for asked in site.asked)
    assert [asked.headers.get("cookie") for asked in site.asked] == [None, "_tb_token_=token1", "_tb_token_=token1"]


def test_only_https_and_this_machine_are_sites() -> None:
    assert site_root("https://open.taobao.com/") == "https://open.taobao.com"
    assert site_root("http://127.0.0.1:8080") == "http://127.0.0.1:8080"
    for url in (
        "http://open.taobao.com",
        "https://me:secret@open.taobao.com",
        "https://open.taobao.com/path",
        "https://open.taobao.com?a=1",
        "ftp://127.0.0.1",
        "open.taobao.com",
        "https://",
        "https://[",
        "https://host:port",
        "",
    ):
        with pytest.raises(UsageError) as caught:
            site_root(url)
        said(caught.value.message)


# How fast


async def ask_for(site: ReplaySite, time: Time, count: int, **settings: Any) -> None:
    async with client(site, time, **settings) as docs:
        for entry in (await docs.directory())[:count]:
            await docs.document(entry)


async def test_questions_keep_the_distance_that_the_rate_asks_for() -> None:
    time = Time()
    await ask_for(ReplaySite(thirty()), time, 4)
    assert time.waits == [0.5] * 5


async def test_chance_makes_the_distance_longer_and_never_shorter() -> None:
    time = Time()
    await ask_for(ReplaySite(thirty()), time, 2, rate=4.0, luck=1.0)
    assert time.waits == [0.3125] * 3


async def test_the_time_that_an_answer_took_counts() -> None:
    time, site = Time(), ReplaySite(thirty())
    site.before = lambda asked: time.clock.move(0.4)
    await ask_for(site, time, 2)
    assert time.waits == [0.1] * 3


async def test_a_clock_that_is_set_back_does_not_make_it_faster_or_wait_for_ever() -> None:
    time, site = Time(), ReplaySite(thirty())
    site.before = lambda asked: time.clock.move(-3600)
    await ask_for(site, time, 2)
    assert time.waits == [0.5] * 3


@pytest.mark.parametrize("status", [429, 503])
async def test_a_busy_site_is_left_alone_twice_as_long_each_time(status: int) -> None:
    time, site = Time(), ReplaySite([TRADE])
    site.faults[5] = [saying(Said(status=status))] * 3
    async with client(site, time) as docs:
        await docs.document(TRADE_ENTRY)
    assert time.waits == [0.5, 2, 4, 8]
    assert len(site.fetched) == 4


async def test_a_site_that_says_how_long_is_left_alone_that_long() -> None:
    time, site = Time(), ReplaySite([TRADE])
    until = (time.clock() + timedelta(seconds=90.5)).strftime("%a, %d %b %Y %H:%M:%S +0800")
    headers = [(("retry-after", text),) for text in ("30", "1", until, "soon")]
    site.faults[5] = [saying(Said(status=429, headers=header)) for header in headers]
    async with client(site, time) as docs:
        await docs.document(TRADE_ENTRY)
    assert time.waits == [0.5, 30, 4, 55.5, 16]


def test_a_site_that_stays_busy_ends_it() -> None:
    time, site = Time(), ReplaySite([TRADE])
    site.always[5] = saying(Said(status=503))
    fault = fault_of(lambda: document(site, time=time))
    assert fault.stops
    assert "503" in said(fault.reason)
    assert time.waits == [0.5, 2, 4, 8, 16, 32]


def test_a_site_that_asks_for_an_hour_ends_it_at_once() -> None:
    time, site = Time(), ReplaySite([TRADE])
    site.always[5] = saying(Said(status=429, headers=(("retry-after", "3600"),)))
    fault = fault_of(lambda: document(site, time=time))
    assert fault.stops
    assert "60 min" in said(fault.reason)
    assert time.waits == [0.5]


# What goes wrong


def stuffed(size: int) -> bytes:
    return answer({"name": "taobao.trade.get", "description": "x" * size})


BAD_DOCUMENTS: dict[str, tuple[Fault, str]] = {
    "a web page": (saying(Said(LOGIN_PAGE)), "web page"),
    "half of its JSON": (lambda asked: Said(answer(TRADE.data())[:-40]), "no whole JSON"),
    "no JSON": (saying(Said(b"null and void")), "no whole JSON"),
    "nothing": (saying(Said(b"")), "no whole JSON"),
    "bytes that are no text": (saying(Said(b'{"success": "\xff"}')), "no whole JSON"),
    "too deep": (saying(Said(b'{"data":' + b"[" * 200_000)), "no whole JSON"),
    "a list": (saying(Said(b"[]")), "another form"),
    "a refusal": (saying(refusal("文档不存在")), "文档不存在"),
    "a refusal without a word": (saying(Said(b'{"success": false}')), "refuses: -"),
    "success in words": (saying(Said(answer({"name": "taobao.trade.get"}, success="true"))), "refuses"),
    "no data": (saying(Said(answer(None))), "no document"),
    "empty data": (saying(Said(answer({}))), "no document"),
    "data that is a text": (saying(Said(answer("taobao.trade.get"))), "no document"),
    "another API": (lambda asked: Said(answer(Page(6, "taobao.item.get").data())), "taobao.item.get"),
    "another number": (lambda asked: Said(answer({**TRADE.data(), "docId": 6})), "docId 6"),
    "no name": (saying(Said(answer({"requestParams": []}))), "about -"),
    "too much": (lambda asked: Said(stuffed(MAX_ANSWER)), "larger than 16 MB"),
    "a bomb": (lambda asked: packed(stuffed(MAX_ANSWER)), "larger than 16 MB"),
    "another packing": (saying(Said(b"", headers=(("content-encoding", "br"),))), "packed as br"),
    "damaged packing": (saying(Said(b"no gzip", headers=(("content-encoding", "gzip"),))), "broke off"),
    "half a packing": (
        lambda asked: Said(gzip.compress(answer(TRADE.data()))[:-20], headers=(("content-encoding", "gzip"),)),
        "broke off",
    ),
    "not found": (saying(Said(status=404)), "404"),
    "a broken server": (saying(Said(status=500)), "500"),
    "silence": (failing(httpx.ReadTimeout("")), "no answer in time"),
    "a broken line": (failing(httpx.RemoteProtocolError("peer closed connection")), "broke off"),
}


@pytest.mark.parametrize("name", BAD_DOCUMENTS)
def test_a_bad_document_is_one_sentence_and_the_next_one_is_fetched(name: str) -> None:
    bad, words = BAD_DOCUMENTS[name]
    site = ReplaySite([TRADE, Page(6, "taobao.item.get")])
    site.always[5] = bad

    async def ask() -> SiteFault:
        async with client(site) as docs:
            with pytest.raises(SiteFault) as caught:
                await docs.document(TRADE_ENTRY)
            await docs.document(Entry(6, "taobao.item.get", "", "", ""))
        return caught.value

    fault = asyncio.run(ask())
    assert words in said(fault.reason)
    assert not fault.stops


@pytest.mark.parametrize("bad", [failing(httpx.ReadTimeout("")), saying(Said(status=502))])
def test_what_may_pass_is_tried_again(bad: Fault) -> None:
    time, site = Time(), ReplaySite([TRADE])
    site.faults[5] = [bad, bad]
    assert document(site, time=time)[1] == GMT_MODIFIED
    assert time.waits == [0.5, 2, 4]


def test_a_packed_document_is_unpacked() -> None:
    site = ReplaySite([TRADE])
    site.always[5] = lambda asked: packed(answer(TRADE.data()))
    assert document(site)[0] == answer(TRADE.data())


def test_a_document_just_below_the_limit_is_taken() -> None:
    site = ReplaySite([TRADE])
    site.always[5] = saying(Said(stuffed(MAX_ANSWER - MB)))
    assert len(document(site)[0]) > MAX_ANSWER - MB


PUZZLES = {
    "page": Said(b"<html><script>var x5secdata = 1; location = '/_____tmd_____/punish'</script></html>"),
    "words": Said(b'{"ret": ["FAIL_SYS_USER_VALIDATE", "RGV587_ERROR::SM"], "data": {"url": "https://x/punish"}}'),
}
ENDS: dict[str, tuple[Fault, str]] = {
    "a puzzle page": (saying(PUZZLES["page"]), "puzzle"),
    "a puzzle in JSON": (saying(PUZZLES["words"]), "puzzle"),
    "no network": (failing(httpx.ConnectError("All connection attempts failed")), "cannot be reached"),
    "no network in time": (failing(httpx.ConnectTimeout("")), "cannot be reached"),
    "a dead proxy": (failing(httpx.ProxyError("503")), "cannot be reached"),
}


@pytest.mark.parametrize("name", ENDS)
def test_this_ends_the_whole_run(name: str) -> None:
    bad, words = ENDS[name]
    site = ReplaySite([TRADE])
    site.always[5] = bad
    fault = fault_of(lambda: document(site))
    assert words in said(fault.reason)
    assert fault.stops


def test_a_certificate_that_is_wrong_ends_it_at_the_first_try() -> None:
    time, site = Time(), ReplaySite([TRADE])

    def refuse(asked: Asked) -> Said:
        try:
            raise ssl.SSLCertVerificationError("self-signed certificate")
        except ssl.SSLError as error:
            raise httpx.ConnectError(str(error)) from error

    site.token_fault = refuse
    fault = fault_of(lambda: document(site, time=time))
    assert fault.stops
    assert "self-signed" in said(fault.reason)
    assert (len(site.asked), time.waits) == (1, [])


def test_without_a_network_nobody_waits() -> None:
    time, site = Time(), ReplaySite([TRADE])
    site.token_fault = failing(httpx.ConnectError("Name or service not known"))
    assert "open.taobao.com cannot be reached" in said(fault_of(lambda: document(site, time=time)).reason)
    assert (len(site.asked), time.waits) == (1, [])


# The token


def test_a_token_that_expires_is_renewed_and_the_document_asked_for_again() -> None:
    site = ReplaySite(thirty())
    site.token_calls = 10
    asyncio.run(ask_for(site, Time(), 30))
    assert site.tokens == 3
    assert len(site.fetched) == 32
    assert len(set(site.fetched)) == 30


@pytest.mark.parametrize(
    ("bad", "words"),
    [
        (saying(refusal("页面已过期，请刷新页面")), "页面已过期"),
        (saying(Said(status=302, headers=(("location", "https://login.taobao.com/member"),))), "login.taobao.com"),
        (saying(Said(status=302, headers=(("location", "/login.htm"),))), "open.taobao.com"),
        (saying(Said(status=403)), "403"),
    ],
)
def test_a_document_that_no_token_opens_is_bad_and_a_second_one_ends_it(bad: Fault, words: str) -> None:
    site = ReplaySite(thirty())
    site.always = dict.fromkeys((101, 102, 103), bad)

    async def ask() -> list[SiteFault]:
        faults = []
        async with client(site) as docs:
            for entry in (await docs.directory())[:4]:
                try:
                    await docs.document(entry)
                except SiteFault as fault:
                    faults.append(fault)
        return faults

    site.pages = {number: site.pages[number] for number in (101, 102, 100, 103)}
    faults = asyncio.run(ask())
    assert [fault.stops for fault in faults] == [False, True, False]
    assert all(words in said(fault.reason) for fault in faults)
    # Once for the first one, and once more after a document came.
    assert site.tokens == 3
    assert all(asked.path in (TOKEN_PAGE, DIRECTORY, DOCUMENT) for asked in site.asked)


def test_the_token_page_may_send_on_within_the_site_only() -> None:
    site = ReplaySite([TRADE])
    hops = [Said(status=302, headers=(("location", "/docCenter?again=1"),))]

    def hop(asked: Asked) -> Said:
        site.token_fault = None if len(hops) == 1 else site.token_fault
        return hops.pop()

    site.token_fault = hop
    assert document(site)[1] == GMT_MODIFIED
    site.token_fault = saying(Said(status=302, headers=(("location", "https://evil.example/docCenter"),)))
    fault = fault_of(lambda: document(site))
    assert fault.stops
    assert "evil.example" in said(fault.reason)
    assert {asked.headers["host"] for asked in site.asked} == {"open.taobao.com"}


def test_a_site_that_sends_round_in_circles_is_given_up() -> None:
    site = ReplaySite([TRADE])
    site.token_fault = saying(Said(status=302, headers=(("location", "/docCenter"),)))
    assert "no token" in said(fault_of(lambda: document(site)).reason)
    assert len(site.asked) == 4


@pytest.mark.parametrize(
    "where", ["http://[", "//", "http://a b/", "\xff", "", "javascript:alert(1)", "https://x:99999"]
)
def test_a_place_that_is_none_is_a_fault_like_any_other(where: str) -> None:
    site = ReplaySite([TRADE])
    site.always[5] = saying(Said(status=302, headers=(("location", where),)))
    fault_of(lambda: document(site))
    site.token_fault = saying(Said(status=302, headers=(("location", where),)))
    fault_of(lambda: document(site))
    assert {asked.headers["host"] for asked in site.asked} == {"open.taobao.com"}


@pytest.mark.parametrize(
    "cookie", ["", "_tb_token_=", "_tb_token_=a b", "x_tb_token_=abc", "_tb_token_=a\u00e9", "_tb_token_=" + "a" * 200]
)
def test_a_token_that_is_none_is_not_used(cookie: str) -> None:
    site = ReplaySite([TRADE])
    site.token_fault = saying(Said(b"<html>", headers=(("set-cookie", cookie),)))
    assert "no token" in said(fault_of(lambda: document(site)).reason)


# The directory


def directory(body: bytes) -> tuple[Entry, ...]:
    site = ReplaySite()
    site.directory_fault = saying(Said(body))

    async def ask() -> tuple[Entry, ...]:
        async with client(site) as docs:
            return await docs.directory()

    return asyncio.run(ask())


def listed(*rows: object, name: object = "商品API,") -> bytes:
    return answer({"treeCategories": [{"catelogTrees": [{"id": 4, "name": name, "catelogList": list(rows)}]}]})


def test_rows_that_are_no_apis_are_passed_over_and_nothing_comes_twice() -> None:
    good = {"docId": 7, "name": "taobao.item.get", "subName": "<b>商品</b>\n详情"}
    found = directory(
        listed(
            None,
            "row",
            {"docId": 1},
            {"docId": "x", "name": "taobao.a"},
            {"docId": 2, "name": "\x1b[31mred"},
            {"docId": 3, "docType": 1, "name": "an article"},
            {"docId": True, "name": "taobao.b"},
            good,
            good,
            {**good, "docId": 8},
            {"docId": "9", "docType": "2", "name": "taobao.c", "gmtModified": GMT_MODIFIED},
        )
    )
    assert found == (
        Entry(7, "taobao.item.get", "商品 详情", "4", "商品API"),
        Entry(9, "taobao.c", "", "4", "商品API", GMT_MODIFIED),
    )


@pytest.mark.parametrize(
    "body", [listed(), answer({"treeCategories": None}), answer({"a": 1}), answer({}), LOGIN_PAGE, b"{", b"[]"]
)
def test_a_directory_without_apis_is_a_fault(body: bytes) -> None:
    said(fault_of(lambda: directory(body)).reason)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(
                "success data errMsg msg code ret name docId docType treeCategories catelogTrees catelogList id "
                "subName gmtModified".split()
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=30,
)


@given(JSON, st.booleans())
def test_whatever_it_answers_is_used_or_is_one_sentence(data: object, enveloped: bool) -> None:
    body = answer(data) if enveloped else json.dumps(data).encode()
    for read in (entries, partial(changed_at, TRADE_ENTRY)):
        try:
            read(body)
        except SiteFault as fault:
            said(fault.reason)


async def test_it_works_over_a_real_socket() -> None:
    site = ReplaySite(thirty())

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while head := (await reader.readuntil(b"\r\n\r\n")).decode():
            target = head.split(" ")[1]
            path, _mark, query = target.partition("?")
            lines = (line.partition(": ") for line in head.split("\r\n")[1:-2])
            headers = [(name.encode(), text.encode()) for name, _colon, text in lines]
            sent: list[dict[str, Any]] = []

            async def send(event: dict[str, Any], sent: list[dict[str, Any]] = sent) -> None:
                sent.append(event)

            async def receive() -> None:
                return None

            await site({"path": path, "query_string": query.encode(), "headers": headers}, receive, send)
            body = sent[1]["body"]
            lines_out = [b"%s: %s" % pair for pair in (*sent[0]["headers"], (b"content-length", b"%d" % len(body)))]
            writer.write(b"HTTP/1.1 %d OK\r\n%s\r\n\r\n%s" % (sent[0]["status"], b"\r\n".join(lines_out), body))
            await writer.drain()

    connections = 0

    async def count(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    server = await asyncio.start_server(count, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        time = Time()
        async with client(site, time, transport=None, root=f"http://127.0.0.1:{port}") as docs:
            found = await docs.directory()
            for entry in found[:5]:
                await docs.document(entry)
        assert (len(found), len(site.fetched), connections) == (30, 5, 1)


def test_where_nobody_listens_the_site_cannot_be_reached() -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        root = f"http://127.0.0.1:{server.getsockname()[1]}"

    async def ask() -> None:
        async with client(ReplaySite(), transport=None, root=root) as docs:
            await docs.directory()

    assert root.removeprefix("http://") in said(fault_of(lambda: asyncio.run(ask())).reason)
