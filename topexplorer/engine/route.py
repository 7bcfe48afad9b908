"""How the network is reached: through which proxy, as an environment or the machine says, and trusting which
authorities.

What is shown is what is used: the choice is made here and not by the HTTP library. There is no way to switch the
checking of certificates off: a gateway of one's own with its own authority has `ca_bundle`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import urlsplit

from topexplorer.core.errors import ConfigError
from topexplorer.core.language import message
from topexplorer.core.nouns import dataclass
from topexplorer.core.text import clean_line
from topexplorer.engine.configfile import DIRECT
from topexplorer.engine.environments import SANDBOX_URL, Environment, is_loopback

if TYPE_CHECKING:
    import ssl

NAMES = ("https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY")
"""The variables that name a proxy for https, the first one that is set counts."""
_NO_PROXY = ("no_proxy", "NO_PROXY")


@dataclass(frozen=True, slots=True)
class Route:
    """The proxy of an environment's calls, and who named it."""

    proxy: str = field(default="", repr=False)
    """Its address, which may hold a password: show `shown`. Empty: none."""
    origin: Literal["built-in", "file", "variable", "system"] = "built-in"
    variable: str = ""

    @property
    def shown(self) -> str:
        """The address without name and password, and without path and query."""
        from topexplorer.engine.proxylogin import masked

        return masked(self.proxy)


def route(environment: Environment, environ: Mapping[str, str]) -> Route:
    """The way to the environment's gateway. This machine and the embedded sandbox are always reached directly: what
    is sent to them is not encrypted, and no proxy is to read it.
    """
    if environment.proxy:
        return Route("" if environment.proxy == DIRECT else environment.proxy, "file")
    host = urlsplit(environment.gateway).hostname or ""
    if environment.gateway == SANDBOX_URL or is_loopback(host):
        return Route()
    for name in _NO_PROXY:
        if environ.get(name) and _is_exempt(host, environ[name]):
            return Route("", "variable", name)
    for name in NAMES:
        if address := environ.get(name, "").strip():
            return Route(address if "://" in address else f"http://{address}", "variable", name)
    return _system_route(host) if environ is os.environ else Route()


def require_usable(found: Route) -> None:
    """Raises ConfigError for a proxy that is none, or is of a kind that is not supported."""
    if not found.proxy:
        return
    try:
        parts = urlsplit(found.proxy)
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise ConfigError(message("env.bad_proxy", variable=found.variable, proxy=found.shown))


def trusted(ca_bundle: str) -> ssl.SSLContext:
    """Checks certificates: by the system's authorities, or only by those in the PEM file. Takes some 20 ms the first
    time. Raises ConfigError for a file that is none.
    """
    import ssl

    if not ca_bundle:
        return _context("", 0)
    path = Path(ca_bundle).expanduser()
    try:
        return _context(str(path), path.stat().st_mtime_ns)
    except ssl.SSLError:
        reason = message("env.ca_bundle.not_pem")
    except OSError as error:
        reason = message("env.ca_bundle.unreadable", detail=error.strerror or type(error).__name__)
    except RuntimeError:
        reason = message("env.ca_bundle.unreadable", detail="~")
    raise ConfigError(message("env.ca_bundle", file=clean_line(ca_bundle), reason=reason))


@lru_cache(maxsize=8)
def _context(path: str, _changed: int) -> ssl.SSLContext:
    import ssl

    return ssl.create_default_context(cafile=path or None)


def _is_exempt(host: str, names: str) -> bool:
    """Whether `no_proxy` names the host, as urllib and curl read it."""
    import urllib.request

    # Not in the library's documents or in its types, and what every client that follows the variables uses.
    exempt: Callable[[str, Mapping[str, str]], bool] = vars(urllib.request)["proxy_bypass_environment"]
    return bool(exempt(host, {"no": names}))


def _system_route(host: str) -> Route:
    """The proxy of the system's settings, where there are such beside the variables: on macOS and Windows."""
    from platform import system

    if system() not in ("Darwin", "Windows"):
        return Route()
    from urllib.request import getproxies, proxy_bypass

    address = getproxies().get("https", "")
    return Route(address, "system") if address and not proxy_bypass(host) else Route()
