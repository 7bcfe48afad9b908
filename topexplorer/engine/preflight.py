"""Preflight: lamps on everything a call needs. Those of `at_hand` cost no call and no question; those of `on_the_wire`
make three reads in the chosen environment, all counted by the ledger, and touch no other host.

Whether one call is worth sending is not asked here: `engine.holding` does.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from topexplorer.core.errors import ConfigError, Refused
from topexplorer.core.fixes import GATEWAY_TIME, Fix
from topexplorer.core.lamps import Lamp, State
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.core.timestamps import Skew, span
from topexplorer.engine.currentseller import lack_of_session, token_in_use
from topexplorer.engine.engine import Engine
from topexplorer.engine.environments import SANDBOX_URL, require_safe
from topexplorer.engine.guard import strangers
from topexplorer.engine.ledger import limit_words, span_words
from topexplorer.engine.quota import is_shown

SOON = timedelta(hours=24)
"""A session that ends within this time is worth a word."""
FOR_GOOD = timedelta(days=3650)
"""What ends later than this was made never to end."""
NEARLY = 0.8
"""The part of a limit from which it is worth a word."""


def at_hand(engine: Engine, problems: Iterable[Message] = ()) -> tuple[Lamp, ...]:
    """What can be known of the active environment without a call. `problems` are those of the configuration."""
    return (
        config_lamp(problems, lists_told(engine)),
        specs_lamp(engine, thorough=False),
        address_lamp(engine),
        keys_lamp(engine),
        session_lamp(engine),
        quota_lamp(engine),
    )


def lists_told(engine: Engine) -> tuple[Message, ...]:
    """The entries of `allow` and `deny` that no API of the catalog fits: a slip, or an API that the catalog lacks."""
    facts = engine.environment
    lists = {"allow": facts.allow, "deny": facts.deny}
    found = {name: strangers(patterns, engine.catalog) for name, patterns in lists.items()}
    return tuple(message("lamp.config.stranger", name=name, patterns=p) for name, p in found.items() if p)


def config_lamp(problems: Iterable[Message], doubts: Iterable[Message] = ()) -> Lamp:
    """Whether every file of settings could be used, and what in it may not mean what it should."""
    found = tuple(problems)
    if found:
        return Lamp("config", "bad", message("lamp.config.bad", problems=found), message("lamp.config.cure"))
    if doubted := tuple(doubts):
        doubt = message("lamp.config.bad", problems=doubted)
        return Lamp("config", "warn", doubt, message("lamp.config.stranger.cure"))
    return Lamp("config", "ok", message("lamp.config.ok"))


def specs_lamp(engine: Engine, *, thorough: bool) -> Lamp:
    """Whether the spec folders are sound. A `thorough` look holds every file to every rule, and takes seconds."""
    catalog = engine.catalog
    count = len(catalog)
    if broken := len(catalog.problems):
        cure = message("lamp.specs.cure")
        return Lamp("specs", "bad" if not count else "warn", message("lamp.specs.broken", n=broken), cure)
    if not thorough:
        return Lamp("specs", "ok", message("lamp.specs.ok", n=count))
    from topexplorer.core.lint import lint

    findings = lint(catalog)
    errors = sum(finding.severity == "error" for finding in findings)
    figures = {"n": count, "errors": errors, "warnings": len(findings) - errors}
    if errors:
        return Lamp("specs", "warn", message("lamp.specs.lint", **figures), message("lamp.specs.cure"))
    return Lamp("specs", "ok", message("lamp.specs.lint" if findings else "lamp.specs.ok", **figures))


def address_lamp(engine: Engine) -> Lamp:
    """Whether the gateway may be called at all."""
    environment = engine.environment
    try:
        require_safe(environment)
    except Refused as error:
        return Lamp("address", "bad", error.message, message("lamp.address.cure"))
    if environment.gateway == SANDBOX_URL:
        return Lamp("address", "ok", message("lamp.address.embedded"))
    return Lamp("address", "ok", message("lamp.address.ok"), detail=environment.gateway)


def keys_lamp(engine: Engine) -> Lamp:
    """Whether there are an app key and a secret, and whether the vault that holds them is open."""
    environment = engine.environment
    status = engine.vault.status(environment)
    if not status.ready:
        cure = message("lamp.keys.cure", environment=environment.name)
        try:
            engine.vault.room.require_sound(environment)
        except ConfigError as error:
            return Lamp("keys", "bad", message("lamp.keys.refused"), error.message)
        return Lamp("keys", "bad", message("lamp.keys.missing"), cure, fixes=(Fix("keys", message("fix.keys")),))
    if status.locked:
        return Lamp("keys", "warn", message("lamp.keys.locked"), message("lamp.keys.locked.cure"), status.app_key or "")
    if status.pending:
        return Lamp("keys", "ok", message("lamp.keys.pending"))
    return Lamp("keys", "ok", status.source, detail=status.app_key or "")


def session_lamp(engine: Engine) -> Lamp:
    """Whether there is a session, and how long it and its levels last where the vault knows that."""
    environment, login = engine.environment, (Fix("login", message("fix.login")),)
    if lack := lack_of_session(engine.vault, environment, engine.seller, message("lamp.session.none")):
        return Lamp("session", "warn", lack, session_cure(engine), fixes=login)
    token, now = token_in_use(engine.vault, environment, engine.seller), engine.clock()
    if token is None or not token.expires:
        return Lamp("session", "ok", message("lamp.session.life_unknown"), detail=token.nick if token else "")
    ends = {name: moment for name, moment in token.expires.items() if name != "refresh"}
    over = tuple(name for name, moment in ends.items() if moment <= now)
    cure = message("lamp.session.renew", environment=environment.name)
    if "session" in over:
        return Lamp("session", "bad", message("lamp.session.over"), cure, token.nick, login)
    if over:
        return Lamp("session", "warn", message("lamp.session.levels_over", levels=over), cure, token.nick, login)
    return _living(token.nick, min(ends.values(), default=now + 2 * SOON), now, cure)


def session_cure(engine: Engine) -> Message:
    """How calls come to carry a session where they carry none."""
    environment = engine.environment
    key = "lamp.session.choose" if engine.vault.status(environment).has_session else "lamp.session.cure"
    return message(key, environment=environment.name)


def _living(nick: str, end: datetime, now: datetime, cure: Message) -> Lamp:
    left = end - now
    if left > FOR_GOOD:
        return Lamp("session", "ok", message("lab.session.endless"), None, nick)
    sentence = message("lamp.session.left", left=span_words(left.total_seconds()))
    return Lamp("session", "warn", sentence, cure, nick) if left < SOON else Lamp("session", "ok", sentence, None, nick)


def quota_lamp(engine: Engine, method: str | None = None) -> Lamp:
    """Whether the ledger lets a call of `method`, or any call, go; red for a limit that is used up, and for a ban."""
    meters = [meter for meter in engine.meters(method) if is_shown(meter)]
    for meter in meters:
        title = meter.title or clean_line(meter.key.rsplit("/", 1)[-1])
        if meter.banned_for > 0:
            wait = span_words(meter.banned_for)
            return Lamp(
                "quota", "bad", message("lamp.quota.banned", title=title), message("lamp.quota.wait", wait=wait)
            )
    fullest = max(meters, key=lambda meter: meter.used / max(meter.limit.calls, 1), default=None)
    if fullest is None:
        return Lamp("quota", "ok", message("lamp.quota.none"))
    title = fullest.title or clean_line(fullest.key.rsplit("/", 1)[-1])
    figures = {"used": fullest.used, "limit": limit_words(fullest.limit), "title": title}
    wait = message("lamp.quota.wait", wait=span_words(fullest.resets_in))
    if fullest.used >= fullest.limit.calls:
        return Lamp("quota", "bad", message("lamp.quota.used_up", **figures), wait)
    if fullest.used >= NEARLY * fullest.limit.calls:
        return Lamp("quota", "warn", message("lamp.quota.nearly", **figures), message("lamp.quota.slow"))
    return Lamp("quota", "ok", message("lamp.quota.ok", **figures))


def clock_lamp(found: Skew | None, engine: Engine) -> Lamp:
    """How far this machine's clock is from the gateway's; red from where calls are refused for it."""
    if found is None:
        return Lamp("clock", "skipped", message("lamp.clock.unknown"))
    source = message(f"stamp.source.{found.source}")
    if not found.is_remarkable:
        return Lamp("clock", "ok", message("lamp.clock.ok", source=source), detail=f"{found.seconds:+.0f} s")
    key = "lamp.clock.behind" if found.seconds > 0 else "lamp.clock.ahead"
    corrected = abs(found.seconds - engine.gateway_ahead.total_seconds()) <= 1 + found.within
    state: State = "bad" if found.dooms and not corrected else "warn"
    sentence = message(key, off=span(found.seconds), source=source)
    fix = Fix("timestamp", message("fix.timestamp.gateway"), target=GATEWAY_TIME, seconds=round(found.seconds))
    return Lamp("clock", state, sentence, message("lamp.clock.cure"), f"{found.seconds:+.0f} s", (fix,))


def skipped(names: Iterable[str]) -> Iterator[Lamp]:
    """The lamps that could not be looked at because something before them is red."""
    for name in names:
        yield Lamp(name, "skipped", message("lamp.skipped"))
