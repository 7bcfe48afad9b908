"""What the sandbox remembers: sellers, and a drawer of rows for everything that belongs to them."""

from __future__ import annotations

from dataclasses import dataclass, field

from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.rows import Row

DRAWERS = (
    *("items", "trades", "refunds", "shipments", "ratings"),
    *("pictures", "albums", "freights", "products", "staff", "roles"),
    *("coupons", "promotions", "discounts", "campaigns", "tools", "members", "groups"),
)
"""The drawers of a market, by the names of its fields."""


@dataclass(slots=True, repr=False)
class Market:
    """Everything the back ends know. Rows are the platform's structs; a name with `_` is the sandbox's own."""

    sellers: dict[str, Row]
    """The `User` of each seller by nick; `shop`, `shelves` and `addresses` hold its `Shop`, `SellerCat` and
    `AddressResult` rows."""
    items: Drawer = field(default_factory=Drawer)
    """By num_iid; `skus` hold the `Sku` rows."""
    trades: Drawer = field(default_factory=Drawer)
    """By tid; `orders` hold the `Order` rows."""
    refunds: Drawer = field(default_factory=Drawer)
    """By refund_id; `messages` hold the `RefundMessage` rows, oldest first."""
    shipments: Drawer = field(default_factory=Drawer)
    """`Shipping` rows; `origin`, `goal` and `sent` tell what its `TransitStepInfo` rows are at any moment."""
    ratings: Drawer = field(default_factory=Drawer)
    """What buyers and sellers said of each other, one row per order and side."""
    pictures: Drawer = field(default_factory=Drawer)
    albums: Drawer = field(default_factory=Drawer)
    """Picture categories."""
    freights: Drawer = field(default_factory=Drawer)
    """Delivery templates."""
    products: Drawer = field(default_factory=Drawer)
    staff: Drawer = field(default_factory=Drawer)
    """Sub-accounts by sub_id, with their employee's department and duty."""
    roles: Drawer = field(default_factory=Drawer)
    coupons: Drawer = field(default_factory=Drawer)
    promotions: Drawer = field(default_factory=Drawer)
    """Activities of every kind by activity_id; `kind` says which."""
    discounts: Drawer = field(default_factory=Drawer)
    """What an activity takes off one item, by detail_id."""
    campaigns: Drawer = field(default_factory=Drawer)
    """Item discount campaigns by activity_id; `items` hold what each takes off its items."""
    tools: Drawer = field(default_factory=Drawer)
    """What marketing tools keep as JSON in `content`: activities, whose `ranges` say for what, and their details."""
    members: Drawer = field(default_factory=Drawer)
    groups: Drawer = field(default_factory=Drawer)
    """Groups of members."""

    def drawer(self, name: str) -> Drawer:
        """The drawer of that name, one of `DRAWERS`."""
        found: Drawer = getattr(self, name)
        return found
