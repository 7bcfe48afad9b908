"""Buyers: their OpenUIDs, and who is behind the OAID of a trade."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid
from topexplorer.sandbox.backends.documents import objects
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_DECRYPTED, MOST_MERGED, MOST_NICKS = 20, 100, 30


def openuid_get(store: Store, args: Arguments) -> Payload:
    return {"open_uid": _own_uid(store, args.seller)}


def openid_get(store: Store, args: Arguments) -> Payload:
    return {"open_id": _own_uid(store, args.seller)}


def openuid_get_bytrade(store: Store, args: Arguments) -> Payload:
    return {"open_uid": store.trade(args.seller, args.number("tid"))["buyer_open_uid"]}


def openuid_getbynick(store: Store, args: Arguments) -> Payload:
    nicks = args.texts("buyer_nicks")
    if len(nicks) > MOST_NICKS:
        raise invalid("buyer_nicks", f"一次最多 {MOST_NICKS} 个")
    known = {row["buyer_nick"]: row["buyer_open_uid"] for row in store.market.trades.heads()}
    rows = [{"buyer_nick": nick, "buyer_open_uid": known[nick]} for nick in nicks if nick in known]
    return {"open_uids": rows} if rows else {}


def openuid_getbyorder(store: Store, args: Arguments) -> Payload:
    """Of those trades whose buyer the caller knows by name."""
    rows = []
    for asked in objects(args, "tid_infos", MOST_NICKS):
        trade = store.market.trades.get(_tid(asked))
        if trade and trade["buyer_nick"] == asked.get("buyer_nick"):
            names = ("buyer_open_uid", "buyer_nick", "tid")
            rows.append({name: trade[name] for name in names})
    return {"open_uids": rows} if rows else {}


def oaid_decrypt(store: Store, args: Arguments) -> Payload:
    return {
        "receiver_list": [_receiver(store, args.seller, row) for row in objects(args, "query_list", MOST_DECRYPTED)]
    }


def oaid_merge(store: Store, args: Arguments) -> Payload:
    """Trades that go to the same person at the same address, their numbers joined with commas."""
    together: dict[str, list[str]] = {}
    for asked in objects(args, "merge_list", MOST_MERGED):
        trade = store.trade(args.seller, _tid(asked))
        together.setdefault(trade.get("oaid", ""), []).append(str(trade["tid"]))
    return {"tid_list": [",".join(tids) for tids in together.values()]}


def _receiver(store: Store, seller: str, asked: Row) -> Row:
    """The person and the address; an OAID that is not the trade's opens nothing."""
    trade = store.trade(seller, _tid(asked))
    row: Row = {"tid": str(trade["tid"]), "oaid": str(asked.get("oaid", "")), "matched": False}
    row["order_id"] = row["tid"]
    if "oaid" not in trade or trade["oaid"] != asked.get("oaid"):
        return row
    return row | {
        "matched": True,
        "name": trade["consignee"],
        "mobile": trade["consignee_mobile"],
        "phone": "",
        "state": trade["receiver_state"],
        "city": trade["receiver_city"],
        "district": trade["receiver_district"],
        "town": trade.get("receiver_town", ""),
        "country": "中国",
        "address_detail": trade["receiver_address"].replace("**号**", f"{trade['tid'] % 180 + 1}号"),
        "privacy_protection": False,
    }


def _own_uid(store: Store, seller: str) -> str:
    return f"AAH{store.user(seller)['user_id']}KfdxTHqh9cU"


def _tid(asked: Row) -> int:
    return Arguments({"tid": str(asked.get("tid", ""))}).number("tid")


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.openuid.get": openuid_get,
    "taobao.user.openid.get": openid_get,
    "taobao.openuid.get.bytrade": openuid_get_bytrade,
    "taobao.user.openuid.getbynick": openuid_getbynick,
    "taobao.user.openuid.getbyorder": openuid_getbyorder,
    "taobao.top.oaid.decrypt": oaid_decrypt,
    "taobao.top.oaid.client.decrypt": oaid_decrypt,
    "taobao.top.oaid.merge": oaid_merge,
}
