"""What only few calls look at, put into its drawer when one does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from topexplorer.sandbox.drawers import Drawer
from topexplorer.sandbox.market import Market
from topexplorer.sandbox.seed.people import Buyer


def add_side_lines(market: Market, now: datetime, seed: int, buyers: Sequence[Buyer]) -> None:
    """Give the market its drawers beside those of goods and trades."""

    def pictures(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import media

        media.fill_pictures(drawer, seed, now)

    def albums(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import media

        media.fill_albums(drawer, now)

    def freights(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import freight

        freight.fill(drawer, now)

    def products(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import library

        library.fill(drawer, now)

    def staff(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import staff

        staff.fill_staff(drawer, now)

    def roles(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import staff

        staff.fill_roles(drawer, now)

    market.pictures, market.albums = Drawer(pictures), Drawer(albums)
    market.freights, market.products = Drawer(freights), Drawer(products)
    market.staff, market.roles = Drawer(staff), Drawer(roles)
    _add_offers(market, now)
    _add_regulars(market, now, seed, buyers)


def _add_offers(market: Market, now: datetime) -> None:
    def coupons(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import offers

        offers.fill_coupons(drawer, now)

    def promotions(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import offers

        offers.fill_promotions(drawer, now)

    def discounts(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import offers

        offers.fill_discounts(drawer, now)

    def campaigns(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import campaigns

        campaigns.fill_campaigns(drawer, now)

    def tools(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import campaigns

        campaigns.fill_tools(drawer, now)

    market.coupons, market.promotions, market.discounts = Drawer(coupons), Drawer(promotions), Drawer(discounts)
    market.campaigns, market.tools = Drawer(campaigns), Drawer(tools)


def _add_regulars(market: Market, now: datetime, seed: int, buyers: Sequence[Buyer]) -> None:
    def members(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import regulars

        regulars.fill_members(drawer, seed, now, buyers)

    def groups(drawer: Drawer) -> None:
        from topexplorer.sandbox.seed import regulars

        regulars.fill_groups(drawer, now)

    market.members, market.groups = Drawer(members), Drawer(groups)
