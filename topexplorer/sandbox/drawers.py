"""Rows by number, of which most need not exist until somebody looks.

A seller has thousands of trades and a call reads forty. So a drawer may know a row by its head alone: the columns that
lists filter and sort by. The rest is written when the row is asked for, always the same, and then kept.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from topexplorer.sandbox.rows import Row

Writer = Callable[[Row], Row]
"""Writes the row of a head. It reads nothing that a call could change."""


class Drawer:
    """A collection. What fills it runs when it is first opened, and adds to the rows that it has from the start."""

    def __init__(self, fill: Callable[[Drawer], None] | None = None, rows: Mapping[int, Row] | None = None) -> None:
        self._fill = fill
        self._kept: dict[int, Row] = dict(rows or {})
        self._heads: dict[int, Writer] = {}

    @property
    def _rows(self) -> dict[int, Row]:
        if self._fill is not None:
            fill, self._fill = self._fill, None
            fill(self)
        return self._kept

    def put(self, number: int, row: Row) -> Row:
        """Keep a row, in the place of what had that number."""
        self._rows[number] = row
        self._heads.pop(number, None)
        return row

    def put_heads(self, heads: Mapping[int, Row], write: Writer) -> None:
        """Keep rows that `write` makes of these heads when they are asked for."""
        self._rows.update(heads)
        self._heads.update(dict.fromkeys(heads, write))

    def remove(self, number: int) -> None:
        """Forget a row. A number that is not there is no error."""
        self._rows.pop(number, None)
        self._heads.pop(number, None)

    def get(self, number: int) -> Row | None:
        """The whole row, None when there is none."""
        # What is there from the start, such as the trades that examples name, is had without filling.
        row = self._kept.get(number) or self._rows.get(number)
        write = self._heads.pop(number, None) if row is not None else None
        if row is not None and write is not None:
            row = self._kept[number] = write(row)
        return row

    def __getitem__(self, number: int) -> Row:
        row = self.get(number)
        if row is None:
            raise KeyError(number)
        return row

    def __contains__(self, number: object) -> bool:
        return number in self._rows

    def __len__(self) -> int:
        return len(self._rows)

    def numbers(self) -> list[int]:
        """The numbers, in the order the rows came."""
        return list(self._rows)

    def heads(self) -> list[Row]:
        """Every row as far as it is known: good for looking at the columns of a head, not for changing."""
        return list(self._rows.values())

    def values(self) -> Iterator[Row]:
        """Every row, whole."""
        return (self[number] for number in self.numbers())

    def written(self) -> Iterable[tuple[int, Row]]:
        """The rows that are whole by now: only they can have been changed. Fills nothing."""
        return [(number, row) for number, row in self._kept.items() if number not in self._heads]

    @property
    def opened(self) -> bool:
        """Whether it had to be filled: until then no row can have gone or come."""
        return self._fill is None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Drawer) and dict(self.items()) == dict(other.items())

    def items(self) -> Iterator[tuple[int, Row]]:
        """Numbers with their whole rows."""
        return ((number, self[number]) for number in self.numbers())

    def whole(self, rows: Iterable[Row], key: str) -> list[Row]:
        """The whole rows behind these heads, which carry their number under `key`."""
        return [self[int(row[key])] for row in rows]
