"""Whether a call is worth sending: what is known already to doom it holds it back, once, with its reason."""

from __future__ import annotations

from dataclasses import replace

from topexplorer.core.call import RequestDraft
from topexplorer.core.diagnosis import Diagnosis, Pitfall
from topexplorer.core.errors import ConfigError
from topexplorer.core.fixes import GATEWAY_TIME, Fix
from topexplorer.core.language import Message, message
from topexplorer.core.text import clean_line
from topexplorer.engine.currentseller import session_trouble
from topexplorer.engine.engine import Engine
from topexplorer.engine.madeup import own_keys
from topexplorer.engine.vault import KeyStatus


def held(engine: Engine, draft: RequestDraft) -> Diagnosis | None:
    """Why sending `draft` now would be for nothing; None while nothing is known against it. Asks nobody anything.

    Only keys, session, clock and values that a write lost since it was made hold a call back: wrong parameters may be
    sent on purpose, and for limits the ledger waits or refuses by itself.
    """
    spec = engine.catalog.spec(draft.api)
    if spec.writes and draft.lacking:
        return _lacking(draft)
    status = engine.vault.status(engine.environment)
    if status.pending:
        return None
    if not status.ready:
        return _keys(engine, status)
    if trouble := session_trouble(engine.vault, engine.environment, engine.seller, spec, engine.clock()):
        return _session(engine, draft, trouble)
    return None if status.locked else _clock(engine)


def _keys(engine: Engine, status: KeyStatus) -> Diagnosis:
    environment = engine.environment
    try:
        engine.vault.room.require_sound(environment)
    except ConfigError as error:
        return _diagnosis("app_key", error.message, error.hint or message("lab.held.vault.cure"), _elsewhere(engine))
    there = {"app_key": status.app_key is not None, "app_secret": status.has_secret}
    lacking = tuple(message(f"lab.held.{name}") for name, is_there in there.items() if not is_there)
    fixes = (*_elsewhere(engine), Fix("keys", message("fix.keys")))
    cause = message("lab.held.keys", environment=environment.name, names=lacking)
    return _diagnosis("app_key", cause, message("lab.held.keys.cure"), fixes)


def _session(engine: Engine, draft: RequestDraft, trouble: Message) -> Diagnosis:
    fixes = (*_elsewhere(engine), Fix("login", message("fix.login")), Fix("keys", message("fix.keys"), "session"))
    cause = message("lab.held.session", method=draft.api, reason=trouble)
    return _diagnosis("session", cause, message("lab.held.session.cure"), (*fixes, _anyway()))


def _lacking(draft: RequestDraft) -> Diagnosis:
    names = tuple(map(clean_line, draft.lacking))
    cause = message("lab.held.lacking", names=names, method=clean_line(draft.api))
    fixes = (*(Fix("edit", message("fix.edit", name=name), target=name) for name in draft.lacking), _anyway())
    found = _diagnosis("parameter", cause, message("lab.held.lacking.cure"), fixes)
    return replace(found, title=message("lab.held.lacking.title"))


def _clock(engine: Engine) -> Diagnosis | None:
    skew = engine.gateway_clock.skew
    if skew is None or not skew.left_by(engine.gateway_ahead.total_seconds()).dooms:
        return None
    from topexplorer.core.timestamps import span

    seconds = round(skew.seconds)
    cause = message("lab.held.behind" if seconds > 0 else "lab.held.ahead", off=span(seconds))
    cured = Fix("timestamp", message("fix.timestamp.gateway"), target=GATEWAY_TIME, seconds=seconds)
    return _diagnosis("timestamp", cause, message("lamp.clock.cure"), (cured, _anyway()))


def _elsewhere(engine: Engine) -> tuple[Fix, ...]:
    name = own_keys(engine)
    return (Fix("environment", message("fix.environment", name=name), target=name),) if name else ()


def _anyway() -> Fix:
    return Fix("anyway", message("fix.anyway"))


def _diagnosis(pitfall: Pitfall, cause: Message, cure: Message, fixes: tuple[Fix, ...]) -> Diagnosis:
    return Diagnosis(message("lab.held.title"), cause, cure, (), fixes, pitfall=pitfall)
