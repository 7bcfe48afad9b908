"""What the panel says of a seller: whether it is in use, what its session is good for, how long each part lives."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from rich.text import Text

from topexplorer.core.language import Language
from topexplorer.core.sessionlife import LEVELS, SOON_SECONDS, Part, countdown
from topexplorer.core.text import cell_width, clean_line, fit
from topexplorer.engine.storedkeys import SellerToken

LEAST_NICK = 20
INDENT, GAP = "    ", "  "
SHOWN: tuple[Part, ...] = (*LEVELS, "refresh")
Colour = Callable[[str], str]


def name_of(nick: str, say: Language) -> str:
    """The seller's name in a sentence, also of one whose session was pasted without a nick."""
    return clean_line(nick) or say("sellers.nameless")


def seller_lines(
    tokens: Sequence[SellerToken],
    used: SellerToken | None,
    now: datetime,
    say: Language,
    colour: Colour,
    cells: int,
) -> list[Text]:
    """One entry for each, none of its lines wider than `cells`. Names give way, but not below a readable width."""
    states = [say.render(token.life.state(now)) for token in tokens]
    names = [name_of(token.nick, say) for token in tokens]
    room = max(LEAST_NICK, cells - 2 - len(GAP) - max(map(cell_width, states), default=0))
    width = min(room, max([LEAST_NICK, *map(cell_width, names)]))
    entries = []
    for token, name, state in zip(tokens, names, states, strict=True):
        text = Text.assemble(("● " if token == used else "  ") + fit(name, width) + GAP, style="bold")
        closed = token.life.closed(now)
        look = "success" if not closed else "error" if len(closed) == len(LEVELS) else "warning"
        text.append(state, colour(look))
        entries.append(text.append_text(_lives(token, now, say, colour, cells)))
    return entries


def _lives(token: SellerToken, now: datetime, say: Language, colour: Colour, cells: int) -> Text:
    """Each part with what is left of it, in as many indented lines as it takes; a part is never broken."""
    text, at = Text(), cells
    for part in SHOWN:
        if part == "refresh" and token.refresh is None:
            continue
        left = token.life.left(part, now)
        label = say("sellers.column.refresh") if part == "refresh" else part
        words = say.render(countdown(left))
        wanted = cell_width(f"{label} {words}")
        fits = at + len(GAP) + wanted <= cells
        text.append(GAP if fits else f"\n{INDENT}").append(f"{label} ", colour("secondary"))
        text.append(words, colour(_look(left)))
        at = at + len(GAP) + wanted if fits else len(INDENT) + wanted
    return text


def _look(left: float | None) -> str:
    """The colour of what is left."""
    if left is None:
        return "secondary"
    return "error" if left == 0 else "warning" if left < SOON_SECONDS else "success"
