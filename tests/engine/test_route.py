"""The way to a gateway: the proxy that is shown is the one that is used, and certificates are always checked."""

from __future__ import annotations

import asyncio
import re
import ssl
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.sentences import said
from tests.workbench import PROD_KEYS, workbench
from topexplorer.core.call import NoAnswer, RequestDraft
from topexplorer.core.errors import ConfigError
from topexplorer.core.taint import MASK, SHORT, Taint
from topexplorer.engine.environments import SANDBOX_URL, Environment
from topexplorer.engine.proxylogin import logins, masked
from topexplorer.engine.route import Route, require_usable, route, trusted

PROD = Environment("prod", "prod", "https://eco.taobao.com/router/rest")
TIME = RequestDraft("taobao.time.get")


@pytest.mark.parametrize(
    ("environ", "proxy", "variable"),
    [
        ({}, "", ""),
        ({"HTTPS_PROXY": "http://a:1"}, "http://a:1", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": "http://a:1", "https_proxy": "http://b:2"}, "http://b:2", "https_proxy"),
        ({"ALL_PROXY": "a:1"}, "http://a:1", "ALL_PROXY"),
        ({"HTTP_PROXY": "http://a:1"}, "", ""),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "example.com,.taobao.com"}, "", "NO_PROXY"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "*"}, "", "NO_PROXY"),
        ({"HTTPS_PROXY": "http://a:1", "NO_PROXY": "example.com"}, "http://a:1", "HTTPS_PROXY"),
        ({"HTTPS_PROXY": " "}, "", ""),
    ],
)
def test_the_proxy_variables_are_honoured_and_named(environ: Mapping[str, str], proxy: str, variable: str) -> None:
    found = route(PROD, environ)
    assert (found.proxy, found.variable) == (proxy, variable)


def test_what_the_environment_says_wins_and_direct_means_none() -> None:
    environ = {"HTTPS_PROXY": "http://a:1"}
    assert route(replace(PROD, proxy="http://own:3"), environ) == Route("http://own:3", "file")
    assert route(replace(PROD, proxy="direct"), environ) == Route("", "file")


@pytest.mark.parametrize("gateway", [SANDBOX_URL, "http://127.0.0.1:8765/router/rest", "http://localhost/router/rest"])
def test_this_machine_is_reached_without_a_proxy(gateway: str) -> None:
    """Those gateways speak plain http: a proxy could read the session."""
    assert route(replace(PROD, gateway=gateway), {"HTTPS_PROXY": "http://a:1", "ALL_PROXY": "http://a:1"}) == Route()


@given(st.text(max_size=12), st.text(min_size=1, max_size=12), st.sampled_from(["http://", "https://", ""]))
def test_a_login_in_a_proxy_is_never_shown(name: str, password: str, scheme: str) -> None:
    secret = f"canary{password}canary"
    address = f"{scheme}{name}:{secret}@proxy.example:8080"
    assert secret not in masked(address)
    assert secret not in repr(Route(address))
    whole = not re.search(r"[/?#\s]", f"{name}:{secret}".strip())
    assert masked(address) == f"{scheme}******" or (whole and masked(address).endswith("******@proxy.example:8080"))


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("", ""),
        ("http://h", "http://h"),
        ("  http://u:canary@127.0.0.1:9  ", "http://******@127.0.0.1:9"),
        ("https://[::1]:9/", "https://[::1]:9/"),
        ("http://u@a:canary@h.example", "http://******@h.example"),
        ("http://h:9?token=canary", "http://h:9/******"),
        ("http://h:9/canary/x#canary", "http://h:9/******"),
        ("http://h?token=canary@canary", "http://******"),
        ("http://127.0.0.1:9:u:canary", "http://******"),
        ("http://u:canary:host:9", "http://******"),
        ("http://u:canary", "http://******"),
        ("http://u:123456", "http://******"),
        ("http://h:9@u:canary", "http://******"),
        ("http://h:9@canary", "http://******"),
        ("http:u:canary", "******"),
        ("http:/u:canary@h", "******"),
        ("h:9:u:canary", "******"),
        ("http://u canary", "http://******"),
        ("http://u:can/ary@h:1", "http://******"),
        ("http://a:99999", "http://******"),
        ("canary\nh", "******"),
    ],
)
def test_of_what_is_no_address_only_the_scheme_is_shown(address: str, shown: str) -> None:
    assert masked(address) == shown
    assert "canary" not in masked(address)


@given(
    st.text("abc:@/%é好+ ", max_size=8),
    st.text(min_size=SHORT, max_size=12),
    st.sampled_from(["http://", "https://", ""]),
)
def test_the_login_in_a_proxy_is_masked_wherever_it_appears(name: str, password: str, scheme: str) -> None:
    """As it is written in the address, and as it goes to the proxy: in base64."""
    sent = f"{name.replace(':', '')}:{password}"
    written = quote(sent, safe=":")
    known = Taint(logins(f"{scheme}{written}@proxy.example:8080"))
    header = b64encode(sent.encode("utf-8", "replace")).decode()
    for text in (password, sent, written, f"{scheme}{written}@proxy.example:8080", f"Basic {header}"):
        assert known.holds(text), text
    assert not known.holds(f"{scheme}proxy.example:8080")
    assert list(logins(f"{scheme}proxy.example:8080/a:b")) == []


def test_a_short_password_or_a_token_alone_is_masked_in_its_address_and_no_common_word_is() -> None:
    known = Taint(logins("http://joe:pw@proxy.example:1"))
    assert known.mask("http://joe:pw@proxy.example:1 pw joe") == "http://******@proxy.example:1 pw joe"
    for address in ("http://t0kent0ken@proxy.example:1", "t0kent0ken:@proxy.example:1"):
        assert Taint(logins(address)).mask("t0kent0ken") == MASK


def test_the_process_knows_the_login_of_every_proxy_whoever_names_it(tmp_path: Path) -> None:
    environ = {"https_proxy": "http://joe:canary-one@a:1", "FTP_PROXY": "joe:canary-two@b", "OTHER": "x:canary-none@c"}
    config = tmp_path / "config" / "config.toml"
    config.parent.mkdir()
    config.write_text(
        '[environments.dev]\nproxy = "http://joe:canary-three@c:1"\napp_secret = "canary-four"\nodd = "canary-none"\n'
    )
    bench = workbench(tmp_path, environ)
    assert bench.environments.broken
    told = bench.known.mask("canary-one canary-two canary-three canary-four canary-none")
    assert told == f"{MASK} {MASK} {MASK} {MASK} canary-none"
    assert not [problem for problem in bench.problems if "canary" in said(problem)]


@pytest.mark.parametrize(
    "address", ["socks5://a:1", "http://", "http://[::1", "http://a:99999", "ftp://joe:pw@a", "h:9:joe:pw"]
)
def test_a_proxy_that_is_none_is_one_sentence_and_nothing_is_sent(address: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        require_usable(Route(address, "variable", "ALL_PROXY"))
    assert "from ALL_PROXY cannot be used" in said(raised.value.message)
    assert "pw" not in said(raised.value.message)
    engine = workbench(tmp_path, {**PROD_KEYS, "ALL_PROXY": address}, environment="prod").engine
    with pytest.raises(ConfigError):
        asyncio.run(engine.send(engine.prepare(TIME)))
    assert all(meter.used == 0 for meter in engine.meters())


def test_a_call_really_goes_to_the_proxy_that_is_shown(tmp_path: Path) -> None:
    """A proxy that writes down the first line and hangs up."""
    heard: list[bytes] = []

    async def called() -> object:
        async def proxy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            heard.append(await reader.readuntil(b"\r\n\r\n"))
            writer.close()

        server = await asyncio.start_server(proxy, "127.0.0.1", 0)
        port = server.sockets[0].getsockname()[1]
        environ = {**PROD_KEYS, "HTTPS_PROXY": f"http://joe:canary-password@127.0.0.1:{port}"}
        engine = workbench(tmp_path, environ, environment="prod").engine
        async with server:
            exchange = await engine.send(engine.prepare(TIME))
        return exchange.outcome

    outcome = asyncio.run(called())
    assert isinstance(outcome, NoAnswer)
    assert "canary" not in repr(outcome)
    (head,) = heard
    assert head.startswith(b"CONNECT eco.taobao.com:443 ")
    assert not any(secret.encode() in head for name, secret in PROD_KEYS.items() if not name.endswith("APP_KEY"))


def test_certificates_are_checked_whatever_an_environment_says(tmp_path: Path) -> None:
    bundle = tmp_path / "own.pem"
    bundle.write_text(PEM)
    for context in (trusted(""), trusted(str(bundle))):
        assert (context.verify_mode, context.check_hostname) == (ssl.CERT_REQUIRED, True)
    assert trusted(str(bundle)).cert_store_stats()["x509_ca"] == 1
    assert trusted(str(bundle)) is trusted(str(bundle))
    assert not [name for name in Environment.__dataclass_fields__ if "verify" in name or "insecure" in name]


def test_a_bundle_that_is_none_is_one_sentence_and_nothing_is_sent(tmp_path: Path) -> None:
    bundle = tmp_path / "own.pem"
    bench = workbench(tmp_path, PROD_KEYS, environment="prod")
    bench.configure(lambda writer: writer.edit("prod", {"ca_bundle": str(bundle)}))
    for content, words in ((None, "No such file"), (b"no certificate", "not a PEM file")):
        if content is not None:
            bundle.write_bytes(content)
        with pytest.raises(ConfigError) as raised:
            asyncio.run(bench.engine.send(bench.engine.prepare(TIME)))
        assert words in said(raised.value.message)


PEM = """\
-----BEGIN CERTIFICATE-----
MIIBNDCB3KADAgECAgEBMAoGCCqGSM49BAMCMBkxFzAVBgNVBAMMDlRlc3QgYXV0
aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAwMDAwWjAZMRcwFQYD
VQQDDA5UZXN0IGF1dGhvcml0eTBZMBMGByqGSM49AgEGCCqGSM49AwEHA0IABNNZ
Pf55AB1rY+StcyZfD1wohPnJeXLTVHPy7mTfqBXXOeqTBXm9jzyNrM4tu3V5MqZK
rTLdVOSGl/ankHjibcejEzARMA8GA1UdEwEB/wQFMAMBAf8wCgYIKoZIzj0EAwID
RwAwRAIgFjIaRC4igjIytW+CWrtInExdNcZlSsvwZmetc4pexXwCIAUKip8K/qbY
vpCxYysD4v93WBMnGwdWunEXgeOKP5L8
-----END CERTIFICATE-----
"""
"""An authority of the tests' own, without its key."""
