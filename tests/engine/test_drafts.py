"""Drafts between runs: everything that was typed, except secrets, and nobody's data from production."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import quote

from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Language, Message
from topexplorer.core.taint import KnownSecrets
from topexplorer.engine.drafts import Drafts

SECRET = "canary/5ecret0f1e2d3c4b5a69788796"


def test_drafts_come_back_as_they_were(tmp_path: Path) -> None:
    draft = RequestDraft(
        "a.get", {"tid": "1", "memo": " 好 "}, {"image": "a.png"}, frozenset({"tid"}), "xml", True, "hmac"
    )
    Drafts(tmp_path / "drafts").keep({"a.get": draft, "b.get": RequestDraft("b.get")})
    assert Drafts(tmp_path / "drafts").load() == {"a.get": draft}
    (tmp_path / "drafts").write_text("{")
    assert Drafts(tmp_path / "drafts").load() == {}


def test_a_value_that_holds_a_secret_is_left_out_and_told_once(tmp_path: Path) -> None:
    told: list[Message] = []
    drafts = Drafts(tmp_path / "drafts", KnownSecrets([SECRET]), told.append)
    values = {"tid": "1", "memo": f"x{SECRET}", "url": quote(SECRET, ""), "session": "abc", SECRET: "x"}
    draft = RequestDraft("a.get", values, {"image": SECRET}, frozenset({"tid", SECRET}))
    for _ in range(2):
        drafts.keep({"a.get": draft, SECRET: RequestDraft(SECRET, {"a": "b"})})
    assert drafts.load() == {"a.get": RequestDraft("a.get", {"tid": "1"}, off=frozenset({"tid"}))}
    assert SECRET not in (tmp_path / "drafts").read_text()
    assert [message.values["name"] for message in told] == ["memo", "url", "******", "image"]
    assert "holds one of your secrets" in Language("en").render(told[0])


def test_of_production_nobody_is_kept(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path / "drafts")
    values = {"receiver_name": "张三", "memo": "电话 13812345678", "tid": "1"}
    both = {api: RequestDraft(api, values) for api in ("a.get", "b.get")}
    drafts.keep(both, {"a.get"})
    without = RequestDraft("a.get", {"tid": "1"}, left_out=frozenset({"receiver_name", "memo"}))
    assert drafts.load() == {"a.get": without, "b.get": both["b.get"]}
