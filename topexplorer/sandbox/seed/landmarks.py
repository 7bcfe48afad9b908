"""The numbers that examples, documents and tests name: always there, and always in the state they need."""

from __future__ import annotations

LANDMARK_TRADE = 3141592653589793238
"""Paid and not sent, two orders: oid …239 and …240."""
UNPAID_TRADE = 3141592653589793301
SENT_TRADE = 3141592653589793401
"""On its way; carries LANDMARK_REFUND, which waits for the seller."""
VIRTUAL_TRADE = 3141592653589793501
"""A paid e-ticket of the other seller: sent without logistics."""
FINISHED_TRADE = 3141592653589793601
"""Over for three days, two orders: oid …602 and …603. The buyer has rated it and the seller has not."""
BOOKED_TRADE = 3141592653589793701
"""Paid, and a company was asked online to fetch it; the waybill number is still to come."""
RETURNING_TRADE = 3141592653589793801
"""Sent; carries RETURNING_REFUND, whose goods the buyer has yet to send back."""
LANDMARK_REFUND = 190283746500112
RETURNING_REFUND = 190283746500120
SHELVED_ITEM = 662017493058
"""An item in stock, ready to be listed. The further items of that seller follow it."""
OTHER_SELLERS_SHELVED_ITEM = 703017493060
