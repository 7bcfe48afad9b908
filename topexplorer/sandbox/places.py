"""The platform's address regions: every province and city, and the districts of the largest cities.

Codes are those of GB/T 2260, as `taobao.areas.get` returns them.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from topexplorer.core.nouns import dataclass

COUNTRY, PROVINCE, CITY, DISTRICT = 1, 2, 3, 4
_FILE = Path(__file__).with_name("areas.csv")


@dataclass(frozen=True, slots=True)
class Place:
    """A district with the names above it."""

    state: str
    city: str
    district: str
    zip: str
    area_id: int


@cache
def areas() -> tuple[dict[str, Any], ...]:
    """Every region as the platform's `Area`, parents first."""
    return tuple(_area(*line.split(",")) for line in _FILE.read_text(encoding="utf-8").splitlines())


def _area(code: str, name: str, zip_code: str) -> dict[str, Any]:
    number = int(code)
    if number == 1:
        kind, parent = COUNTRY, 0
    elif number % 10000 == 0:
        kind, parent = PROVINCE, 1
    elif number % 100 == 0:
        kind, parent = CITY, number - number % 10000
    else:
        kind, parent = DISTRICT, number - number % 100
    row: dict[str, Any] = {"id": number, "type": kind, "name": name, "parent_id": parent}
    return {**row, "zip": zip_code} if zip_code else row


@cache
def districts() -> tuple[Place, ...]:
    """The districts, for addresses."""
    by_id = {row["id"]: row for row in areas()}
    found = []
    for row in areas():
        if row["type"] == DISTRICT:
            city = by_id[row["parent_id"]]
            state = by_id[city["parent_id"]]
            found.append(Place(state["name"], city["name"], row["name"], row["zip"], row["id"]))
    return tuple(found)
