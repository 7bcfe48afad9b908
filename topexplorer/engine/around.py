"""What is known beside a call when it is explained: whose it was, how the clocks stand, which fields did not come."""

from __future__ import annotations

from collections.abc import Container, Iterable
from dataclasses import replace

from topexplorer.core.call import Answer, Exchange
from topexplorer.core.emptyfields import Gap, OwnerHints, explain_gaps
from topexplorer.core.fixes import Fix
from topexplorer.core.language import message
from topexplorer.core.refusedcall import Surroundings
from topexplorer.engine.currentseller import token_in_use
from topexplorer.engine.engine import Engine
from topexplorer.engine.madeup import own_keys


def surroundings(engine: Engine, method: str) -> Surroundings:
    """What bears on a refusal of that method in the active environment."""
    return Surroundings(
        behind=engine.catalog.imported(method),
        seller=seller(engine),
        skew=engine.gateway_clock.skew,
        own_keys=own_keys(engine),
        previous_secret=engine.vault.status(engine.environment).can_go_back,
    )


def surroundings_of(engine: Engine, exchange: Exchange) -> Surroundings:
    """What bears on that exchange. Of the one who sends now nothing does, if it was made before or elsewhere."""
    around = surroundings(engine, exchange.draft.api)
    if exchange.environment != engine.environment.name:
        return Surroundings(behind=around.behind)
    return replace(around, seller="", previous_secret=False) if exchange.kept is not None else around


def seller(engine: Engine) -> str:
    """The nick of the seller whose session is sent; empty when nobody said whose it is."""
    token = token_in_use(engine.vault, engine.environment, engine.seller)
    return token.nick if token else ""


def gaps_of(engine: Engine, exchange: Exchange, missed: Iterable[str] = ()) -> tuple[Gap, ...]:
    """Every field that was asked for, or is `missed`, and did not come, and why. As slow as the answer is large."""
    if not isinstance(exchange.outcome, Answer):
        return ()
    spec = engine.catalog.spec(exchange.draft.api)
    has_session = any(name == "session" for name, _text in exchange.request.params)
    behind = engine.catalog.imported(spec.method)
    is_own = exchange.kept is None and exchange.environment == engine.environment.name
    hints = OwnerHints(seller(engine) if is_own else "", spec.permissions or (behind.permissions if behind else ()))
    try:
        gaps = explain_gaps(spec, exchange.draft, exchange.outcome.payload, has_session, hints, missed)
    except (ValueError, RecursionError):
        return ()
    at_hand = {token.nick for token in engine.vault.sellers(engine.environment)}
    return tuple(_as_seller(gap, at_hand) for gap in gaps)


def _as_seller(gap: Gap, at_hand: Container[str]) -> Gap:
    """Nobody has to authorise anything where a session of that seller is there already."""
    if gap.fix is None or gap.fix.kind != "login" or gap.fix.target not in at_hand:
        return gap
    nick = gap.fix.target
    return replace(gap, fix=Fix("seller", message("fix.seller", seller=nick), target=nick))
