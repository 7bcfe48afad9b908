"""What all lists share: filters by time and equality, order, pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import Payload


def between_times(args: Arguments, rows: Iterable[Row], column: str) -> list[Row]:
    """The rows whose `column` lies between `start_<column>` and `end_<column>`, both included and both optional."""
    start, end = args.text(f"start_{column}"), args.text(f"end_{column}")
    if start and end and start > end:
        raise invalid(f"start_{column}", "开始时间不能晚于结束时间")
    return [row for row in rows if (not start or row[column] >= start) and (not end or row[column] <= end)]


def equal(args: Arguments, rows: Iterable[Row], *columns: str) -> list[Row]:
    """The rows that have, in each of these columns, the value that was asked for; columns not asked do not count."""
    wanted = {column: args.text(column) for column in columns if args.has(column)}
    return [row for row in rows if all(_text(row.get(column)) == value for column, value in wanted.items())]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def newest_first(rows: Iterable[Row], column: str) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[column]), reverse=True)


def paged(args: Arguments, name: str, rows: Sequence[Row], largest: int = 100) -> Payload:
    """One page of `rows` under `name`, with `total_results`, or with `has_next` when `use_has_next` is true.

    The field of an empty list is left out, as the platform does.
    """
    number, size = max(args.number("page_no", 1), 1), args.number("page_size", 40)
    if not 1 <= size <= largest:
        raise invalid("page_size", f"每页条数应在 1 到 {largest} 之间")
    start = (number - 1) * size
    page = rows[start : start + size]
    payload: Payload = {name: list(page)} if page else {}
    if args.flag("use_has_next"):
        payload["has_next"] = start + size < len(rows)
    else:
        payload["total_results"] = len(rows)
    return payload
