"""What is secret in the address of a proxy: its login, as it is written there and as it is sent."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from urllib.parse import unquote

from topexplorer.core.taint import SHORT


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
