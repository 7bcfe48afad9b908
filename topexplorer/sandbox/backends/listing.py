"""What all lists share: filters by time and equality, order, pages."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import Payload

USUAL_PAGE = 40


def between_times(args: Arguments, rows: Iterable[Row], column: str, start: str = "", end: str = "") -> list[Row]:
    """The rows whose `column` lies between two parameters, both included and both optional.

    They are `start_<column>` and `end_<column>` unless named.
    """
    start_name, end_name = start or f"start_{column}", end or f"end_{column}"
    first, last = args.text(start_name), args.text(end_name)
    if first and last and first > last:
        raise invalid(start_name, "开始时间不能晚于结束时间")
    return [row for row in rows if (not first or row[column] >= first) and (not last or row[column] <= last)]


def equal(args: Arguments, rows: Iterable[Row], *columns: str) -> list[Row]:
    """The rows that have, in each of these columns, the value that was asked for; columns not asked do not count."""
    wanted = {column: args.text(column) for column in columns if args.has(column)}
    return [row for row in rows if all(_text(row.get(column)) == value for column, value in wanted.items())]


def _text(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def newest_first(rows: Iterable[Row], column: str) -> list[Row]:
    return sorted(rows, key=lambda row: str(row[column]), reverse=True)


def owned(rows: Iterable[Row], seller: str) -> list[Row]:
    """The rows that are this seller's."""
    return [row for row in rows if row["seller_nick"] == seller]


def page_of(
    args: Arguments, rows: Sequence[Row], largest: int, usual: int = USUAL_PAGE, page: str = "page_no"
) -> tuple[list[Row], bool]:
    """One page of `rows`, and whether there are more after it. `page` names the parameter with the page's number."""
    number, size = max(args.number(page, 1), 1), args.number("page_size", usual)
    if not 1 <= size <= largest:
        raise invalid("page_size", f"每页条数应在 1 到 {largest} 之间")
    start = (number - 1) * size
    return list(rows[start : start + size]), start + size < len(rows)


def paged(args: Arguments, name: str, rows: Sequence[Row], largest: int = 100, usual: int = USUAL_PAGE) -> Payload:
    """One page of `rows` under `name`, with `total_results`, or with `has_next` when `use_has_next` is true.

    The field of an empty list is left out, as the platform does.
    """
    page, more = page_of(args, rows, largest, usual)
    payload: Payload = {name: page} if page else {}
    if args.flag("use_has_next"):
        payload["has_next"] = more
    else:
        payload["total_results"] = len(rows)
    return payload
