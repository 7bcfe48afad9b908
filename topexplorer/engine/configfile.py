"""What `config.toml` may say: `[environments.NAME]` tables, strict, every fault with its key path.

Checked by hand and not by pydantic: the file is read on every headless call, where importing pydantic would cost more
than all the rest, and its sentences exist in one language only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from topexplorer.core.call import Secret
from topexplorer.core.language import Message, message
from topexplorer.core.spec import Limit, Platform
from topexplorer.core.text import clean_line
from topexplorer.core.typedwords import looks_secret
from topexplorer.engine.tomlfile import Unfit, broken, one_of, unknown_key

APP_KEY = r"[0-9A-Za-z]{1,32}"
PATTERN = r"[A-Za-z0-9._*?-]{1,200}"
"""A method's name, `*` for any letters and `?` for one."""
DIRECT = "direct"
"""In `proxy`: none, whatever the variables say."""
NAME = r"[a-z][a-z0-9_-]{0,31}"
_RATE = r"(?P<calls>[1-9][0-9]{0,8})/(?:(?P<day>day)|(?P<n>[0-9]{1,5}(?:\.[0-9]{1,3})?)?(?P<unit>s|min|h))"
_UNITS = {"s": 1, "min": 60, "h": 3600}
APP_LIMITS = "app"
"""The name in `limits` of what holds per app key over all APIs."""
DAY_SECONDS = 86_400
MOST_DAYS = 3650


class Tables:
    """The `[environments.NAME]` tables of one config file, with everything that is wrong in it."""

    def __init__(self, path: Path, platform: Platform) -> None:
        self.good: dict[str, dict[str, Any]] = {}
        """What each usable table says, by name."""
        self.broken: dict[str, Message] = {}
        """The first fault of each environment that cannot be used, by name."""
        self.problems: list[Message] = []
        self.secrets: list[Secret] = []
        """What must not be in such a file and is: to be masked wherever it appears."""
        self._path = path
        self._platform = platform

    def read(self, document: Mapping[str, Any]) -> None:
        """Sorts what the file says into `good`, `broken` and `problems`."""
        for key in document:
            if key != "environments":
                self.fault(key, unknown_key(key, ("environments",)))
        tables = document.get("environments", {})
        if not isinstance(tables, dict):
            self.fault("environments", message("config.not_table"))
            return
        for name, table in tables.items():
            self._read_table(name, table)

    def fault(self, where: str, reason: Message, name: str | None = None) -> None:
        """Lists a fault at `where`, a key path; with `name`, that environment cannot be used."""
        problem = broken(self._path, where, reason)
        self.problems.append(problem)
        if name is not None:
            self.broken.setdefault(name, problem)

    def _read_table(self, name: str, table: object) -> None:
        where = f"environments.{name}"
        if not re.fullmatch(NAME, name):
            self.fault(where, message("config.bad_name"))
            return
        if not isinstance(table, dict):
            self.fault(where, message("config.not_table"), name)
            return
        values: dict[str, Any] = {}
        for key, value in table.items():
            try:
                if key not in READERS:
                    raise Unfit(message("config.secret") if any(secrets_in(key, value)) else unknown_key(key, READERS))
                values[key] = READERS[key](value, self._platform)
            except Unfit as fault:
                self.fault(f"{where}.{key}{fault.where}", fault.reason, name)
                self.secrets += map(Secret, secrets_in(key, value))
        if name not in self.broken:
            self.good[name] = values


def secrets_in(key: str, value: object) -> Iterator[str]:
    """What is secret in a setting that cannot be used: the login of a proxy, what is called a secret or looks so."""
    if key in ("secret_cmd", "app_key", "seller"):
        words = [word for word in (value if isinstance(value, list) else [value]) if isinstance(word, str)]
        yield from (part for word in words for part in word.split("=") if looks_secret(part))
    if isinstance(value, str) and key == "proxy":
        from topexplorer.engine.proxylogin import logins

        yield from logins(value)
    elif isinstance(value, str) and key not in READERS:
        from topexplorer.engine.profiletext import is_secret_name

        if is_secret_name(key):
            yield value


def parse_limit(text: str) -> Limit:
    """`200/60s`, `10/s`, `1000/min`, `300/h` or `5000/day` (a day ends at midnight GMT+8). Raises ValueError."""
    found = re.fullmatch(_RATE, text.replace(" ", ""))
    if not found:
        raise ValueError(text)
    seconds = 0.0 if found["day"] else float(found["n"] or 1) * _UNITS[found["unit"]]
    if not found["day"] and not 0 < seconds <= DAY_SECONDS:
        raise ValueError(text)
    return Limit(calls=int(found["calls"]), seconds=seconds)


def _gateway(value: object, platform: Platform) -> str:
    names = {gateway.name: gateway.url for gateway in platform.gateways}
    if not isinstance(value, str):
        raise Unfit(message("config.gateway", names=tuple(names)))
    if value in names:
        return names[value]
    try:
        parts = urlsplit(value)
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        usable = False
    if not usable or "@" in value or "?" in value or "#" in value or clean_line(value) != value or " " in value:
        raise Unfit(message("config.gateway", names=tuple(names)))
    return value


def _seconds(least: float, most: float) -> Callable[[object, Platform], float]:
    def read(value: object, _platform: Platform) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not least <= value <= most:
            raise Unfit(message("config.seconds", least=f"{least:g}", most=f"{most:g}"))
        return float(value)

    return read


def _limits(value: object, platform: Platform) -> dict[str, tuple[Limit, ...]]:
    if not isinstance(value, dict):
        raise Unfit(message("config.not_table"))
    classes = (APP_LIMITS, *(rate.name for rate in platform.rate_classes))
    found = {}
    for name, texts in value.items():
        if name not in classes:
            raise Unfit(unknown_key(name, classes), f".{name}")
        if not isinstance(texts, list):
            raise Unfit(message("config.limits"), f".{name}")
        found[name] = tuple(_limit(text, f".{name}[{place}]") for place, text in enumerate(texts))
    return found


def _limit(text: object, where: str) -> Limit:
    try:
        return parse_limit(text if isinstance(text, str) else "")
    except ValueError:
        raise Unfit(message("config.limit"), where) from None


def _command(value: object, _platform: Platform) -> tuple[str, ...]:
    words = tuple(value) if isinstance(value, list) else ()
    if not words or not all(isinstance(word, str) and "\0" not in word for word in words) or not words[0].strip():
        raise Unfit(message("config.secret_cmd"))
    if any(secrets_in("secret_cmd", value)):
        raise Unfit(message("config.secret"))
    return words


def _app_key(value: object, _platform: Platform) -> str:
    # A person may leave the quotes off: most app keys are numbers.
    text = value if isinstance(value, str) else ""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 10**32:
        text = str(value)
    if not re.fullmatch(APP_KEY, text) or looks_secret(text):
        raise Unfit(message("config.secret" if looks_secret(text) else "config.app_key"))
    return text


def _switch(value: object, _platform: Platform) -> bool:
    if not isinstance(value, bool):
        raise Unfit(message("config.not_switch"))
    return value


def _patterns(value: object, _platform: Platform) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise Unfit(message("config.patterns"))
    for place, pattern in enumerate(value):
        if not isinstance(pattern, str) or not re.fullmatch(PATTERN, pattern):
            raise Unfit(message("config.pattern"), f"[{place}]")
    return tuple(value)


def _proxy(value: object, _platform: Platform) -> str:
    if value == DIRECT:
        return DIRECT
    text = value if isinstance(value, str) else ""
    try:
        parts = urlsplit(text)
        usable = bool(parts.hostname) and parts.scheme in ("http", "https") and parts.port != 0
    except ValueError:
        usable = False
    if usable and "@" in text:
        raise Unfit(message("config.proxy_password"))
    if not usable or parts.path.strip("/") or parts.query or parts.fragment or clean_line(text) != text or " " in text:
        raise Unfit(message("config.proxy"))
    return text


def _ca_bundle(value: object, _platform: Platform) -> str:
    text = value if isinstance(value, str) else ""
    if not (text.startswith(("~/", "~\\")) or Path(text).is_absolute()) or "\0" in text:
        raise Unfit(message("config.ca_bundle"))
    return text


def _seller(value: object, _platform: Platform) -> str:
    if not isinstance(value, str) or not value.strip() or clean_line(value) != value:
        raise Unfit(message("config.seller"))
    if looks_secret(value):
        raise Unfit(message("config.secret"))
    return value


def _minutes(value: object, _platform: Platform) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 1 <= value <= DAY_SECONDS / 60:
        raise Unfit(message("config.minutes", most=DAY_SECONDS // 60))
    return float(value)


def _days(value: object, _platform: Platform) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= MOST_DAYS:
        raise Unfit(message("config.days", most=MOST_DAYS))
    return float(value)


READERS: Mapping[str, Callable[[object, Platform], object]] = {
    "kind": lambda value, _platform: one_of(value, ("sandbox", "dev", "prod")),
    "gateway": _gateway,
    "sign_method": lambda value, platform: one_of(value, platform.sign_methods),
    "timestamp": lambda value, _platform: one_of(value, ("text", "ms")),
    "over_limit": lambda value, _platform: one_of(value, ("wait", "refuse")),
    "max_wait_seconds": _seconds(0, DAY_SECONDS),
    "timeout_seconds": _seconds(0.1, 600),
    "limits": _limits,
    "secret_cmd": _command,
    "vault": lambda value, _platform: one_of(value, ("file", "keyring")),
    "app_key": _app_key,
    "read_only": _switch,
    "allow": _patterns,
    "deny": _patterns,
    "proxy": _proxy,
    "ca_bundle": _ca_bundle,
    "seller": _seller,
    "idle_minutes": _minutes,
    "history_days": _days,
}
"""Every key of an environment's table, and what reads it."""
