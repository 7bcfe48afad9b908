"""The product library: finding what an item is a copy of, and adding to it."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.backends.listing import owned, page_of, paged
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.categories import item_categories
from topexplorer.sandbox.rows import Row, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

SERVED_STATUSES = ("0", "3")
TEXTS = ("outer_id", "binds", "sale_props", "name", "price", "desc", "props", "customer_props", "property_alias")
LONGEST_NAME = 30


def product_get(store: Store, args: Arguments) -> Payload:
    if args.has("product_id"):
        row = store.market.products.get(args.number("product_id"))
        if row is None:
            raise invalid("product_id", "产品不存在")
        return {"product": row}
    if not (args.has("cid") and args.has("props")):
        raise missing("product_id", "要传 product_id，或者 cid 和 props")
    wanted = set(args.text("props").split(";"))
    for row in store.market.products.values():
        if row["cid"] == args.number("cid") and wanted <= set(row["props"].split(";")):
            return {"product": row}
    return {}


def products_get(store: Store, args: Arguments) -> Payload:
    store.user(args.text("nick"))
    page, _more = page_of(args, owned(store.market.products.values(), args.text("nick")), 100)
    return {"products": page} if page else {}


def products_search(store: Store, args: Arguments) -> Payload:
    if not (args.has("q") or args.has("cid") or args.has("props") or args.has("barcode_str")):
        raise missing("q", "q、cid 和 props 至少传一种")
    rows, words = list(store.market.products.values()), args.text("q").lower()
    wanted = {pair for pair in args.text("props").split(";") if pair}
    statuses = [text for text in args.texts("status") if text in SERVED_STATUSES] or SERVED_STATUSES
    rows = [row for row in rows if words in row["name"].lower() and str(row["status"]) in statuses]
    rows = [row for row in rows if not args.has("cid") or row["cid"] == args.number("cid")]
    rows = [row for row in rows if wanted <= set(row["props"].split(";"))]
    return paged(args, "products", [] if args.has("barcode_str") else rows)


def product_add(store: Store, args: Arguments) -> Payload:
    if "image" not in args.files:
        raise missing("image", "要上传主图")
    leaf = next((row for row in item_categories() if row["cid"] == args.number("cid") and not row["is_parent"]), None)
    if leaf is None:
        raise invalid("cid", "必须是叶子类目")
    number, now = store.new_id(), store.now()
    row: Row = _filled(args) | {
        "product_id": number,
        "cid": leaf["cid"],
        "cat_name": leaf["name"],
        "pic_url": f"https://img.alicdn.com/bao/uploaded/i1/O1CN{number}.jpg",
        "created": now,
        "modified": now,
        "status": 0,
        "product_imgs": [],
        "product_prop_imgs": [],
        "seller_nick": args.seller,
    }
    store.market.products.put(number, {"name": leaf["name"], "props": "", "price": "0.00", "tsc": ""} | row)
    return {"product": part(row, "product_id", "created")}


def product_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.products, args, "product_id", "产品")
    row |= _filled(args) | {"modified": store.now()}
    return {"product": part(row, "product_id", "modified")}


def product_img_upload(store: Store, args: Arguments) -> Payload:
    return {"product_img": _pictured(store, args, "product_imgs")}


def product_propimg_upload(store: Store, args: Arguments) -> Payload:
    if ";" in args.text("props"):
        raise invalid("props", "只能写一个颜色属性")
    return {"product_prop_img": _pictured(store, args, "product_prop_imgs") | {"props": args.text("props")}}


def _pictured(store: Store, args: Arguments, name: str) -> Row:
    row = store.market.products.get(args.number("product_id"))
    if row is None:
        raise invalid("product_id", "产品不存在")
    if "image" not in args.files:
        raise missing("image", "要上传图片文件")
    now = store.now()
    picture = next((each for each in row[name] if each["id"] == args.number("id")), None)
    if picture is None:
        picture = {"id": store.new_id(), "product_id": row["product_id"], "created": now}
        row[name].append(picture)
    url = f"https://img.alicdn.com/bao/uploaded/i1/O1CN{picture['id']}.jpg"
    picture |= {"url": url, "position": args.number("position", len(row[name])), "modified": now}
    if args.has("props"):
        picture["props"] = args.text("props")
    if args.flag("is_major"):
        row["pic_url"] = url
    return picture


def _filled(args: Arguments) -> Row:
    if len(args.text("name")) > LONGEST_NAME:
        raise invalid("name", f"产品名称不能超过 {LONGEST_NAME} 个字符")
    return {name: args.text(name) for name in TEXTS if args.has(name)}


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.product.get": product_get,
    "taobao.product.add": product_add,
    "taobao.product.update": product_update,
    "taobao.product.img.upload": product_img_upload,
    "taobao.product.propimg.upload": product_propimg_upload,
    "taobao.products.get": products_get,
    "taobao.products.search": products_search,
}
