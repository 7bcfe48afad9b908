"""Tools: the platform's clock, the caller's address, forbidden words."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, missing
from topexplorer.sandbox.store import BackEnd, Payload, Store

BLOCKED = ("高仿", "刷单", "代开发票")
"""Words of level A: a text with one of them may not be published."""
STARRED = ("最便宜", "全网第一", "国家级")
"""Words of level B: they are replaced with stars."""


def time_get(store: Store, args: Arguments) -> Payload:
    return {"time": store.now()}


def appip_get(store: Store, args: Arguments) -> Payload:
    return {"ip": args.caller or "127.0.0.1"}


def keyword_search(store: Store, args: Arguments) -> Payload:
    content = args.text("content")
    if not content:
        raise missing("content")
    if any(word in content for word in BLOCKED):
        return {"kfc_search_result": {"matched": True, "level": "A", "content": content}}
    starred = content
    for word in STARRED:
        starred = starred.replace(word, "*" * len(word))
    if starred != content:
        return {"kfc_search_result": {"matched": True, "level": "B", "content": starred}}
    return {"kfc_search_result": {"matched": False, "content": content}}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.time.get": time_get,
    "taobao.appip.get": appip_get,
    "taobao.kfc.keyword.search": keyword_search,
}
