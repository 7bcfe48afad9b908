"""The vault's file: readable from its description alone, and of no use once a byte of it was changed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.sentences import said
from tests.engine.vaults import (
    APP_SECRET,
    CHEAP,
    DEV,
    PASSPHRASE,
    PROD,
    REFRESH,
    SESSION,
    filled,
    leaks,
    put_there,
    vault,
)
from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, VaultLocked
from topexplorer.engine import vaultfile
from topexplorer.engine.vaultfile import COST, Cost, Header, Lock, Marks

PATH = Path("dev.vault")


@cache
def sample() -> tuple[bytes, bytes]:
    """A whole file and its master key."""
    lock = vaultfile.new_lock("file", CHEAP)
    master = vaultfile.master_key(Secret(PASSPHRASE), lock)
    header = Header("dev", "store", vaultfile.locked_by(lock, master), {}, Marks(b"m" * 16))
    return vaultfile.seal(PATH, header, master, b'{"canary":"plain"}'), master


def parts(content: bytes) -> tuple[dict[str, object], bytes, bytes]:
    """Header document, everything before the ciphertext, and the ciphertext: by the description in the module."""
    magic = b"TOPEXPLORER-VAULT\n"
    assert content.startswith(magic + b"\x01")
    start = len(magic) + 5
    end = start + int.from_bytes(content[len(magic) + 1 : start], "big")
    return json.loads(content[start:end]), content[:end], content[end:]


def with_header(content: bytes, **changes: object) -> bytes:
    """The same file with another header that is well-formed."""
    document, front, ciphertext = parts(content)
    text = json.dumps(document | changes).encode()
    return front[:19] + len(text).to_bytes(4, "big") + text + ciphertext


def opened(content: bytes, master: bytes) -> bytes:
    return vaultfile.unseal(vaultfile.parse(PATH, content), master)


@pytest.mark.usefixtures("real_passphrases")
def test_a_reader_written_from_the_description_alone_reads_the_file() -> None:
    document, front, ciphertext = parts(sample()[0])
    lock = document["lock"]
    assert isinstance(lock, dict)
    assert lock["scrypt"] == {"n": 2**14, "r": 8, "p": 1}
    salt, nonce = (base64.b64decode(str(document[name])) for name in ("salt", "nonce"))
    master = hashlib.scrypt(
        PASSPHRASE.encode(), salt=base64.b64decode(lock["salt"]), n=2**14, r=8, p=1, maxmem=2**26, dklen=32
    )
    secret = hmac.digest(salt, master, "sha256")
    key = hmac.digest(secret, b"topexplorer vault 1 store dev\x01", "sha256")
    assert AESGCM(key).decrypt(nonce, ciphertext, front) == b'{"canary":"plain"}'


def test_every_write_has_a_salt_and_a_nonce_of_its_own() -> None:
    content, master = sample()
    header = vaultfile.parse(PATH, content).header
    others = [parts(vaultfile.seal(PATH, header, master, b"the same")) for _ in range(20)]
    assert len({str(document["salt"]) for document, _front, _text in others}) == 20
    assert len({str(document["nonce"]) for document, _front, _text in others}) == 20
    assert len({text for _document, _front, text in others}) == 20


@given(st.data())
def test_no_byte_can_be_flipped_unnoticed(data: st.DataObject) -> None:
    content, master = sample()
    place = data.draw(st.integers(0, len(content) - 1))
    changed = bytearray(content)
    changed[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises((ConfigError, vaultfile.WrongPassphrase)):
        opened(bytes(changed), master)


@given(st.data())
def test_no_end_can_be_cut_off_and_nothing_added_unnoticed(data: st.DataObject) -> None:
    content, master = sample()
    cut = data.draw(st.integers(0, len(content) - 1))
    with pytest.raises(ConfigError) as raised:
        opened(content[:cut], master)
    assert "was changed or cut off" in said(raised.value.message)
    with pytest.raises(ConfigError):
        opened(content + data.draw(st.binary(min_size=1, max_size=9)), master)


@given(st.binary(max_size=400))
def test_any_other_file_gets_one_sentence(content: bytes) -> None:
    for file in (content, vaultfile.MAGIC + content, vaultfile.MAGIC + b"\x01\0\0\0" + content):
        with pytest.raises(ConfigError):
            vaultfile.parse(PATH, file)


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=9),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["kind", "purpose", "lock", "contents", "marks", "salt", "nonce"]),
)
def test_any_other_header_gets_one_sentence(value: object, name: str) -> None:
    content, master = sample()
    changed = with_header(content, **{name: value})
    with pytest.raises((ConfigError, vaultfile.WrongPassphrase)):
        opened(changed, master)


@pytest.mark.parametrize("changes", [{"kind": "prod"}, {"purpose": "export"}, {"contents": {}}, {"more": 1}])
def test_a_header_that_was_rewritten_does_not_open(changes: dict[str, object]) -> None:
    content, master = sample()
    with pytest.raises(ConfigError) as raised:
        opened(with_header(content, **changes), master)
    assert "was changed or cut off" in said(raised.value.message)


def test_a_newer_version_is_named_and_left_alone(tmp_path: Path) -> None:
    path = filled(tmp_path)
    content = bytearray(path.read_bytes())
    content[len(vaultfile.MAGIC)] = 2
    path.write_bytes(content)
    for attempt in (lambda: vault(tmp_path).credentials(DEV), lambda: vault(tmp_path).room.put(DEV, "1")):
        with pytest.raises(ConfigError) as raised:
            attempt()
        assert said(raised.value.message) == f"{path} was written by a newer topexplorer; update this one"
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "cost",
    [
        {"n": 2**13, "r": 8, "p": 1},
        {"n": 2**40, "r": 8, "p": 1},
        {"n": 2**20, "r": 32, "p": 1},
        {"n": 2**16, "r": 8, "p": 10**9},
        {"n": 2**16 + 1, "r": 8, "p": 1},
        {"n": 2**16, "r": 1, "p": 1},
        {"n": -(2**16), "r": 8, "p": 1},
        {"n": 2.0**16, "r": 8, "p": 1},
        {"n": True, "r": 8, "p": 1},
        {"n": 2**16, "r": 8},
        None,
    ],
)
def test_a_cost_that_protects_nothing_or_takes_all_memory_is_refused(cost: object) -> None:
    lock = parts(sample()[0])[0]["lock"]
    assert isinstance(lock, dict)
    with pytest.raises(ConfigError):
        vaultfile.parse(PATH, with_header(sample()[0], lock=lock | {"scrypt": cost}))


def test_the_cost_of_a_passphrase_is_64_mb() -> None:
    assert Cost() == COST == Cost(n=65536, r=8, p=1)
    assert 128 * COST.n * COST.r == 64 * 2**20
    assert COST.is_sane


def test_a_passphrase_is_the_same_however_its_accents_are_typed() -> None:
    lock = Lock("file", b"s" * 16, CHEAP)
    assert vaultfile.master_key(Secret("café"), lock) == vaultfile.master_key(Secret("cafe\u0301"), lock)
    assert vaultfile.master_key(Secret("cafe"), lock) != vaultfile.master_key(Secret("café"), lock)


def test_a_file_that_is_much_too_large_is_not_even_read_whole(tmp_path: Path) -> None:
    path = tmp_path / "dev.vault"
    path.write_bytes(vaultfile.MAGIC + b"\x01" + bytes(vaultfile.MAX_BYTES))
    with pytest.raises(ConfigError):
        vaultfile.read(path, "dev", "store")


def test_what_cannot_be_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "dev.vault").mkdir()
    with pytest.raises(ConfigError) as raised:
        vaultfile.read(tmp_path / "dev.vault", "dev", "store")
    assert "cannot be read" in said(raised.value.message)


def test_a_vault_does_not_open_in_the_place_of_another(tmp_path: Path) -> None:
    path = filled(tmp_path)
    for other, sentence in (
        ("prod.vault", "holds dev keys where prod keys belong"),
        ("dev-keyring.vault", "another sort of vault"),
    ):
        put_there(tmp_path / other, path.read_bytes())
        environment = PROD if other.startswith("prod") else replace(DEV, vault="keyring")
        for act in ("credentials", "put"):
            with pytest.raises(ConfigError) as raised:
                vault(tmp_path).credentials(environment) if act == "credentials" else vault(tmp_path).room.put(
                    environment, "1"
                )
            assert sentence in said(raised.value.message)
        assert not vault(tmp_path).status(environment).ready


def test_a_kind_that_was_edited_in_the_file_does_not_help(tmp_path: Path) -> None:
    path = filled(tmp_path)
    edited = with_header(
        path.read_bytes(),
        kind="prod",
        contents={"prod": {"app_key": "23456789", "has_secret": True, "has_session": True, "sellers": 1}},
    )
    put_there(tmp_path / "prod.vault", edited)
    with pytest.raises(ConfigError) as raised:
        vault(tmp_path).credentials(PROD)
    assert "was changed or cut off" in said(raised.value.message)


@settings(max_examples=30)
@given(st.data())
def test_a_damaged_vault_gives_one_sentence_stays_as_it_is_and_leaks_nothing(data: st.DataObject) -> None:
    with TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "dev.vault"
        content = _filled_content()
        place = data.draw(st.integers(0, len(content) - 1))
        damaged = data.draw(
            st.sampled_from([content[:place], content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]])
        )
        put_there(path, damaged)
        for act in ("credentials", "put", "rotate"):
            with pytest.raises((ConfigError, VaultLocked)) as raised:
                _do(act, folder)
            assert not leaks(said(raised.value.message).encode(), APP_SECRET, SESSION, REFRESH, PASSPHRASE)
        assert path.read_bytes() == damaged


@cache
def _filled_content() -> bytes:
    with TemporaryDirectory() as name:
        return filled(Path(name)).read_bytes()


def _do(act: str, folder: Path) -> None:
    held = vault(folder)
    if act == "credentials":
        held.credentials(DEV)
    elif act == "put":
        held.room.put(DEV, "24680")
    else:
        held.room.rotate(held.room.existing("dev")[0])
