"""From the engine's numbers to what the top line and the quota page show."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from math import ceil

from topexplorer.core.errors import ConfigError
from topexplorer.core.language import Language, Message
from topexplorer.core.manual import limit_text
from topexplorer.engine.environments import Environment
from topexplorer.engine.ledger import Meter
from topexplorer.engine.quota import UNCOUNTED, is_shown, meter_title
from topexplorer.engine.vault import Vault
from topexplorer.tui.widgets.page import Row, row
from topexplorer.tui.widgets.status_bar import Gauge, Where

BAR_CELLS = 24


def where(environment: Environment, vault: Vault) -> Where:
    """The environment as the top line shows it."""
    keys = vault.status(environment)
    is_shut_out = not keys.ready and vault_trouble(vault, environment) is not None
    return Where(
        environment.name, environment.kind, keys.app_key or "", keys.locked, environment.read_only, is_shut_out
    )


def vault_trouble(vault: Vault, environment: Environment) -> Message | None:
    """Why no key can be had of the vault that the environment's may be in."""
    room = vault.room_with(environment)
    try:
        if room is not None:
            room.require_sound(environment)
    except ConfigError as error:
        return error.message
    return None


def gauges(meters: Sequence[Meter], say: Language) -> tuple[Gauge, ...]:
    """The top line's meters: rate classes first, then the app's day, then its seconds."""
    shown = [meter for meter in meters if is_shown(meter)]
    shown.sort(key=lambda meter: (meter.key.endswith("/app"), meter.limit.seconds != 0))
    return tuple(_gauge(meter, say) for meter in shown)


def _gauge(meter: Meter, say: Language) -> Gauge:
    unit = limit_text(meter.limit, say).partition("/")[2]
    label = f"{meter_title(meter, say)}/{unit}" if meter.limit != UNCOUNTED else meter_title(meter, say)
    return Gauge(label, meter.used, meter.limit.calls, ceil(meter.banned_for))


def meter_rows(meters: Sequence[Meter], environment: Environment, say: Language) -> Iterator[Row]:
    """The quota page: a bar per limit, when it is free again, and what happens when it is full."""
    yield row((say("quota.of", environment=environment.name), "title"))
    yield row((say(f"quota.over.{environment.over_limit}"), "muted"))
    for meter in meters:
        if not is_shown(meter):
            continue
        yield row()
        yield row((f"{meter_title(meter, say)}  ", "strong"), (limit_text(meter.limit, say), "muted"))
        yield _bar(meter, say)
    yield row()
    yield row((say("quota.note"), "muted"))


def _bar(meter: Meter, say: Language) -> Row:
    if meter.banned_for > 0:
        return row("  ", (say("quota.banned", seconds=ceil(meter.banned_for)), "bad"))
    share = min(meter.used / meter.limit.calls, 1.0)
    full = ceil(share * BAR_CELLS) if meter.used else 0
    look = "bad" if share >= 0.9 else "warning" if share >= 0.7 else "good"
    text = say("quota.used", used=f"{meter.used:,}", limit=f"{meter.limit.calls:,}")
    free = say("quota.free", time=duration(meter.resets_in, say)) if meter.used else ""
    return row("  ", ("▰" * full, look), ("▱" * (BAR_CELLS - full), "muted"), f"  {text}", (f"  {free}", "muted"))


def duration(seconds: float, say: Language) -> str:
    """`45 s`, `12 min`, `7 h 05 min`."""
    whole = ceil(seconds)
    if whole < 120:
        return say("duration.seconds", seconds=whole)
    if whole < 7200:
        return say("duration.minutes", minutes=whole // 60)
    return say("duration.hours", hours=whole // 3600, minutes=f"{whole % 3600 // 60:02d}")
