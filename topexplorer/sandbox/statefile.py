"""The sandbox's memory as one document: only what calls have changed, on top of a market that its seed makes again, and
the sessions, codes and refresh tokens that were handed out or taken back.

Calls counted towards limits, bans and the log are not in it: whoever starts the gateway anew wants to call. A document
of the older format, without sessions, is still read. One that is broken, cut off, changed by hand or made for another
market is refused as a whole.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import field
from datetime import datetime
from typing import Any

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.values import GMT8
from topexplorer.sandbox.market import DRAWERS, Market

FORMAT = 2
READ = (1, FORMAT)
"""Format 1 had no tokens."""
GENERATION = 1
"""Of the seeded market: a number up whenever a seed makes other rows than before."""
KIND = "topexplorer sandbox"


class UnreadableState(ValueError):
    """A document that holds no usable state; `problem` says why, and what to do."""

    def __init__(self, problem: Message) -> None:
        super().__init__(problem.key)
        self.problem = problem


@dataclass(frozen=True, slots=True)
class State:
    """What a document holds."""

    seed: int
    epoch: datetime
    """The moment the market was made for, in GMT+8."""
    last_id: int
    changes: Mapping[str, Any]
    """As `differences` gives them."""
    tokens: Mapping[str, Any] = field(default_factory=dict)
    """As the token office keeps them; empty for none."""


def differences(market: Market, fresh: Market) -> dict[str, Any]:
    """What `market` has other than `fresh`, the market its seed makes: sellers, rows and the numbers of rows gone."""
    found: dict[str, Any] = {"sellers": {n: row for n, row in market.sellers.items() if row != fresh.sellers[n]}}
    for name in DRAWERS:
        mine, original = market.drawer(name), fresh.drawer(name)
        rows = [[number, row] for number, row in mine.written() if original.get(number) != row]
        gone = [number for number in original.numbers() if number not in mine] if mine.opened else []
        if rows or gone:
            found[name] = {"rows": rows, "gone": gone}
    return found


def apply(changes: Mapping[str, Any], market: Market) -> None:
    """Bring a fresh market to where `changes` were taken."""
    market.sellers.update(changes["sellers"])
    for name in DRAWERS:
        part = changes.get(name)
        if part:
            drawer = market.drawer(name)
            for number in part["gone"]:
                drawer.remove(number)
            for number, row in part["rows"]:
                drawer.put(number, row)


def packed(state: State) -> bytes:
    """The document."""
    body = {
        "seed": state.seed,
        "epoch": state.epoch.isoformat(),
        "last_id": state.last_id,
        "changes": state.changes,
        "tokens": state.tokens,
    }
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    head = {"kind": KIND, "format": FORMAT, "market": GENERATION, "check": _check(text)}
    return f"{json.dumps(head)}\n{text}\n".encode()


def unpacked(data: bytes) -> State:
    """The state in a document. Raises UnreadableState."""
    try:
        first, _line, text = data.decode().partition("\n")
        head, text = json.loads(first), text.removesuffix("\n")
        if head["kind"] != KIND:
            raise ValueError("kind")
        version = (head["format"], head["market"])
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnreadableState(message("sandbox.state.broken")) from error
    if version[0] not in READ or version[1] != GENERATION:
        raise UnreadableState(message("sandbox.state.version"))
    if head.get("check") != _check(text):
        raise UnreadableState(message("sandbox.state.broken"))
    body = json.loads(text)
    epoch = datetime.fromisoformat(body["epoch"]).astimezone(GMT8)
    return State(body["seed"], epoch, body["last_id"], body["changes"], body.get("tokens", {}))


def _check(text: str) -> str:
    return hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
