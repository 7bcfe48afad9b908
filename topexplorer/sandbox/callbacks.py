"""Where `authorize` may send somebody: addresses of the app itself, never anybody else's."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from topexplorer.sandbox.accounts import App

OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"
"""For apps without an address: what they get is shown on a page."""
LONGEST = 2048
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
HOST = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)*")
PLAIN = re.compile(r"[!-\[\]-~]+")
"""ASCII that shows, without the backslash: browsers read that one as a slash."""


def may_return_to(app: App, uri: str) -> bool:
    """Whether `uri` is an address of the app: on its registered host or below it, on this machine, or out of band.

    The platform asks for the registered domain; path and query are free. What browsers and Python might read
    differently is refused.
    """
    if uri == OUT_OF_BAND:
        return True
    if not PLAIN.fullmatch(uri) or len(uri) > LONGEST or "#" in uri:
        return False
    try:
        wanted, registered = urlsplit(uri), urlsplit(app.callback)
        host, port = wanted.hostname or "", wanted.port
    except ValueError:
        return False
    plainly = (f"[{host}]" if ":" in host else host) + (f":{port}" if port is not None else "")
    if wanted.netloc.lower() != plainly:
        return False
    if wanted.scheme == "http" and host in LOOPBACK:
        return True
    own = registered.hostname or ""
    below = bool(own) and host.endswith("." + own) and HOST.fullmatch(host) is not None
    return (wanted.scheme, port) == (registered.scheme, registered.port) and (below or host == own != "")


def policy_source(uri: str) -> str:
    """What a Content-Security-Policy has to name so that a browser follows a form's answer to `uri`; empty for none."""
    if uri == OUT_OF_BAND:
        return ""
    parts = urlsplit(uri)
    # A policy cannot name an IPv6 address.
    return f"{parts.scheme}:" if "[" in parts.netloc else f"{parts.scheme}://{parts.netloc}"


def host_of(origin: str) -> str:
    """The host and port of an Origin header; empty for one that has none, such as `null`."""
    try:
        return urlsplit(origin).netloc
    except ValueError:
        return ""
