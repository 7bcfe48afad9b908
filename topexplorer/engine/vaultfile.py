"""The vault's file: AES-256-GCM over JSON, behind a header that is readable and cannot be changed unnoticed.

    "TOPEXPLORER-VAULT\\n" | version, 1 byte | length of the header, 4 bytes | header, JSON | ciphertext and tag

Everything before the ciphertext is authenticated with it. The header says which kind of environment the keys are for,
how the master key comes about, and for which environments there are keys, so that a locked vault can tell what it has.
The key of the cipher is made from the master key, the kind and a salt that is new with every write, as is the nonce: a
dev vault that was renamed or edited to be a prod vault cannot be decrypted at all.
"""

from __future__ import annotations

import base64
import hmac
import json
import os
import stat
import unicodedata
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Literal, get_args

from topexplorer.core.call import Secret
from topexplorer.core.errors import ConfigError, StorageError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.storedkeys import Entries, StoredKeys

StoreKind = Literal["dev", "prod"]
Backend = Literal["file", "keyring"]
"""What opens a vault: a passphrase, or a key in the system's keyring."""
Purpose = Literal["store", "export"]

MAGIC = b"TOPEXPLORER-VAULT\n"
VERSION = 1
MAX_MB = 4
MAX_BYTES = MAX_MB * 1024 * 1024
"""What a vault may take, when it is read and when it is written."""
KEY_BYTES = 32
_FRONT = len(MAGIC) + 5
_NONCE_BYTES = 12
_MARK_BYTES = 16


@dataclass(frozen=True, slots=True)
class Cost:
    """What one try of a passphrase costs: scrypt's parameters. Memory is 128 * n * r bytes."""

    n: int = 2**16
    r: int = 8
    p: int = 1

    @property
    def is_sane(self) -> bool:
        """Neither too cheap to protect anything nor a file that would take all memory or hours."""
        power = self.n > 0 and self.n & (self.n - 1) == 0
        bounded = self.n * self.r <= 2**23 and self.n * self.r * self.p <= 2**24
        return power and bounded and self.n >= 2**14 and self.r >= 8 and self.p >= 1


COST = Cost()
"""64 MB and 170 to 300 ms of one core: noticed by who tries many passphrases, not by who types the right one."""
MARK_COST = Cost(n=2**14)


@dataclass(frozen=True, slots=True)
class Lock:
    """How a vault's master key comes about."""

    backend: Backend
    salt: bytes
    """With a passphrase: scrypt's salt. With a keyring: the name of the key there."""
    cost: Cost | None
    """None with a keyring, whose key is random."""
    check: bytes = b""
    """Made from the master key: tells a wrong passphrase from a changed file."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What there is for one environment, readable without opening the vault."""

    app_key: str
    has_secret: bool
    has_session: bool
    """Whether there is a session for calls that name no seller."""
    sellers: int
    has_previous: bool = False
    """Whether an app secret that was replaced is still kept."""


@dataclass(frozen=True, slots=True)
class Marks:
    """By what a secret of this vault is known again without opening it: scrypt digests under one salt."""

    salt: bytes
    digests: tuple[bytes, ...] = ()

    def digest(self, secret: Secret) -> bytes:
        """Takes some 50 ms and 16 MB."""
        return _scrypt(secret.reveal().encode("utf-8", "surrogatepass"), self.salt, MARK_COST, _MARK_BYTES)


@dataclass(frozen=True, slots=True)
class Header:
    """What stands before the ciphertext. It is only to be trusted once the vault was opened."""

    kind: StoreKind
    purpose: Purpose
    lock: Lock
    contents: Mapping[str, Contents]
    marks: Marks


@dataclass(frozen=True, slots=True)
class SealedVault:
    """A vault's file, read and not opened."""

    path: Path
    header: Header
    front: bytes
    """Every byte before the ciphertext."""
    salt: bytes
    nonce: bytes
    ciphertext: bytes


class WrongPassphrase(Exception):
    """The master key is not this vault's."""


def contents_of(entries: Entries) -> dict[str, Contents]:
    return {name: _contents_of(keys) for name, keys in entries.items()}


def _contents_of(keys: StoredKeys) -> Contents:
    has_session = keys.token() is not None
    return Contents(keys.app_key, bool(keys.app_secret), has_session, len(keys.tokens), bool(keys.previous))


def new_lock(backend: Backend, cost: Cost = COST) -> Lock:
    """A lock with a salt or name of its own and no `check` yet."""
    return Lock(backend, os.urandom(16), cost if backend == "file" else None)


def master_key(passphrase: Secret, lock: Lock) -> bytes:
    """What a passphrase opens. Takes as long as the lock's cost says."""
    text = unicodedata.normalize("NFC", passphrase.reveal()).encode("utf-8", "surrogatepass")
    return _scrypt(text, lock.salt, lock.cost or COST, KEY_BYTES)


def locked_by(lock: Lock, master: bytes) -> Lock:
    """`lock` with the `check` of that master key."""
    return Lock(lock.backend, lock.salt, lock.cost, _expand(master, lock.salt, "check"))


def fits(lock: Lock, master: bytes) -> bool:
    """Whether this is the lock's master key."""
    return hmac.compare_digest(locked_by(lock, master).check, lock.check)


def seal(path: Path, header: Header, master: bytes, plain: bytes) -> bytes:
    """The whole file, with a salt and a nonce that were never used before; `path` is only for the sentence. Raises
    StorageError for one that is too large to be read again.
    """
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    salt, nonce = os.urandom(16), os.urandom(_NONCE_BYTES)
    document = _header_document(header) | {"salt": _text(salt), "nonce": _text(nonce)}
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":"), sort_keys=True).encode()
    front = MAGIC + bytes([VERSION]) + len(text).to_bytes(4, "big") + text
    content = front + AESGCM(_file_key(header, master, salt)).encrypt(nonce, plain, front)
    if len(content) > MAX_BYTES:
        raise StorageError(_about(path, "vault.too_large", limit=MAX_MB))
    return content


def unseal(sealed: SealedVault, master: bytes) -> bytes:
    """What was sealed. Raises WrongPassphrase, or ConfigError when the file was changed."""
    from cryptography.exceptions import InvalidTag
    from cryptography.hazmat.primitives.ciphers.aead import AESGCM

    if not fits(sealed.header.lock, master):
        raise WrongPassphrase
    try:
        cipher = AESGCM(_file_key(sealed.header, master, sealed.salt))
        return cipher.decrypt(sealed.nonce, sealed.ciphertext, sealed.front)
    except InvalidTag:
        raise damaged(sealed.path) from None


def read(path: Path, kind: StoreKind | None, purpose: Purpose, backend: Backend = "file") -> SealedVault | None:
    """The vault at `path`, None when there is no file. Raises ConfigError when it cannot be what is asked for.

    A `kind` of None takes either. A vault in use has to be a file; an export may come through a pipe.
    """
    try:
        with open(path, "rb", opener=_at_once if purpose == "store" else None) as file:
            if purpose == "store" and not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ConfigError(_about(path, "vault.unreadable", detail=message("vault.no_file_there")))
            content = file.read(MAX_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        detail = error.strerror or type(error).__name__
        raise ConfigError(_about(path, "vault.unreadable", detail=detail)) from None
    sealed = parse(path, content)
    header = sealed.header
    if kind is not None and header.kind != kind:
        raise ConfigError(_about(path, "vault.other_kind", found=header.kind, wanted=kind))
    if header.purpose != purpose or header.lock.backend != backend:
        raise ConfigError(_about(path, f"vault.no_{purpose}"))
    return sealed


def parse(path: Path, content: bytes) -> SealedVault:
    """The parts of a file; `path` is only for the sentence. Raises ConfigError."""
    if content[: len(MAGIC)] != MAGIC[: len(content)]:
        raise ConfigError(_about(path, "vault.not_one"))
    if len(content) < _FRONT or len(content) > MAX_BYTES:
        raise damaged(path)
    if content[len(MAGIC)] > VERSION:
        raise ConfigError(_about(path, "vault.newer"))
    end = _FRONT + int.from_bytes(content[len(MAGIC) + 1 : _FRONT], "big")
    if content[len(MAGIC)] < 1 or end + _MARK_BYTES > len(content):
        raise damaged(path)
    try:
        document = json.loads(content[_FRONT:end])
        header = _header(document)
        salt, nonce = _bytes(document["salt"], 16), _bytes(document["nonce"], _NONCE_BYTES)
    except (ValueError, TypeError, LookupError, AttributeError, RecursionError):
        raise damaged(path) from None
    return SealedVault(path, header, content[:end], salt, nonce, content[end:])


def _at_once(path: str, flags: int) -> int:
    """Opens also what nobody writes to, such as a pipe, without waiting for somebody who does."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0))


def damaged(path: Path) -> ConfigError:
    """Says that the file is not as it was written."""
    return ConfigError(_about(path, "vault.damaged"))


def _about(path: Path, key: str, **values: object) -> Message:
    return message(key, file=clean_line(str(path)), **values)


def _file_key(header: Header, master: bytes, salt: bytes) -> bytes:
    return _expand(master, salt, f"{header.purpose} {header.kind}")


def _expand(master: bytes, salt: bytes, use: str) -> bytes:
    """HKDF-SHA256: a key of 32 bytes for one use."""
    from cryptography.hazmat.primitives.hashes import SHA256
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF

    return HKDF(SHA256(), KEY_BYTES, salt, f"topexplorer vault {VERSION} {use}".encode()).derive(master)


def _scrypt(text: bytes, salt: bytes, cost: Cost, length: int) -> bytes:
    from hashlib import scrypt

    most = 128 * cost.r * (cost.n + cost.p + 2) + 2**20
    return scrypt(text, salt=salt, n=cost.n, r=cost.r, p=cost.p, maxmem=most, dklen=length)


def _header_document(header: Header) -> dict[str, Any]:
    lock, marks = header.lock, header.marks
    return {
        "kind": header.kind,
        "purpose": header.purpose,
        "lock": {
            "backend": lock.backend,
            "salt": _text(lock.salt),
            "check": _text(lock.check),
            "scrypt": asdict(lock.cost) if lock.cost else None,
        },
        "contents": {name: asdict(contents) for name, contents in header.contents.items()},
        "marks": {"salt": _text(marks.salt), "digests": [_text(digest) for digest in marks.digests]},
    }


def _header(document: Any) -> Header:
    """Raises ValueError, TypeError, LookupError or AttributeError for what no vault ever says."""
    lock, marks = document["lock"], document["marks"]
    cost = Cost(*(_count(lock["scrypt"][name]) for name in ("n", "r", "p"))) if lock["scrypt"] is not None else None
    backend: Backend = _one_of(lock["backend"], get_args(Backend))
    if (cost is not None and not cost.is_sane) or (cost is None) != (backend == "keyring"):
        raise ValueError("cost")
    return Header(
        kind=_one_of(document["kind"], get_args(StoreKind)),
        purpose=_one_of(document["purpose"], get_args(Purpose)),
        lock=Lock(backend, _bytes(lock["salt"], 16), cost, _bytes(lock["check"], KEY_BYTES)),
        contents={name: _contents(found) for name, found in document["contents"].items()},
        marks=Marks(_bytes(marks["salt"], 16), tuple(_bytes(text, _MARK_BYTES) for text in marks["digests"])),
    )


def _contents(found: Any) -> Contents:
    app_key, has_secret, has_session = found["app_key"], found["has_secret"], found["has_session"]
    has_previous = found.get("has_previous", False)
    if not isinstance(app_key, str) or not {type(has) for has in (has_secret, has_session, has_previous)} <= {bool}:
        raise TypeError("contents")
    return Contents(app_key, has_secret, has_session, _count(found["sellers"]), has_previous)


def _one_of(value: Any, choices: tuple[Any, ...]) -> Any:
    if value not in choices:
        raise ValueError("choice")
    return value


def _count(value: object) -> int:
    if type(value) is not int or value < 0:
        raise TypeError("count")
    return value


def _text(content: bytes) -> str:
    return base64.b64encode(content).decode()


def _bytes(text: Any, length: int) -> bytes:
    content = base64.b64decode(text, validate=True)
    if len(content) != length:
        raise ValueError("length")
    return content
