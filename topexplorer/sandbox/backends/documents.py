"""Parameters that are JSON objects, as back ends take them."""

from __future__ import annotations

import json
from typing import Any

from topexplorer.sandbox.arguments import Arguments, invalid


def objects(args: Arguments, name: str, most: int = 1) -> list[dict[str, Any]]:
    """The objects of a parameter, from one to `most` of them. Raises Fault for anything else."""
    try:
        found = json.loads(args.text(name))
    except (ValueError, RecursionError):
        raise invalid(name, "不是有效的 JSON") from None
    rows = found if isinstance(found, list) else [found]
    if not 1 <= len(rows) <= most or not all(isinstance(row, dict) for row in rows):
        raise invalid(name, f"要 1 到 {most} 组")
    return rows
