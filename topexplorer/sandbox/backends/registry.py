"""Which back end answers which API. A department is loaded when one of its APIs is first called."""

from __future__ import annotations

from collections.abc import Mapping

from topexplorer.sandbox.store import BackEnd


def back_end(method: str) -> BackEnd | None:
    """The back end of `method`, None when nothing but its spec is known."""
    platform, _dot, rest = method.partition(".")
    return _department(rest.split(".")[0]).get(method) if platform == "taobao" else None


def _department(word: str) -> Mapping[str, BackEnd]:
    if word in ("time", "appip", "kfc"):
        from topexplorer.sandbox.backends import tools

        return tools.BACK_ENDS
    if word in ("shop", "sellercats", "user"):
        from topexplorer.sandbox.backends import shops

        return shops.BACK_ENDS
    if word in ("item", "items", "skus"):
        from topexplorer.sandbox.backends import items

        return items.BACK_ENDS
    if word in ("trade", "trades"):
        from topexplorer.sandbox.backends import trades

        return trades.BACK_ENDS
    if word in ("refund", "refunds"):
        from topexplorer.sandbox.backends import refunds

        return refunds.BACK_ENDS
    if word in ("logistics", "areas"):
        from topexplorer.sandbox.backends import logistics

        return logistics.BACK_ENDS
    return {}
