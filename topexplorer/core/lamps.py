"""Lamps: one thing each that a call needs, whether it is in order, and what to do when it is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from topexplorer.core.fixes import Fix
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass

State = Literal["ok", "warn", "bad", "skipped"]


@dataclass(frozen=True, slots=True)
class Lamp:
    """What it is about is the message `lamp.<name>`."""

    name: str
    state: State
    sentence: Message
    """What was found."""
    cure: Message | Words | None = None
    """What to do about it. Every red lamp has one."""
    detail: str = ""
    """A figure, an address, a refusal: foreign text."""
    fixes: tuple[Fix, ...] = ()
    """What a face can carry out for it, the likeliest first."""


def has_red(lamps: Iterable[Lamp]) -> bool:
    """Whether any lamp is red."""
    return any(lamp.state == "bad" for lamp in lamps)


def terminal_lamps(environ: Mapping[str, str], is_terminal: bool, encoding: str) -> tuple[Lamp, ...]:
    """Colours, the width of Chinese, and the clipboard, as far as a terminal says what it can do.

    None of them is ever red: a plain terminal shows everything too, only less well.
    """
    if not is_terminal:
        return (Lamp("terminal", "skipped", message("lamp.terminal.none")),)
    return (_colours(environ), _width(environ, encoding), _clipboard(environ))


def _colours(environ: Mapping[str, str]) -> Lamp:
    term, depth = environ.get("TERM", ""), environ.get("COLORTERM", "")
    if environ.get("NO_COLOR"):
        return Lamp("colours", "warn", message("lamp.colours.off"), message("lamp.colours.off.cure"))
    if depth in ("truecolor", "24bit") or term.endswith("-direct") or environ.get("WT_SESSION"):
        return Lamp("colours", "ok", message("lamp.colours.full"), detail=depth or term)
    if "256color" in term:
        return Lamp("colours", "ok", message("lamp.colours.some"), detail=term)
    return Lamp("colours", "warn", message("lamp.colours.few"), message("lamp.colours.few.cure"), term)


def _width(environ: Mapping[str, str], encoding: str) -> Lamp:
    plain = encoding.lower().replace("-", "").replace("_", "")
    if plain != "utf8":
        return Lamp("cjk_width", "warn", message("lamp.cjk_width.encoding"), message("lamp.cjk_width.cure"), encoding)
    if environ.get("TERM") == "linux":
        cure = message("lamp.cjk_width.console.cure")
        return Lamp("cjk_width", "warn", message("lamp.cjk_width.console"), cure, "linux")
    return Lamp("cjk_width", "ok", message("lamp.cjk_width.ok"), detail=encoding)


def _clipboard(environ: Mapping[str, str]) -> Lamp:
    if environ.get("TERM_PROGRAM") == "Apple_Terminal":
        return Lamp("clipboard", "warn", message("lamp.clipboard.none"), message("lamp.clipboard.none.cure"))
    if environ.get("TMUX") or environ.get("STY"):
        return Lamp("clipboard", "warn", message("lamp.clipboard.tmux"), message("lamp.clipboard.tmux.cure"))
    remote = environ.get("SSH_TTY") or environ.get("SSH_CONNECTION")
    return Lamp("clipboard", "ok", message("lamp.clipboard.remote" if remote else "lamp.clipboard.ok"))
