"""What goes wrong on purpose: the text of the rules, when they strike, and what then comes over the wire."""

from __future__ import annotations

import asyncio
import json
import re
from datetime import timedelta
from pathlib import Path
from xml.etree import ElementTree

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.sandbox.faulty import API, Sufferer, asked, head_of, served
from tests.sandbox.wire import TRADE
from topexplorer.core.language import Language
from topexplorer.sandbox.faultrules import RuleError, rule_from, rules_from
from topexplorer.sandbox.faults import PRESETS, Faults
from topexplorer.sandbox.faultwords import FOREVER, WORDS
from topexplorer.sandbox.visitors import LogRow

UNAVAILABLE = "isp.top-remote-service-unavailable"
REMARK = "taobao.trade.memo.update"

# The text of a rule


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("taobao.trade.*: latency=300ms±100", {"methods": "taobao.trade.*", "latency": 0.3, "jitter": 0.1}),
        ("*: latency=1.5s+-20ms", {"latency": 1.5, "jitter": 0.02}),
        ("*: timeout", {"timeout": FOREVER}),
        ("*: timeout=5s times=2 after=3", {"timeout": 5.0, "times": 2, "after": 3}),
        ("*: code=15 sub_code=isp.x rate=10%", {"code": 15, "sub_code": "isp.x", "rate": 0.1}),
        ('*: code=15 sub_msg="宝贝 不存在"', {"sub_msg": "宝贝 不存在"}),
        ("*: sub_code=isv.missing-parameter:tid", {"sub_code": "isv.missing-parameter:tid"}),
        ("*：status=502", {"methods": "*", "status": 502}),
        ("a.?: body=truncated", {"methods": "a.?", "body": "truncated"}),
        ("*: body=50MB", {"size": 50_000_000}),
        ("*: body=2KiB", {"size": 2048}),
        ("*: drop=half", {"drop": "half"}),
        ("*: drip=1kB/s", {"drip": 1000.0}),
        ("*: gzip=lie", {"gzip": "lie"}),
        ("*: ban=2m kind=api", {"ban": 120.0, "kind": "api"}),
        ("*: ban=midnight kind=app", {"ban": 0.0, "kind": "app"}),
        ("*: clock=+15m", {"skew": timedelta(minutes=15)}),
        ("*: clock=-2h", {"skew": timedelta(hours=-2)}),
        ("*: off", {"off": True}),
    ],
)
def test_a_rule_says_what_it_says(text: str, fields: dict[str, object]) -> None:
    rule = rule_from(text)
    assert {name: getattr(rule, name) for name in fields} == fields
    assert rule_from(rule.text) == rule


@pytest.mark.parametrize(
    ("text", "column", "key"),
    [
        ("", 1, "fault.methods"),
        ("latency=300ms", 1, "fault.methods"),
        ("  a b: off", 3, "fault.methods"),
        ("*: latncy=300ms", 4, "fault.unknown"),
        ("*: status=502 latncy=300ms", 15, "fault.unknown"),
        ("*: latency", 4, "fault.no_value"),
        ("*: latency=", 4, "fault.no_value"),
        ("*: latency=300", 4, "fault.time"),
        ("*: latency=11m", 4, "fault.time"),
        ("*: latency=9s latency=9s", 15, "fault.twice"),
        ("*: rate=10%", 12, "fault.no_effect"),
        ("*:", 3, "fault.no_effect"),
        ("*: status=200", 4, "fault.number"),
        ("*: status=٥٠٢", 4, "fault.number"),
        ("*: body=fifty", 4, "fault.choice"),
        ("*: body=50", 4, "fault.size"),
        ("*: drip=1kB", 4, "fault.size"),
        ("*: code=15 rate=101%", 12, "fault.rate"),
        ("*: code=15 rate=0.1", 12, "fault.rate"),
        ("*: latency=1s kind=api", 15, "fault.kind"),
        ("a.b: clock=+1m", 6, "fault.clock"),
        ("*: clock=+1m rate=3%", 14, "fault.alone"),
        ("*: ban=3s status=502", 11, "fault.alone"),
        ("*: off status=502", 8, "fault.alone"),
        ('*: sub_msg="two words', 4, "fault.quotes"),
        ("*: status=502 " + "x" * 500, 1, "fault.too_long"),
    ],
)
@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_what_cannot_be_read_is_one_sentence_with_its_place(text: str, column: int, key: str, language: str) -> None:
    with pytest.raises(RuleError) as raised:
        rule_from(text)
    assert (raised.value.column, raised.value.reason.key) == (column, key)
    sentence = Language(language).render(raised.value.message)
    assert str(column) in sentence
    assert "\n" not in sentence
    assert "{" not in sentence


@given(st.text(max_size=80))
def test_no_text_does_more_than_be_read_or_be_refused(text: str) -> None:
    for start in ("", "*: ", "*: status=502 "):
        column, text_again = 1, ""
        try:
            rule = rule_from(start + text)
            text_again = rule.text
        except RuleError as error:
            column = error.column
        assert 1 <= column <= len(start + text) + 1
        assert not text_again or rule_from(text_again).text == text_again


def test_a_file_holds_a_rule_a_line_and_comments_and_a_mistake_has_its_line() -> None:
    good = "# slow\n\n*: latency=1s\n  a.b: off\n"
    assert [rule.text for rule in rules_from(good, "rules.txt")] == ["*: latency=1s", "a.b: off"]
    with pytest.raises(RuleError) as raised:
        rules_from(good + "*: lag=1s\n", "rules.txt")
    assert Language("en").render(raised.value.message).startswith("rules.txt, line 5, column 4: there is no fault lag")


def test_every_word_of_a_rule_stands_in_the_documentation() -> None:
    import topexplorer.sandbox.faultrules

    told = topexplorer.sandbox.faultrules.__doc__ or ""
    assert [word for word in WORDS if word not in told] == []
    for word in WORDS.values():
        example = f"*: {word.example}" + (
            "" if word.example.split("=")[0] not in ("kind", "rate", "after", "times") else " ban=1s"
        )
        assert rule_from(example).methods == "*"


# When a rule strikes


def test_a_rule_is_for_the_methods_it_names() -> None:
    outsider = Sufferer("taobao.time.*: code=15 sub_code=isp.x")
    assert outsider.code() == 15
    assert outsider.code("taobao.shop.seller.get", fields="sid") == 0


def test_the_lower_rule_counts_and_off_takes_the_upper_ones_back() -> None:
    outsider = Sufferer("*: code=15 sub_code=isp.a", "*: code=10")
    assert outsider.code() == 10
    outsider.sandbox.faults.add("taobao.time.get: off")
    assert outsider.code() == 0
    assert outsider.code("taobao.shop.seller.get", fields="sid") == 10
    outsider.sandbox.faults.add("taobao.time.get: code=11")
    assert outsider.code() == 11


def outcomes(*rules: str, calls: int = 200, seed: int = 7) -> list[int]:
    outsider = Sufferer(*rules, seed=seed)
    return [outsider.code() for _call in range(calls)]


def test_a_rate_strikes_that_share_of_the_calls_and_the_same_ones_every_time() -> None:
    rule = f"*: code=15 sub_code={UNAVAILABLE} rate=10%"
    first = outcomes(rule)
    assert outcomes(rule) == first
    assert outcomes(rule, seed=8) != first
    assert 10 <= first.count(15) <= 30
    assert set(first) == {0, 15}


def test_another_rule_does_not_change_which_calls_a_rate_strikes() -> None:
    rule = "*: code=15 rate=30%"
    assert outcomes("*: latency=1s rate=50%", rule, calls=50) == outcomes(rule, calls=50)


def test_a_rule_can_wait_some_calls_and_end_after_some() -> None:
    assert outcomes("*: code=10 after=2 times=3", calls=8) == [0, 0, 10, 10, 10, 0, 0, 0]


def test_rules_are_listed_and_removed_while_it_runs() -> None:
    outsider = Sufferer("*: code=10", "taobao.shop.*: code=11")
    faults = outsider.sandbox.faults
    outsider.code()
    assert [(rule.number, rule.text, rule.calls, rule.applied) for rule in faults.rules] == [
        (1, "*: code=10", 1, 1),
        (2, "taobao.shop.*: code=11", 0, 0),
    ]
    assert faults.remove(1)
    assert not faults.remove(1)
    assert outsider.code() == 0
    assert faults.add("*: code=12").number == 3
    faults.clear()
    assert (faults.rules, outsider.code()) == ((), 0)


def test_reset_lets_a_rule_begin_again() -> None:
    outsider = Sufferer("*: code=10 times=1")
    assert [outsider.code(), outsider.code()] == [10, 0]
    assert outsider.sandbox.faults.rules[0].spent
    outsider.sandbox.reset()
    assert [outsider.code(), outsider.code()] == [10, 0]


# Errors in the platform's name


def test_an_error_is_the_platforms_own_in_both_formats() -> None:
    outsider = Sufferer(f'*: code=15 sub_code={UNAVAILABLE} sub_msg="服务 暂不可用"')
    said = outsider.refusal(API)
    assert said.pop("request_id")
    assert said == {
        "code": 15,
        "msg": "Remote service error",
        "sub_code": UNAVAILABLE,
        "sub_msg": "服务 暂不可用",
    }
    root = ElementTree.fromstring(outsider.post(outsider.signed(outsider.system(API, format="xml"))).content)
    assert (root.tag, root.findtext("code"), root.findtext("sub_code")) == ("error_response", "15", UNAVAILABLE)


def test_a_refused_write_has_no_effect_and_a_lost_answer_has_one() -> None:
    outsider = Sufferer(f"{REMARK}: code=15 sub_code=isp.x times=1", f"{REMARK}: drop=half after=1")

    def memo() -> str:
        trade = outsider.answer("taobao.trade.fullinfo.get", fields="seller_memo", tid=TRADE)["trade"]
        return str(trade.get("seller_memo", ""))

    before = memo()
    assert outsider.code(REMARK, tid=TRADE, memo="再来一次") == 15
    assert memo() == before
    with pytest.raises(httpx.RemoteProtocolError):
        outsider.ask(REMARK, tid=TRADE, memo="再来一次")
    assert memo() == "再来一次"


def test_a_wrong_call_gets_its_own_refusal_and_does_not_use_a_rule_up() -> None:
    outsider = Sufferer("*: code=15 sub_code=isp.x times=1")
    outsider.post({**outsider.system(API), "sign": "0" * 32})
    assert outsider.sandbox.log[-1].code == 25
    assert outsider.code() == 15


# On the way out


def test_latency_waits_with_a_jitter_that_is_the_same_every_time() -> None:
    def waits() -> list[float]:
        outsider = Sufferer("*: latency=300ms±100")
        assert [outsider.code() for _call in range(30)] == [0] * 30
        return outsider.waits

    first = waits()
    assert waits() == first
    assert all(0.2 <= wait <= 0.4 for wait in first)
    assert max(first) - min(first) > 0.1


def test_a_status_comes_with_a_page_of_the_load_balancer() -> None:
    outsider = Sufferer("*: status=502")
    answer = outsider.post(outsider.signed(outsider.system(API)))
    assert answer.status_code == 502
    assert answer.headers["content-type"].startswith("text/html")
    assert "502 Bad Gateway" in answer.text


def test_a_body_can_be_half_a_document_a_web_page_or_nothing() -> None:
    whole = Sufferer().send(body=Sufferer().form()).content
    bodies = {}
    for kind in ("truncated", "notjson", "empty"):
        outsider = Sufferer(f"*: body={kind}")
        answer = outsider.send(body=outsider.form())
        assert answer.status_code == 200
        bodies[kind] = answer.content
    assert bodies["truncated"] == whole[: len(whole) // 2]
    assert bodies["notjson"].startswith(b"<!DOCTYPE html>")
    assert bodies["empty"] == b""


def test_gzip_that_lies_cannot_be_decoded() -> None:
    outsider = Sufferer("*: gzip=lie")
    with pytest.raises(httpx.DecodingError):
        outsider.post(outsider.signed(outsider.system(API)))


@pytest.mark.parametrize(("rule", "least"), [("*: drop=half", 1), ("*: drop=head", 0)])
def test_a_connection_that_drops_in_mid_body_has_sent_less_than_it_announced(rule: str, least: int) -> None:
    outsider = Sufferer(rule)

    async def received() -> tuple[int, bytes]:
        async with served(outsider.sandbox) as port:
            reader, writer = await asked(port, outsider.form())
            head = await head_of(reader)
            body = await reader.read()
            writer.close()
            return int(head["content-length"]), body

    announced, body = asyncio.run(received())
    assert least <= len(body) <= announced // 2


async def over_a_socket(outsider: Sufferer) -> tuple[dict[str, str], int, bytes]:
    """The headers of one answer, how many bytes of a body came, and the first of them."""
    async with served(outsider.sandbox) as port:
        reader, writer = await asked(port, outsider.form())
        head = await head_of(reader)
        size, first = 0, b""
        while size < int(head["content-length"]) and (piece := await reader.read(65536)):
            size, first = size + len(piece), first or piece
        writer.close()
        return head, size, first


@pytest.mark.parametrize(
    ("rule", "status", "encoding", "size", "begins"),
    [
        ("*: body=truncated", "200", None, None, b'{"time_get_response"'),
        ("*: gzip=lie", "200", "gzip", None, b'{"time_get_response"'),
        ("*: status=503", "503", None, None, b"<!DOCTYPE html>"),
        ("*: drip=300B/s", "200", None, None, b'{"time_get_response"'),
        ("*: body=50MB", "200", None, 50_000_000, b'{"time_get_response"'),
    ],
)
def test_a_real_socket_carries_what_the_rule_says(
    rule: str, status: str, encoding: str | None, size: int | None, begins: bytes
) -> None:
    head, received, first = asyncio.run(over_a_socket(Sufferer(rule)))
    assert (head[""], head.get("content-encoding")) == (status, encoding)
    assert received == (size or int(head["content-length"])) == int(head["content-length"])
    assert first.startswith(begins[: len(first)])


def test_a_body_that_trickles_ends_when_the_caller_hangs_up() -> None:
    outsider = Sufferer("*: drip=1B/s", sleeps=True)
    left = asyncio.Event()
    outsider.sandbox.watch = lambda row: left.set() if row.left else None

    async def story() -> None:
        async with served(outsider.sandbox) as port:
            reader, writer = await asked(port, outsider.form())
            await head_of(reader)
            writer.close()
            await left.wait()

    asyncio.run(asyncio.wait_for(story(), 30))


def test_a_body_that_trickles_takes_its_size_over_its_rate() -> None:
    outsider = Sufferer("*: drip=100B/s")
    answer = outsider.send(body=outsider.form())
    assert json.loads(answer.content)["time_get_response"]
    assert sum(outsider.waits) == pytest.approx(len(answer.content) / 100)
    assert max(outsider.waits) <= 0.11


@pytest.mark.parametrize("form", ["json", "xml"])
@pytest.mark.parametrize("simplify", ["true", "false"])
def test_a_large_answer_is_a_right_document_of_exactly_that_size(form: str, simplify: str) -> None:
    outsider = Sufferer("*: body=1MB")
    answer = outsider.send(body=outsider.form(format=form, simplify=simplify))
    assert len(answer.content) == 1_000_000
    assert int(answer.headers["content-length"]) == 1_000_000
    if form == "json":
        document = json.loads(answer.content)
        assert (document if simplify == "true" else document["time_get_response"])["time"]
    else:
        assert ElementTree.fromstring(answer.content).findtext("time")


def test_fifty_megabytes_are_never_held_as_a_whole() -> None:
    outsider = Sufferer("*: body=50MB")
    sizes = []

    async def read() -> None:
        request = httpx.Request("POST", "http://x.invalid/router/rest", content=outsider.form())
        response = await outsider.transport.handle_async_request(request)
        async for piece in response.aiter_raw():
            sizes.append(len(piece))

    asyncio.run(read())
    assert sum(sizes) == 50_000_000
    assert max(sizes) <= 65536


def test_a_time_out_is_silence_until_the_caller_hangs_up_and_holds_up_nobody_else() -> None:
    outsider = Sufferer("taobao.time.get: timeout", sleeps=True)
    left = asyncio.Event()
    outsider.sandbox.watch = lambda row: left.set() if row.method == API else None

    async def story() -> bytes:
        async with served(outsider.sandbox) as port:
            _silent, silent_writer = await asked(port, outsider.form())
            other = "taobao.shop.seller.get"
            reader, writer = await asked(port, outsider.form(other, fields="sid"))
            head = await head_of(reader)
            body = await reader.readexactly(int(head["content-length"]))
            writer.close()
            row = next(row for row in outsider.sandbox.log if row.method == API)
            assert row.seconds is None
            silent_writer.close()
            await left.wait()
            assert row.left
            return body

    assert b"shop_seller_get_response" in asyncio.run(asyncio.wait_for(story(), 30))


def test_a_time_out_with_an_end_is_http_504() -> None:
    outsider = Sufferer("*: timeout=5s")
    assert outsider.post(outsider.signed(outsider.system(API))).status_code == 504
    assert outsider.waits == [5.0]


def test_a_clock_that_is_off_refuses_the_right_time_and_takes_its_own() -> None:
    outsider = Sufferer("*: clock=+15m")
    assert outsider.code() == 31
    outsider.sandbox.faults.add("*: off")
    assert outsider.code() == 0
    outsider.sandbox.faults.add("*: clock=-11m")
    assert outsider.code() == 31
    outsider.sandbox.faults.set_clock(timedelta(minutes=9))
    assert outsider.answer(API)["time"] == "2026-11-21 12:09:00"


# The log


def test_the_log_has_the_duration_the_fault_and_who_left() -> None:
    outsider = Sufferer("*: code=15 sub_code=isp.x rate=100%", "*: latency=2s")
    outsider.code()
    row = outsider.sandbox.log[-1]
    assert row.faults == ("*: code=15 sub_code=isp.x rate=100%", "*: latency=2s")
    assert (row.code, row.sub_code, row.seconds, row.left) == (15, "isp.x", 0, False)
    assert Language("en").render(row.reason) == "The back end said no: isp.x "
    outsider.sandbox.faults.clear()
    outsider.code()
    assert outsider.sandbox.log[-1].faults == ()
    assert outsider.sandbox.log.codes == {15: 1, 0: 1}


def test_in_a_batch_only_the_call_that_a_rule_names_is_refused() -> None:
    outsider = Sufferer("taobao.time.get: code=10", "*: latency=1s")
    body = "method=taobao.time.get\r\n-S-\r\nmethod=taobao.shop.seller.get&fields=sid"
    query = outsider.signed({k: v for k, v in outsider.system("").items() if k != "method"}, body)
    url = "http://gateway.invalid/router/batch"
    answer = outsider.send(query=query.items(), body=body.encode(), headers={"Content-Type": "text/plain"}, url=url)
    assert answer.status_code == 200
    assert [(row.code, row.faults) for row in outsider.sandbox.log] == [
        (10, ("taobao.time.get: code=10", "*: latency=1s")),
        (0, ("*: latency=1s",)),
    ]
    assert outsider.waits == [1.0]


def test_whoever_watches_is_told_when_an_answer_is_out() -> None:
    outsider = Sufferer()
    seen: list[LogRow] = []
    outsider.sandbox.watch = seen.append
    outsider.code()
    assert seen == [outsider.sandbox.log[-1]]


# Presets


def test_there_is_a_preset_for_every_kind_of_fault_with_words_in_both_languages() -> None:
    faults = Faults()
    for preset in PRESETS:
        faults.add(preset.rule)
        for language in map(Language, ("en", "zh_CN")):
            assert language.has(preset.title)
            assert language.has(preset.explanation)
    kinds = {name for preset in PRESETS for name in (word.split("=")[0] for word in preset.rule.split()[1:])}
    assert kinds >= set(WORDS) - {"msg", "quota", "off", "after", "times"}


def test_the_rules_in_the_documentation_can_be_read() -> None:
    source = Path(__file__).parents[2] / "topexplorer" / "sandbox" / "faultrules.py"
    told = source.read_text(encoding="utf-8").split('"""')[1]
    examples = [line.strip() for line in told.splitlines() if re.match(r"    \S+: ", line)]
    assert len(examples) == 4
    assert [rule_from(example).text for example in examples] == examples
