"""The settings of an environment as one line of text each: what a person types, and what is shown of them.

One grammar for both faces. `SETTINGS` is the order in which they are shown.

    switches   true, false
    lists      taobao.trade.*, taobao.time.get
    limits     app:10/s,5000/day trade:200/60s basic:none
    commands   pass show top/dev            words, quoted as in a shell; no shell ever runs them
    others     as in config.toml, without quotes
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Collection, Mapping
from typing import Literal, get_args

from topexplorer.core.errors import UnsafeGateway, UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.spec import Limit, Platform
from topexplorer.core.typedwords import is_name, names_secret
from topexplorer.engine.configfile import DIRECT, READERS
from topexplorer.engine.environments import Environment, Kind, OverLimit, require_safe
from topexplorer.engine.profiletext import is_secret_name
from topexplorer.engine.tomlfile import Unfit, unknown_key

Shape = Literal["text", "switch", "number", "list", "limits", "command"]
Value = str | bool | float | list[str] | dict[str, list[str]]
"""A setting as a TOML value."""
SETTINGS: Mapping[str, Shape] = {
    "kind": "text",
    "gateway": "text",
    "app_key": "text",
    "seller": "text",
    "read_only": "switch",
    "allow": "list",
    "deny": "list",
    "sign_method": "text",
    "timestamp": "text",
    "over_limit": "text",
    "max_wait_seconds": "number",
    "timeout_seconds": "number",
    "limits": "limits",
    "proxy": "text",
    "ca_bundle": "text",
    "vault": "text",
    "secret_cmd": "command",
    "idle_minutes": "number",
    "history_days": "number",
}
NO_LIMIT = "none"
_SWITCH = {"true": True, "yes": True, "on": True, "是": True, "false": False, "no": False, "off": False, "否": False}


def read_settings(
    texts: Mapping[str, str], platform: Platform, removable: Collection[str] = ()
) -> dict[str, Value | None]:
    """The settings as TOML values; None for those that are empty, which are to be taken out. Of names that are no
    settings only those in `removable` can be, and nothing else.

    Raises UsageError with one sentence for the first that is wrong. What was typed is not in it: it may be a secret.
    """
    found: dict[str, Value | None] = {}
    for name, text in texts.items():
        if name in removable and not text.strip():
            found[name] = None
            continue
        if name not in SETTINGS and (is_secret_name(name) or names_secret(name)):
            raise UsageError(message("env.secret_setting"), message("env.secret_setting.hint"))
        if name not in SETTINGS and not is_name(name):
            raise UsageError(message("env.not_a_setting"), message("env.help.settings"))
        if name not in SETTINGS:
            raise UsageError(unknown_key(name, SETTINGS))
        found[name] = _checked(name, text.strip(), platform) if text.strip() else None
    return found


def _checked(name: str, text: str, platform: Platform) -> Value:
    try:
        value = _value(SETTINGS[name], text)
        meant = READERS[name](value, platform)
        if name == "gateway" and isinstance(meant, str):
            require_safe(Environment("", "dev", meant))
    except UnsafeGateway:
        raise UsageError(message("env.bad_setting", name=name, reason=message("config.clear_gateway"))) from None
    except Unfit as fault:
        raise UsageError(message("env.bad_setting", name=f"{name}{fault.where}", reason=fault.reason)) from None
    return value


def _value(shape: Shape, text: str) -> Value:
    if shape == "switch":
        if text.casefold() not in _SWITCH:
            raise Unfit(message("env.switch"))
        return _SWITCH[text.casefold()]
    if shape == "number":
        try:
            number = float(text)
        except ValueError:
            raise Unfit(message("env.number")) from None
        return int(number) if number.is_integer() else number
    if shape == "list":
        return [part for part in re.split(r"[\s,，、;；]+", text) if part]
    if shape == "limits":
        return _limits(text)
    if shape == "command":
        try:
            return shlex.split(text)
        except ValueError:
            raise Unfit(message("env.command")) from None
    return text


def _limits(text: str) -> dict[str, list[str]]:
    found = {}
    for part in re.sub(r"\s*([:：,，])\s*", r"\1", text).split():
        name, colon, rates = part.replace("：", ":").replace("，", ",").partition(":")
        if not colon or not rates:
            raise Unfit(message("env.limits"))
        found[name] = [] if rates == NO_LIMIT else rates.split(",")
    return found


def setting_text(environment: Environment, name: str, platform: Platform) -> str:
    """The setting as a person types it; empty for what says nothing."""
    value = getattr(environment, name)
    if name == "gateway":
        return next((gateway.name for gateway in platform.gateways if gateway.url == value), value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float):
        return f"{value:g}"
    if name == "secret_cmd":
        return shlex.join(value)
    if name == "limits":
        return " ".join(f"{rate}:{','.join(map(limit_text, limits)) or NO_LIMIT}" for rate, limits in value.items())
    return ", ".join(value) if isinstance(value, tuple) else value or ""


def limit_text(limit: Limit) -> str:
    """`200/60s`, as config.toml has it."""
    if limit.seconds == 0:
        return f"{limit.calls}/day"
    return f"{limit.calls}/s" if limit.seconds == 1 else f"{limit.calls}/{limit.seconds:g}s"


def choices(name: str, platform: Platform) -> tuple[str, ...]:
    """What may stand there, most usual first; empty where anything may."""
    if name == "gateway":
        return tuple(gateway.name for gateway in platform.gateways)
    known: Mapping[str, tuple[str, ...]] = {
        "kind": tuple(kind for kind in reversed(get_args(Kind))),
        "sign_method": platform.sign_methods,
        "timestamp": ("text", "ms"),
        "over_limit": tuple(reversed(get_args(OverLimit))),
        "read_only": ("true", "false"),
        "vault": ("keyring", "file"),
        "proxy": (DIRECT,),
    }
    return known.get(name, ())


def about(name: str) -> Message:
    """What the setting is for, in one sentence."""
    return message(f"env.about.{name}")
