"""`login`, `logout`, `sellers` and `--seller`: from a consent to a call, with codes and sessions on no stream."""

from __future__ import annotations

import json
from pathlib import Path
from urllib.parse import parse_qsl

import httpx
import pytest

from tests.cli.conftest import CANARY, Command, GiveStdin
from tests.engine.consents import CODE, OTHER, SELLER, TOKEN, streamed
from topexplorer.cli import output

PASSPHRASE = b"correct horse battery\n"
ASK = ("call", "taobao.user.seller.get", "fields=nick")


@pytest.fixture
def dev(topexplorer: Command) -> Command:
    """dev with an app's keys in variables, at a platform that trades every code."""

    def reply(request: httpx.Request) -> httpx.Response:
        form = dict(parse_qsl(request.content.decode()))
        if form.get("code") == CODE:
            return httpx.Response(200, json=TOKEN)
        return httpx.Response(400, json={"error": "invalid_client", "error_description": "authorize code x invalidate"})

    topexplorer.environ |= {"TOPEXPLORER_DEV_APP_KEY": "23456789", "TOPEXPLORER_DEV_APP_SECRET": CANARY}
    topexplorer.transport = httpx.MockTransport(streamed(reply))
    return topexplorer


def test_a_seller_of_the_sandbox_signs_in_and_is_used_by_name_or_by_choice(topexplorer: Command) -> None:
    signed_in = topexplorer("login", "--seller", OTHER, "--json")
    assert signed_in.code == output.OK
    said = json.loads(signed_in.out)
    assert (said["seller"], said["in_use"], said["can_refresh"]) == (OTHER, True, True)
    assert said["seconds_left"]["w2"] == 1800
    assert "forgets" in signed_in.err
    assert "30:00" in topexplorer("login", "--seller", OTHER).out
    assert SELLER in topexplorer(*ASK).out
    assert OTHER in topexplorer(*ASK, "--seller", OTHER).out
    assert topexplorer("sellers", "use", OTHER).code == output.OK
    assert OTHER in topexplorer(*ASK).out
    rows = topexplorer("sellers", "list").out.splitlines()
    assert [row[0] for row in rows] == [" ", " ", "*", " "]
    assert "never ends" in rows[1]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("login", "--seller", "nobody"), output.USAGE, "no seller nobody"),
        (("login", "--paste"), output.USAGE, "ends with this command"),
        (("login", "--callback", "https://x.example/"), output.USAGE, "--callback goes with --paste"),
        (("login", "SECRETCODE"), output.USAGE, "never an argument"),
        (("logout", OTHER), output.USAGE, "begins anew"),
        (("sellers", "use", "nobody"), output.SESSION, "no session of nobody"),
        (("sellers", "use", OTHER, "--env", "prod"), output.USAGE, "--seller NICK"),
        (("sellers", "refresh"), output.SESSION, "without a refresh token"),
        ((*ASK, "--seller", "nobody", "--anyway"), output.SESSION, "no session of nobody"),
    ],
)
def test_what_cannot_be_done_is_one_sentence(
    topexplorer: Command, words: tuple[str, ...], code: int, says: str
) -> None:
    ran = topexplorer(*words)
    assert (ran.code, says in ran.err) == (code, True), ran.err
    assert "SECRETCODE" not in ran.err


def test_a_pasted_code_becomes_a_session_in_the_vault_that_is_listed_and_signed_out(
    dev: Command, give_stdin: GiveStdin
) -> None:
    give_stdin(PASSPHRASE + CODE.encode())
    kept = dev("login", "--paste", "--env", "dev", "--passphrase-stdin", "--json")
    assert kept.code == output.OK, kept.err
    assert "https://oauth.taobao.com/authorize?" in kept.err
    assert json.loads(kept.out)["app_key"] == "23456789"
    give_stdin(PASSPHRASE)
    listed = dev("sellers", "list", "--env", "dev", "--passphrase-stdin")
    assert "dead for r2, w2" in listed.out
    give_stdin(PASSPHRASE + b"wrongcodewrongcode")
    refused = dev("login", "--paste", "--env", "dev", "--passphrase-stdin")
    assert (refused.code, "works once" in refused.err) == (output.SESSION, True)
    dev.environ["TOPEXPLORER_DEV_SESSION"] = TOKEN["access_token"][::-1]
    give_stdin(PASSPHRASE)
    shadowed = dev("sellers", "list", "--env", "dev", "--passphrase-stdin")
    assert "TOPEXPLORER_DEV_SESSION" in shadowed.err
    give_stdin(PASSPHRASE)
    assert dev("logout", SELLER, "--env", "dev", "--passphrase-stdin").code == output.OK
    give_stdin(PASSPHRASE)
    assert SELLER not in dev("sellers", "list", "--env", "dev", "--passphrase-stdin").out
    for ran in (kept, listed, refused, shadowed):
        for secret in (CODE, CANARY, TOKEN["access_token"], TOKEN["refresh_token"], "wrongcode"):
            assert str(secret).encode() not in ran.stdout + ran.stderr


def test_a_seller_s_name_from_outside_stays_on_one_line_and_an_empty_one_is_said(
    dev: Command, give_stdin: GiveStdin, monkeypatch: pytest.MonkeyPatch
) -> None:
    for nick, shown in (("a%1b%5B31mred%0aline2", "a␛[31mred␊line2"), ("", "(pasted without a nick)")):
        monkeypatch.setitem(TOKEN, "taobao_user_nick", nick)
        monkeypatch.setitem(TOKEN, "taobao_user_id", "")
        give_stdin(PASSPHRASE + b"\xef\xbb\xbf" + CODE.encode())
        ran = dev("login", "--paste", "--env", "dev", "--passphrase-stdin")
        assert ran.out.splitlines()[0] == f"{shown} is signed in to dev.", ran.err
    give_stdin(PASSPHRASE + CODE.encode() * 500)
    refused = dev("login", "--paste", "--env", "dev", "--passphrase-stdin")
    assert (refused.code, "longer than 4096 characters" in refused.err) == (output.SESSION, True)
    assert CODE not in refused.err


def test_a_session_that_is_over_when_it_comes_is_not_called_signed_in(dev: Command, give_stdin: GiveStdin) -> None:
    over = TOKEN | {"expires_in": -5}
    dev.transport = httpx.MockTransport(streamed(lambda _request: httpx.Response(200, json=over)))
    give_stdin(PASSPHRASE + CODE.encode())
    came = dev("login", "--env", "dev", "--paste", "--passphrase-stdin")
    assert came.code == output.SESSION
    assert "is signed in" not in came.out
    assert f"for {SELLER} in dev is over already" in came.err


def test_a_choice_that_cannot_be_remembered_is_a_warning_beside_the_session_that_is_kept(
    dev: Command, give_stdin: GiveStdin, tmp_path: Path
) -> None:
    (tmp_path / "home" / "state" / "sellers.json").mkdir(parents=True)
    give_stdin(PASSPHRASE + CODE.encode())
    came = dev("login", "--env", "dev", "--paste", "--passphrase-stdin", "--json")
    assert (came.code, json.loads(came.out)["in_use"]) == (output.OK, True)
    assert "could not be remembered" in came.err
    give_stdin(PASSPHRASE)
    chosen = dev("sellers", "use", SELLER, "--env", "dev", "--passphrase-stdin")
    assert (chosen.code, "could not be remembered" in chosen.err, chosen.out) == (output.STORAGE, True, "")
    give_stdin(PASSPHRASE)
    assert dev("logout", SELLER, "--env", "dev", "--passphrase-stdin").code == output.OK
