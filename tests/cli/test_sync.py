"""`catalog sync` on the command line: what it announces, prints and ends with. No test waits or leaves this machine."""

from __future__ import annotations

import json

import httpx
import pytest

from tests.cli.conftest import Command
from tests.engine.docsite_replay import ReplaySite, Said, failing, part, refusal, saying, thirty
from tests.workbench import Clock
from topexplorer.cli import output
from topexplorer.cli import sync as verb


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The waits that were asked for."""
    asked: list[float] = []

    async def wait(seconds: float) -> None:
        asked.append(seconds)

    monkeypatch.setattr(verb, "sleep", wait)
    return asked


@pytest.fixture
def site(topexplorer: Command, waits: list[float]) -> ReplaySite:
    """The site that the command asks, with thirty APIs."""
    site = ReplaySite(thirty())
    topexplorer.transport = site.transport
    return site


def test_a_first_run_announces_downloads_and_lists_what_was_added(topexplorer: Command, site: ReplaySite) -> None:
    ran = topexplorer("catalog", "sync")
    assert ran.code == output.OK
    lines = ran.out.splitlines()
    assert len(lines) == 30
    assert lines[0].split() == ["added", "taobao.item.thing1.get", "商品查询1"]
    err = ran.err.splitlines()
    assert err[0] == "the directory lists 30 APIs; 30 of them are wanted"
    assert err[1] == "30 documents to download (30 new), about 17 s at 2 per second"
    assert err[-1] == "downloaded 30: 30 added, 0 changed, 0 gone, 0 back, 0 as before, 0 failed"
    shown = topexplorer("show", "taobao.item.thing10.get")
    assert shown.code == output.OK
    assert "商品查询10" in shown.out


def test_a_second_run_says_that_nothing_changed(topexplorer: Command, site: ReplaySite) -> None:
    topexplorer("catalog", "sync")
    site.asked.clear()
    ran = topexplorer("catalog", "sync")
    assert (ran.code, ran.out, site.fetched) == (output.OK, "", [])
    assert ran.err.splitlines()[-2:] == ["no document to download", "nothing changed (0 documents downloaded)"]
    assert "没有变化" in topexplorer("catalog", "sync", "--lang", "zh").err


def test_changes_are_one_line_each(topexplorer: Command, site: ReplaySite) -> None:
    topexplorer("catalog", "sync")
    del site.pages[100]
    site.pages[101].asked = [part(name) for name in ("fields", *"abcdefgh")]
    site.always[102] = saying(refusal("文档不存在"))
    ran = topexplorer("catalog", "sync", "--max-age", "0")
    assert [line.split(maxsplit=2) for line in ran.out.splitlines()] == [
        [
            "changed",
            "taobao.item.thing1.get",
            "is optional now: fields; takes one value now, was a list: fields; "
            "new optional parameter: a, b, c, d, e, f and 2 more",
        ],
        ["gone", "taobao.trade.thing0.get", "交易查询0"],
        ["failed", "taobao.tbk.thing2.get", "the site refuses: 文档不存在"],
    ]
    assert "1 changed, 1 gone, 0 back, 27 as before, 1 failed" in ran.err
    assert "retired" in ran.err
    assert ran.code == output.OK


def test_json_says_the_same(topexplorer: Command, site: ReplaySite) -> None:
    report = json.loads(topexplorer("catalog", "sync", "--json", "--limit", "29").out)
    assert (report["listed"], report["downloaded"], len(report["added"]), report["left"]) == (30, 29, 29, 1)
    del site.pages[100]
    site.pages[101].asked = []
    site.always[119] = saying(Said(b"<html>"))
    ran = topexplorer("catalog", "sync", "--json", "--max-age", "0", "--package", "38", "--package", "trade")
    report = json.loads(ran.out)
    assert report["gone"] == ["taobao.trade.thing0.get"]
    assert report["failed"] == []
    ran = topexplorer("catalog", "sync", "--json", "--max-age", "0")
    report = json.loads(ran.out)
    (change,) = report["changed"]
    assert change["api"] == "taobao.item.thing1.get"
    assert [(row["kind"], row["where"]) for row in change["breaking"]] == [("param.gone", "fields")]
    assert change["compatible"] == []
    assert report["failed"] == [
        {"method": "taobao.item.thing19.get", "doc_id": 119, "reason": "the answer is a web page, not a document"}
    ]
    assert (report["stopped"], report["dry_run"], report["site"]) == (None, False, "https://open.taobao.com")


def test_a_dry_run_lists_and_keeps_nothing(topexplorer: Command, site: ReplaySite) -> None:
    ran = topexplorer("catalog", "sync", "--dry-run", "--package", "商品", "--limit", "2")
    assert [line.split() for line in ran.out.splitlines()] == [
        ["new", "taobao.item.thing1.get", "商品查询1"],
        ["new", "taobao.item.thing4.get", "商品查询4"],
    ]
    assert "8 more are left for the next run" in ran.err
    assert site.fetched == []
    assert not topexplorer.paths.data.exists()
    plan = json.loads(topexplorer("catalog", "sync", "--dry-run", "--json", "--package", "商品", "--limit", "1").out)
    assert plan["wanted"] == [{"method": "taobao.item.thing1.get", "doc_id": 101, "reason": "new"}]
    assert (plan["dry_run"], plan["chosen"], plan["left"]) == (True, 10, 9)


def test_the_rate_is_kept(topexplorer: Command, site: ReplaySite, waits: list[float]) -> None:
    topexplorer("catalog", "sync", "--rate", "0.5")
    assert len(waits) == 31
    assert all(2.0 <= seconds <= 2.5 for seconds in waits)
    assert len(set(waits)) > 20


def test_a_stop_names_the_reason_and_what_to_do(topexplorer: Command, site: ReplaySite) -> None:
    site.always[103] = saying(Said(b'{"ret": ["RGV587_ERROR"]}'))
    ran = topexplorer("catalog", "sync")
    assert ran.code == output.PLATFORM
    assert len(ran.out.splitlines()) == 1
    assert "29 documents are still to be downloaded" in ran.err
    assert "error: the site wants to see a person" in ran.err.splitlines()[-1]
    assert ran.err.rstrip().endswith("goes on from there")


def test_without_a_network_it_is_one_sentence(topexplorer: Command, site: ReplaySite, waits: list[float]) -> None:
    site.token_fault = failing(httpx.ConnectError("Name or service not known"))
    ran = topexplorer("catalog", "sync")
    assert (ran.code, ran.out, waits) == (output.PLATFORM, "", [])
    assert ran.err.startswith("error: open.taobao.com cannot be reached (Name or service not known)")
    assert len(ran.err.splitlines()) == 1


def test_an_interruption_keeps_what_came(topexplorer: Command, site: ReplaySite) -> None:
    def interrupt(asked: object) -> None:
        if len(site.fetched) == 4:
            raise KeyboardInterrupt

    site.before = interrupt
    ran = topexplorer("catalog", "sync")
    assert (ran.code, ran.out) == (output.INTERRUPTED, "")
    assert "interrupted after 3 documents" in ran.err
    site.before = lambda asked: None
    site.asked.clear()
    assert len(topexplorer("catalog", "sync").out.splitlines()) == 30
    assert len(site.fetched) == 27


def test_on_a_terminal_a_line_shows_how_far_it_is(topexplorer: Command, site: ReplaySite) -> None:
    topexplorer.terminal = True
    ran = topexplorer("catalog", "sync")
    assert "\r0 of 30 documents · 1.8/s · 17 s left" in ran.err
    assert "\r29 of 30 documents" in ran.err
    assert ran.err.splitlines()[-1].endswith("0 failed")


def test_without_a_terminal_a_plain_line_comes_once_a_minute(topexplorer: Command, site: ReplaySite) -> None:
    def move(asked: object) -> None:
        clock = topexplorer.bench.clock
        assert isinstance(clock, Clock)
        clock.move(10)

    site.before = move
    told = [line for line in topexplorer("catalog", "sync").err.splitlines() if " of 30 documents" in line]
    assert told == [
        "6 of 30 documents · 0.1/s · 4 min left",
        "12 of 30 documents · 0.1/s · 3 min left",
        "18 of 30 documents · 0.1/s · 2 min left",
        "24 of 30 documents · 0.1/s · 60 s left",
        "30 of 30 documents · 0.1/s · 0 s left",
    ]
    for option, count in (("--verbose", 5), ("--quiet", 0)):
        for page in site.pages.values():
            page.title += "二"
        again = topexplorer("catalog", "sync", option).err
        assert again.count(" of 30 documents") == count
        assert "\r" not in again


@pytest.mark.parametrize(
    ("option", "text"),
    [
        ("--rate", "0"),
        ("--rate", "11"),
        ("--rate", "nan"),
        ("--rate", "fast"),
        ("--max-age", "-1"),
        ("--max-age", "inf"),
        ("--limit", "0"),
        ("--limit", "1.5"),
        ("--site", "http://open.taobao.com"),
    ],
)
def test_an_option_that_makes_no_sense_is_refused(
    topexplorer: Command, site: ReplaySite, option: str, text: str
) -> None:
    ran = topexplorer("catalog", "sync", option, text)
    assert ran.code == output.USAGE
    assert text in ran.err
    assert site.asked == []


def test_a_category_that_is_not_there_is_said(topexplorer: Command, site: ReplaySite) -> None:
    ran = topexplorer("catalog", "sync", "--package", "nothing")
    assert ran.code == output.USAGE
    assert "the directory has no category nothing" in ran.err


def test_another_site_is_asked_when_it_is_named(topexplorer: Command, site: ReplaySite) -> None:
    topexplorer("catalog", "sync", "--limit", "1", "--site", "https://docs.example/")
    assert {asked.headers["host"] for asked in site.asked} == {"docs.example"}


def test_no_other_verb_asks_the_site(topexplorer: Command, site: ReplaySite) -> None:
    topexplorer("catalog", "sync", "--help")
    topexplorer("list", "trade")
    topexplorer("show", "time.get")
    assert site.asked == []


def test_keys_never_go_to_the_site(topexplorer: Command, site: ReplaySite, canary: dict[str, str]) -> None:
    topexplorer.environ |= {f"TOPEXPLORER_PROD_{name}": text for name, text in canary.items()}
    topexplorer("catalog", "sync", "--env", "prod", "--limit", "3")
    sent = repr(site.asked)
    assert not any(text in sent for text in canary.values())
