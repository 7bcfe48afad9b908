"""What the sandbox remembers, as plain rows: the platform's structs with the platform's field names.

A row holds values as the platform writes them: numbers as numbers, prices and dates as text in GMT+8.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

Row = dict[str, Any]


def stamp(moment: datetime) -> str:
    """A moment as the platform writes it; `moment` is in GMT+8."""
    return moment.isoformat(" ", "seconds")[:19]


def later(moment: datetime, seconds: int, now: datetime) -> datetime:
    """So many seconds after `moment`, or less when that would not lie before `now`."""
    return min(moment + timedelta(seconds=seconds), moment + (now - moment) * 0.7)


def yuan(amount: int) -> str:
    """An amount in cents as the platform writes it: `12.50`."""
    if amount < 0:
        return f"-{yuan(-amount)}"
    return f"{amount // 100}.{amount % 100:02d}"


def cents(text: str) -> int:
    """The amount in cents of a price as the platform writes it; `12.5` and `12` are understood too."""
    whole, _dot, rest = text.partition(".")
    return int(f"{whole}{rest:0<2.2}")


def part(row: Row, *names: str) -> Row:
    """These members of a row, as far as it has them."""
    return {name: row[name] for name in names if name in row}


def masked_name(name: str) -> str:
    """A person's name as the platform shows it to sellers: `王**`."""
    return f"{name[:1]}**"
