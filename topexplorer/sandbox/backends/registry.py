"""Which back end answers which API. A department is loaded when one of its APIs is first called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

from topexplorer.sandbox.store import BackEnd

DEPARTMENTS: Mapping[str, tuple[str, ...]] = {
    "time": ("tools",),
    "appip": ("tools",),
    "kfc": ("tools",),
    "shop": ("shops",),
    "shopcats": ("shops",),
    "sellercats": ("shops",),
    "user": ("shops", "buyers"),
    "openuid": ("buyers",),
    "top": ("buyers",),
    "crm": ("members", "grades"),
    "subuser": ("subusers",),
    "subusers": ("subusers",),
    "sellercenter": ("subusers",),
    "item": ("items", "itemwrites", "itempictures", "skus"),
    "items": ("items",),
    "skus": ("skus",),
    "miniapp": ("items",),
    "itemcats": ("categories",),
    "product": ("products",),
    "products": ("products",),
    "picture": ("pictures",),
    "trade": ("trades", "tradewrites"),
    "trades": ("trades",),
    "open": ("trades",),
    "traderate": ("ratings",),
    "traderates": ("ratings",),
    "refund": ("refunds", "refundwrites"),
    "refunds": ("refunds",),
    "rp": ("refundwrites",),
    "logistics": ("logistics", "sending", "addresses"),
    "areas": ("logistics",),
    "delivery": ("freights",),
    "promotion": ("coupons", "promotions"),
    "promotionmisc": ("promotions", "discounts"),
    "singletreasure": ("campaigns",),
    "ump": ("marketingtools",),
}
"""The modules of this package that serve the APIs whose second word is this."""


def back_end(method: str) -> BackEnd | None:
    """The back end of `method`, None when nothing but its spec is known."""
    platform, _dot, rest = method.partition(".")
    names = DEPARTMENTS.get(rest.partition(".")[0], ()) if platform == "taobao" else ()
    served = (_served(name).get(method) for name in names)
    return next((found for found in served if found is not None), None)


def _served(module: str) -> Mapping[str, BackEnd]:
    rows: Mapping[str, BackEnd] = import_module(f"topexplorer.sandbox.backends.{module}").BACK_ENDS
    return rows
