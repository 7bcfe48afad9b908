"""Keys: where they come from, what is missing, and that no secret is ever shown."""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.engine.sentences import said
from tests.engine.vaults import (
    APP_SECRET,
    CHEAP,
    DEV,
    PASSPHRASE,
    REFRESH,
    SESSION,
    STAGING,
    Asked,
    always,
    filled,
    leaks,
    put_there,
    vault,
)
from topexplorer.core.call import Credentials, Secret
from topexplorer.core.errors import ConfigError, MissingKeys, UsageError, VaultLocked
from topexplorer.core.sessionlife import PARTS
from topexplorer.engine import vaultexport
from topexplorer.engine.environments import Environment, KeyName
from topexplorer.engine.keysources import Origin
from topexplorer.engine.storedkeys import SellerToken
from topexplorer.engine.strongroom import PassphraseWanted
from topexplorer.engine.vault import KeyStatus, Vault
from topexplorer.engine.vaultstore import VaultStore

ROOT = Path(__file__).parents[2]

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
    held: dict[KeyName, Origin] = {"APP_KEY": "variable", "APP_SECRET": "variable"}
    assert Vault(without("SESSION"), {}).status(PROD) == KeyStatus("23456789", True, False, source, held)
    assert Vault({}, {}).status(PROD) == KeyStatus(None, False, False, source, {})


def test_nothing_shows_a_secret() -> None:
    vault = Vault(KEYS, EMBEDDED)
    found = vault.credentials(PROD)
    shown = f"{vault} {vault!r} {found} {vault.status(PROD)} {vault.status(SANDBOX)}"
    for secret in (*found.secrets(), *EMBEDDED["sandbox"].secrets()):
        assert secret not in shown
    assert not hasattr(vault, "__dict__")


# Vaults, and several sources together


def test_keys_come_back_from_the_vault_as_they_were_kept(tmp_path: Path) -> None:
    filled(tmp_path)
    found = vault(tmp_path).credentials(DEV)
    assert (found.app_key, found.app_secret.reveal()) == ("23456789", APP_SECRET)
    assert found.session is not None
    assert found.session.reveal() == SESSION


def test_a_seller_s_token_comes_back_with_every_end_of_it(tmp_path: Path) -> None:
    ends = {name: datetime(2026, 12, day, 1, 2, 3, 456000, UTC) for day, name in enumerate(PARTS, 1)}
    token = SellerToken(Secret(SESSION), "花店:小二", Secret(REFRESH), ends, "2012345678")
    vault(tmp_path).room.put(DEV, token=token)
    keys = vault(tmp_path).room.keys(DEV)
    assert keys is not None
    assert keys.tokens == {"花店:小二": token}


def test_several_sellers_are_never_guessed_among(tmp_path: Path) -> None:
    held = vault(tmp_path)
    held.room.put(DEV, "23456789", Secret(APP_SECRET), SellerToken(Secret("6100one"), "花店"))
    session = held.credentials(DEV).session
    assert session is not None
    assert session.reveal() == "6100one"
    held.room.put(DEV, token=SellerToken(Secret("6100two"), "鞋店"))
    assert held.credentials(DEV).session is None
    assert held.status(DEV).has_session, "there are, though not for a call that names nobody"
    named = held.credentials(DEV, "鞋店").session
    assert named is not None
    assert named.reveal() == "6100two"
    assert held.credentials(DEV, "nobody").session is None
    assert [token.nick for token in held.sellers(DEV)] == ["花店", "鞋店"]
    assert set(held.secrets(DEV)) == {APP_SECRET, "6100one", "6100two"}
    held.room.put(DEV, token=SellerToken(Secret("6100three")))
    assert held.credentials(DEV).session == Secret("6100three")


def test_a_named_seller_s_session_is_not_the_one_of_the_variable(tmp_path: Path) -> None:
    held = vault(tmp_path, TOPEXPLORER_DEV_SESSION="6100variable")
    held.room.put(DEV, "23456789", Secret(APP_SECRET), SellerToken(Secret("6100vault"), "花店"))
    assert held.credentials(DEV).session == Secret("6100variable")
    assert held.credentials(DEV, "花店").session == Secret("6100vault")


def test_a_locked_vault_tells_what_it_has_and_no_more(tmp_path: Path) -> None:
    path = filled(tmp_path)
    held = vault(tmp_path, Asked())
    status = held.status(DEV)
    assert (status.app_key, status.has_secret, status.has_session) == ("23456789", True, True)
    assert (status.ready, status.locked, set(status.origins.values())) == (True, True, {"file"})
    assert said(status.source) == "the vault, by its passphrase"
    assert held.at_hand(DEV) is None
    assert held.secrets(DEV) == ()
    held = vault(tmp_path)
    held.credentials(DEV)
    assert not held.status(DEV).locked
    assert held.at_hand(DEV) == held.credentials(DEV)
    assert set(held.secrets(DEV)) == {APP_SECRET, SESSION, REFRESH}
    assert path.exists()


def test_variables_win_key_by_key(tmp_path: Path) -> None:
    filled(tmp_path)
    held = vault(tmp_path, TOPEXPLORER_DEV_SESSION="6100variable")
    found = held.credentials(DEV)
    assert (found.app_secret.reveal(), found.session) == (APP_SECRET, Secret("6100variable"))
    assert dict(held.status(DEV).origins) == {"SESSION": "variable", "APP_KEY": "file", "APP_SECRET": "file"}
    assert said(held.status(DEV).source) == (
        "environment variable TOPEXPLORER_DEV_SESSION, the vault, by its passphrase"
    )


def test_another_app_s_secret_and_session_are_never_mixed_in(tmp_path: Path) -> None:
    filled(tmp_path)
    held = vault(tmp_path, Asked(), TOPEXPLORER_DEV_APP_KEY="999", TOPEXPLORER_DEV_APP_SECRET="other")
    assert held.credentials(DEV) == Credentials("999", Secret("other"))
    assert dict(held.status(DEV).origins) == {"APP_KEY": "variable", "APP_SECRET": "variable"}
    with pytest.raises(MissingKeys) as raised:
        vault(tmp_path, TOPEXPLORER_DEV_APP_KEY="999").credentials(DEV)
    assert said(raised.value.message) == "dev has no keys; set TOPEXPLORER_DEV_APP_SECRET"


def test_variables_that_have_everything_leave_the_vault_shut(tmp_path: Path) -> None:
    filled(tmp_path)
    names = {f"TOPEXPLORER_DEV_{name}": "23456789" for name in ("APP_KEY", "APP_SECRET", "SESSION")}
    assert vault(tmp_path, Asked(), environ=names).credentials(DEV).app_secret.reveal() == "23456789"


def test_an_environment_of_one_s_own_uses_the_vault_of_its_kind(tmp_path: Path) -> None:
    room = vault(tmp_path).room
    room.put(STAGING, "111", Secret("one"))
    room.put(DEV, "222", Secret("two"))
    assert [path.name for path in tmp_path.iterdir()] == ["dev.vault"]
    held = vault(tmp_path)
    assert (held.credentials(STAGING).app_key, held.credentials(DEV).app_key) == ("111", "222")
    moved = replace(STAGING, kind="prod")
    assert not held.status(moved).ready
    with pytest.raises(MissingKeys):
        held.credentials(moved)


def test_without_a_vault_nothing_is_opened_and_no_library_is_loaded(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; from topexplorer.engine.vault import Vault\n"
        "from topexplorer.engine.environments import Environment\n"
        "held, dev = Vault({}, {}, Path(sys.argv[1])), Environment('dev', 'dev', '')\n"
        "assert not held.status(dev).ready and held.secrets(dev) == () and held.at_hand(dev) is None\n"
        "print([name for name in ('keyring', 'cryptography', 'topexplorer.engine.strongroom') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "none")], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert done.stdout == "[]\n"


def test_nothing_of_an_open_vault_shows_a_secret(tmp_path: Path) -> None:
    filled(tmp_path)
    held = vault(tmp_path)
    keys = held.room.keys(DEV)
    store = held.room.find(DEV)
    shown = f"{held!r} {held.room!r} {store!r} {keys!r} {held.sellers(DEV)!r} {held.status(DEV)!r}"
    assert store is not None
    shown += (
        f" {[getattr(store, name) for name in VaultStore.__slots__]!r} {always(PassphraseWanted('open', 'dev', ROOT))}"
    )
    assert not leaks(shown.encode(), APP_SECRET, SESSION, REFRESH, PASSPHRASE)
    assert not hasattr(held, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(keys)


def test_an_export_is_read_elsewhere_with_its_own_passphrase_and_keeps_its_kind(tmp_path: Path) -> None:
    filled(tmp_path)
    entries = vault(tmp_path).room.entries("dev")
    path = tmp_path / "carry.vault"
    vaultexport.write_export(path, "dev", entries, Secret("export passphrase"), CHEAP)
    assert not leaks(path.read_bytes(), APP_SECRET, SESSION, REFRESH, "export passphrase")
    assert path.stat().st_mode & 0o777 == 0o600
    sealed = vaultexport.read_export(path)
    assert sealed.header.kind == "dev"
    assert vaultexport.open_export(sealed, Secret("export passphrase")) == entries
    with pytest.raises(VaultLocked):
        vaultexport.open_export(sealed, Secret(PASSPHRASE))
    with pytest.raises(UsageError):
        vaultexport.write_export(path, "dev", entries, Secret("export passphrase"), CHEAP)
    with pytest.raises(ConfigError) as raised:
        vaultexport.read_export(tmp_path / "dev.vault")
    assert "is a vault and no export" in said(raised.value.message)
    put_there(tmp_path / "dev.vault", path.read_bytes())
    with pytest.raises(ConfigError):
        vault(tmp_path).credentials(DEV)
