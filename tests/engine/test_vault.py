"""Keys: where they come from, what is missing, and that no secret is ever shown."""

from __future__ import annotations

import pytest

from tests.engine.sentences import said
from topexplorer.core.call import Credentials, Secret
from topexplorer.core.errors import MissingKeys
from topexplorer.engine.environments import Environment
from topexplorer.engine.vault import KeyStatus, Vault

SANDBOX = Environment("sandbox", "sandbox", "http://sandbox.topexplorer.invalid/router/rest")
PROD = Environment("my-prod", "prod", "https://eco.taobao.com/router/rest")
EMBEDDED = {"sandbox": Credentials("1012345678", Secret("sandbox-secret"), Secret("sandbox-session"))}
KEYS = {
    "TOPEXPLORER_MY_PROD_APP_KEY": "23456789",
    "TOPEXPLORER_MY_PROD_APP_SECRET": "0123456789abcdef0123456789abcdef",
    "TOPEXPLORER_MY_PROD_SESSION": "6100e23c0ffee",
}


def without(*keys: str) -> dict[str, str]:
    return {name: text for name, text in KEYS.items() if not name.endswith(keys)}


def test_the_sandbox_brings_its_own_keys_and_ignores_everyone_elses() -> None:
    vault = Vault({"TOPEXPLORER_SANDBOX_APP_KEY": "23456789", "TOPEXPLORER_SANDBOX_APP_SECRET": "real"}, EMBEDDED)
    assert vault.credentials(SANDBOX) is EMBEDDED["sandbox"]
    status = vault.status(SANDBOX)
    assert (status.app_key, status.has_secret, status.has_session, status.ready) == ("1012345678", True, True, True)
    assert said(status.source) == "built in"


def test_other_environments_read_their_own_variables() -> None:
    pasted = {name: f"  {text}\r\n" for name, text in KEYS.items()}
    found = Vault(pasted | {"TOPEXPLORER_DEV_APP_KEY": "11111111"}, EMBEDDED).credentials(PROD)
    assert found.app_key == "23456789"
    assert found.app_secret.reveal() == "0123456789abcdef0123456789abcdef"
    assert found.session is not None
    assert found.session.reveal() == "6100e23c0ffee"


@pytest.mark.parametrize("unset", [{}, {"TOPEXPLORER_MY_PROD_SESSION": " "}])
def test_a_session_is_optional(unset: dict[str, str]) -> None:
    assert Vault(without("SESSION") | unset, {}).credentials(PROD).session is None


@pytest.mark.parametrize("missing", [("APP_KEY",), ("APP_SECRET",), ("APP_KEY", "APP_SECRET")])
def test_exactly_the_missing_variables_are_named(missing: tuple[str, ...]) -> None:
    vault = Vault(without(*missing), EMBEDDED)
    with pytest.raises(MissingKeys) as raised:
        vault.credentials(PROD)
    names = ", ".join(f"TOPEXPLORER_MY_PROD_{key}" for key in missing)
    assert said(raised.value.message) == f"my-prod has no keys; set {names}"
    assert not vault.status(PROD).ready


@pytest.mark.parametrize(
    ("variable", "text"),
    [
        ("APP_KEY", "<your app key>"),
        ("APP_KEY", "12345678\n9"),
        ("APP_KEY", "１２３４５６７８"),
        ("APP_KEY", "0123456789abcdef0123456789abcdef0"),
        ("APP_SECRET", "abc def"),
        ("APP_SECRET", "密钥"),
        ("APP_SECRET", "\udcff"),
        ("SESSION", "6100\n7200"),
    ],
)
def test_what_cannot_be_a_key_is_named_and_never_repeated(variable: str, text: str) -> None:
    vault = Vault(KEYS | {f"TOPEXPLORER_MY_PROD_{variable}": text}, {})
    with pytest.raises(MissingKeys) as raised:
        vault.credentials(PROD)
    sentence = said(raised.value.message)
    assert f"TOPEXPLORER_MY_PROD_{variable} for my-prod" in sentence
    assert text not in sentence
    status = vault.status(PROD)
    assert [status.app_key is None, not status.has_secret, not status.has_session].count(True) == 1


def test_the_status_says_what_is_there_and_from_where() -> None:
    source = Vault({}, {}).status(PROD).source
    assert all(name in said(source) for name in KEYS)
    assert Vault(without("SESSION"), {}).status(PROD) == KeyStatus("23456789", True, False, source)
    assert Vault({}, {}).status(PROD) == KeyStatus(None, False, False, source)


def test_nothing_shows_a_secret() -> None:
    vault = Vault(KEYS, EMBEDDED)
    found = vault.credentials(PROD)
    shown = f"{vault} {vault!r} {found} {vault.status(PROD)} {vault.status(SANDBOX)}"
    for secret in (*found.secrets(), *EMBEDDED["sandbox"].secrets()):
        assert secret not in shown
    assert not hasattr(vault, "__dict__")
