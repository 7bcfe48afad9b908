"""What one call asks of a back end: its business parameters as the platform's types, and who asks.

The gateway has checked them against the spec by now; what no spec could rule out, a back end refuses with `Fault`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field

from topexplorer.core.nouns import dataclass


class Fault(Exception):
    """A back end says no: becomes an `error_response` with these parts."""

    def __init__(self, sub_code: str, sub_msg: str, code: int = 15) -> None:
        super().__init__(sub_code)
        self.sub_code = sub_code
        self.sub_msg = sub_msg
        self.code = code


def invalid(name: str, why: str = "参数值无效") -> Fault:
    """The fault for a parameter with a bad value."""
    return Fault(f"isv.invalid-parameter:{name}", why)


def missing(name: str, why: str = "缺少必要的参数") -> Fault:
    """The fault for a parameter that the back end cannot do without."""
    return Fault(f"isv.missing-parameter:{name}", why)


@dataclass(frozen=True, slots=True)
class Arguments:
    """Parameters by name. A blank value counts as not sent. Numbers that are none raise Fault."""

    values: Mapping[str, str] = field(default_factory=dict)
    seller: str = ""
    """The nick behind the session; empty when the call has none."""
    files: frozenset[str] = frozenset()
    """The names of the file parts that came along."""
    caller: str = ""
    """The address the call came from."""
    app_key: str = ""
    """The app that signed the call."""

    def has(self, name: str) -> bool:
        return bool(self.text(name))

    def text(self, name: str, default: str = "") -> str:
        return self.values.get(name, "").strip() or default

    def texts(self, name: str) -> list[str]:
        """The parts of a comma list."""
        return [part.strip() for part in self.text(name).split(",") if part.strip()]

    def number(self, name: str, default: int = 0) -> int:
        return _number(name, self.text(name)) if self.has(name) else default

    def numbers(self, name: str) -> list[int]:
        return [_number(name, part) for part in self.texts(name)]

    def flag(self, name: str) -> bool | None:
        """None when not sent."""
        text = self.text(name).lower()
        return None if not text else text == "true"


def _number(name: str, text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise invalid(name, "必须是整数") from None
