"""What is remembered about sellers between runs, and that no secret is among it."""

from __future__ import annotations

from pathlib import Path

from topexplorer.core.taint import KnownSecrets
from topexplorer.engine.sellerchoices import SellerChoices


def test_a_nick_or_an_address_with_a_secret_in_it_is_never_written(tmp_path: Path) -> None:
    file, known = tmp_path / "sellers.json", KnownSecrets(["SECcanary+/="])
    choices = SellerChoices(file, known)
    choices.remember("sellers", "dev", "SECcanary+/=")
    assert not file.exists()
    choices.remember("sellers", "dev", "商家")
    choices.remember("callbacks", "dev", "http://127.0.0.1:1/?x=SECcanary%2B%2F%3D")
    assert "SECcanary" not in file.read_text("utf-8")
    known.learn(["later-secret"])
    choices.remember("sellers", "dev", "later-secret")
    assert choices.get("sellers", "dev") == "", "the one before is not taken for her"
    assert SellerChoices(file, known).get("sellers", "dev") == ""
    assert "later-secret" not in file.read_text("utf-8")


def test_what_another_process_remembered_meanwhile_stays(tmp_path: Path) -> None:
    file = tmp_path / "state" / "sellers.json"
    mine, theirs = SellerChoices(file, KnownSecrets()), SellerChoices(file, KnownSecrets())
    assert mine.get("sellers", "dev") == theirs.get("sellers", "dev") == ""
    theirs.remember("sellers", "other", "数码优选")
    theirs.remember("callbacks", "dev", "http://127.0.0.1:1/")
    mine.remember("sellers", "dev", "童装小铺")
    theirs.remember("sellers", "dev", "")
    after = SellerChoices(file, KnownSecrets())
    kept = [after.get("sellers", name) for name in ("dev", "other")]
    assert (kept, after.get("callbacks", "dev")) == (["", "数码优选"], "http://127.0.0.1:1/")
