"""An answer about one trade, and the spec that explains it."""

from __future__ import annotations

from typing import Any

from topexplorer.core.language import Words
from topexplorer.core.spec import ApiSpec, Choice, Field, ParamType


def field(name: str, zh: str, en: str, type: ParamType = "string", platform_type: str = "String", **rest: Any) -> Field:
    return Field(name=name, type=type, platform_type=platform_type, title=Words(zh=zh, en=en), **rest)


STATUS = (
    Choice(value="WAIT_SELLER_SEND_GOODS", title=Words(zh="等待卖家发货", en="Waiting for shipment")),
    Choice(value="TRADE_FINISHED", title=Words(zh="交易成功", en="Finished")),
)
ORDER = (
    field("oid", "子订单编号", "Order number", "integer", "Number"),
    field("title", "商品标题", "Item title"),
    field("status", "订单状态", "Order status", choices=STATUS),
)
TRADE = (
    field(
        "tid",
        "交易编号",
        "Trade number",
        "integer",
        "Number",
        summary=Words(zh="父订单的编号。", en="The number of the whole trade."),
    ),
    field("status", "交易状态", "Trade status", choices=STATUS),
    field("orders", "子订单列表", "Orders", "object", "Order", many=True, children=ORDER),
    field("tags", "服务标签", "Service tags", many=True),
)
SPEC = ApiSpec(
    method="taobao.trade.fullinfo.get",
    title=Words(zh="获取单笔交易的详细信息", en="One trade in full"),
    summary=Words(zh="", en=""),
    category="trades",
    session="required",
    access="trade",
    writes=False,
    response=(
        field("trade", "交易", "Trade", "object", "Trade", children=TRADE),
        field("trades", "交易列表", "Trades", "object", "Trade", many=True, children=TRADE),
    ),
)
PAYLOAD: dict[str, Any] = {
    "trade": {
        "tid": 3141592653589793238,
        "status": "WAIT_SELLER_SEND_GOODS",
        "buyer_nick": "爱逛街的小鹿",
        "is_lgtype": True,
        "memo": None,
        "orders": {
            "order": [
                {"oid": 3141592653589793239, "title": "女童连衣裙 [红色/120]", "status": "TRADE_FINISHED"},
                {"oid": 3141592653589793240, "title": "纯棉短袖", "status": "UNKNOWN"},
            ]
        },
        "tags": {"string": ["运费险"]},
    },
    "request_id": "14ibtxvb4vqjh",
}
