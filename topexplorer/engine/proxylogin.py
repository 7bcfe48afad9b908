"""What is secret in the address of a proxy: its login, as it is written and as it is sent; and what may be shown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from topexplorer.core.taint import MASK, SHORT
from topexplorer.core.text import clean_line

LAST_PORT = 65_535
_SCHEME = r"(?P<scheme>[A-Za-z][A-Za-z0-9+.-]{0,15}://)?"
_ADDRESS = _SCHEME + (
    r"(?:(?P<login>[^/?#\s]*)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[\w-][\w.-]*)(?::(?P<port>[0-9]{1,5}))?(?P<rest>/?.*)"
)


def masked(address: str) -> str:
    """What of a proxy's address may be shown: scheme, host and port. Its login, path and query are not, and nothing
    but the scheme of what is no address, where the password may stand anywhere.
    """
    text = address.strip()
    found = re.fullmatch(_ADDRESS, text, re.DOTALL)
    if not found or not _is_plain(found):
        scheme = re.match(_SCHEME, text)
        return f"{scheme['scheme'] or ''}{MASK}" if scheme and text else ""
    login = "" if found["login"] is None else f"{MASK}@"
    port = "" if found["port"] is None else f":{found['port']}"
    rest = found["rest"] if found["rest"] in ("", "/") else f"/{MASK}"
    return clean_line(f"{found['scheme'] or ''}{login}{found['host']}{port}{rest}")


def _is_plain(found: re.Match[str]) -> bool:
    """Whether it is sure which part is what: not with a port where a password may be, or a login behind the host."""
    if found["port"] is not None and not 0 < int(found["port"]) <= LAST_PORT:
        return False
    _name, _colon, password = (found["login"] or "").partition(":")
    if found["rest"] and (found["rest"][0] not in "/?#" or "@" in found["rest"]):
        return False
    return not re.fullmatch(r"[0-9]{1,5}", password)


def logins(address: str) -> Iterator[str]:
    """The texts to mask wherever they appear; none for an address without a login.

    A password under SHORT characters is masked only behind its name: alone it would be found in half of all answers.
    """
    login, at, _host = re.sub(r"^[A-Za-z][A-Za-z0-9+.-]*://", "", address.strip()).rpartition("@")
    for text in dict.fromkeys((login, unquote(login, errors="replace"))) if at else ():
        name, _colon, password = text.partition(":")
        if password:
            yield text
        if len(password or name) >= SHORT:
            yield password or name


def logins_of(environ: Mapping[str, str]) -> Iterator[str]:
    """Those of every variable that names a proxy, used or not."""
    for name, text in environ.items():
        if "@" in text and name.lower().endswith("_proxy"):
            yield from logins(text)
