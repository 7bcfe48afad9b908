"""Whose a row is: what every back end asks before it shows or changes one."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, Fault, invalid
from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import NO_PERMISSION


def own(drawer: Drawer, args: Arguments, name: str, what: str) -> Row:
    """The row that the parameter `name` names. Raises Fault when there is none or it is another seller's."""
    row = drawer.get(args.number(name))
    if row is None:
        raise invalid(name, f"{what}不存在")
    if row["seller_nick"] != args.seller:
        raise Fault(NO_PERMISSION, f"{what}不属于当前授权的卖家")
    return row
