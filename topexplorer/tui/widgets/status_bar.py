"""The top line: which environment, in words and colour, as which app, and what has been used of its quota."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from rich.segment import Segment
from rich.style import Style
from textual.reactive import reactive
from textual.strip import Strip
from textual.widget import Widget

from topexplorer.core.language import Language
from topexplorer.core.text import cell_width, clean_line, fit

FULL, EMPTY = "▰", "▱"
BAR_CELLS = 4
SELLER_CELLS = 16


@dataclass(frozen=True, slots=True)
class Where:
    """The active environment as the top line shows it."""

    name: str
    kind: str
    app_key: str
    locked: bool = False
    """Whether its keys are in a vault that is not open."""
    read_only: bool = False
    """Whether no write can leave."""
    shut_out: bool = False
    """Whether it has no keys because their vault cannot be used."""


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose session calls carry. `note` says what of it ends soon, `over` that something of it has."""

    nick: str
    note: str = ""
    over: bool = False


@dataclass(frozen=True, slots=True)
class Gauge:
    """One meter: `used` of `limit` calls, or a ban that lasts `banned` more seconds."""

    label: str
    used: int
    limit: int
    banned: int = 0

    @property
    def fraction(self) -> float:
        return min(self.used / self.limit, 1.0) if self.limit else 1.0

    @property
    def bar(self) -> str:
        full = 0 if self.used == 0 else max(1, int(self.fraction * BAR_CELLS))
        return FULL * full + EMPTY * (BAR_CELLS - full)


class StatusBar(Widget):
    """Left: where am I. Right: what did it cost. The right part gives way first when it is narrow."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"status--kind", "status--name", "status--gauge", "status--full"}
    DEFAULT_CSS = """
    StatusBar {
        height: 1;
        dock: top;
        & > .status--kind { text-style: bold; }
        & > .status--name { text-style: none; }
        & > .status--gauge { text-style: none; }
        & > .status--full { text-style: bold reverse; }
    }
    """
    where: reactive[Where | None] = reactive(None)
    gauges: reactive[tuple[Gauge, ...]] = reactive(())
    clock: reactive[str] = reactive("")
    """What is said of a clock that is off; empty while it is right."""

    seller: reactive[Seller | None] = reactive(None)
    demo: reactive[bool] = reactive(False)
    """Whether what is on the screen is made up."""

    def __init__(self, language: Language) -> None:
        super().__init__()
        self._language = language

    def render_line(self, y: int) -> Strip:
        base = self.rich_style
        left = self._left(base)
        room = self.size.width - sum(segment.cell_length for segment in left)
        right: list[Segment] = []
        for gauge in self.gauges:
            part = self._gauge(gauge, base)
            width = sum(segment.cell_length for segment in part)
            if width > room - 1:
                break
            right += part
            room -= width
        return Strip([*left, Segment(" " * max(room, 0), base), *right]).adjust_cell_length(self.size.width, base)

    def _left(self, base: Style) -> list[Segment]:
        badge = [Segment(f" {self._language('redact.badge')} ", base + self._look("full"))] if self.demo else []
        return badge + self._here(base)

    def _here(self, base: Style) -> list[Segment]:
        if self.where is None:
            return [Segment(" topexplorer", base)]
        kind = self._language(f"kind.{self.where.kind}")
        name = "" if self.where.name == self.where.kind else f" {self.where.name}"
        key = self.where.app_key
        lack = self._language("status.vault" if self.where.shut_out else "status.no_keys")
        app = self._language("status.app", key=key) if key else lack
        guarded = f"· {self._language('env.mark.read_only')} " if self.where.read_only else ""
        texts = [(f" {kind}{clean_line(name)} {guarded}", "kind"), (f"· {clean_line(app)} ", "name")]
        if self.where.locked:
            texts.append((f"· {self._language('status.locked')} ", "name"))
        if self.seller is not None and self.seller.nick:
            texts.append((f"· {fit(self.seller.nick, min(cell_width(self.seller.nick), SELLER_CELLS))} ", "name"))
        if self.seller is not None and self.seller.note:
            texts.append((f"{self.seller.note} ", "full" if self.seller.over else "name"))
        if self.clock:
            texts.append((f" {self.clock} ", "full"))
        return [Segment(text, base + self._look(look)) for text, look in texts]

    def _gauge(self, gauge: Gauge, base: Style) -> list[Segment]:
        if gauge.banned:
            text = self._language("status.banned", name=gauge.label, seconds=gauge.banned)
            return [Segment(f" {text} ", base + self._look("full"))]
        look = "full" if gauge.fraction >= 0.9 else "gauge"
        return [Segment(f" {gauge.label} {gauge.bar} {gauge.used}/{gauge.limit} ", base + self._look(look))]

    def _look(self, look: str) -> Style:
        return self.get_component_rich_style(f"status--{look}", partial=True)
