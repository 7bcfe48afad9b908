"""The seller's picture space: categories and pictures."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.backends.listing import equal, owned, page_of
from topexplorer.sandbox.backends.owning import own
from topexplorer.sandbox.rows import Row
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_ALBUMS, NAME_BYTES, LONGEST_TITLE = 500, 20, 50
MOST_MOVED, MOST_DELETED = 1000, 100
ALL = -1
SPACE = 20 * 1024**3
ORDERS = {"time": "created", "sizes": "sizes"}
SUFFIXES = (".png", ".jpg", ".jpeg", ".gif")
NOT_DELETED = "unfroze"
"""What one of the two lists calls a picture that is not deleted, as its document has it."""


def category_get(store: Store, args: Arguments) -> Payload:
    rows = equal(args, _albums(store, args.seller), "picture_category_id", "picture_category_name")
    if args.number("parent_id", ALL) != ALL:
        rows = [row for row in rows if row["parent_id"] == args.number("parent_id")]
    if args.has("modified_time"):
        rows = [row for row in rows if row["modified"] >= args.text("modified_time")]
    pictures = owned(store.market.pictures.heads(), args.seller)
    found = []
    for row in rows:
        total = sum(picture["picture_category_id"] == row["picture_category_id"] for picture in pictures)
        found.append(row | {"total": total})
    return {"picture_categories": found} if found else {}


def category_add(store: Store, args: Arguments) -> Payload:
    rows = _albums(store, args.seller)
    if len(rows) >= MOST_ALBUMS:
        raise invalid("picture_category_name", f"最多 {MOST_ALBUMS} 个分类")
    parent = args.number("parent_id")
    if parent:
        _check_parent(rows, parent)
    now, number = store.now(), store.new_id()
    row: Row = {
        "picture_category_id": number,
        "picture_category_name": _name(args, "picture_category_name"),
        "parent_id": parent,
        "position": len(rows),
        "type": "user-define",
        "total": 0,
        "created": now,
        "modified": now,
        "seller_nick": args.seller,
    }
    return {"picture_category": store.market.albums.put(number, row)}


def category_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.albums, args, "category_id", "图片分类")
    changes: Row = {"modified": store.now()}
    if args.has("category_name"):
        changes["picture_category_name"] = _name(args, "category_name")
    if args.has("parent_id"):
        if row["parent_id"] == 0:
            raise invalid("parent_id", "默认分类和一级分类不能移动")
        _check_parent(_albums(store, args.seller), args.number("parent_id"))
        changes["parent_id"] = args.number("parent_id")
    row |= changes
    return {"done": True}


def picture_get(store: Store, args: Arguments) -> Payload:
    return _page(store, args, "page_no", "modified_time")


def pictures_get(store: Store, args: Arguments) -> Payload:
    return _page(store, args, "current_page", "start_modified_date")


def pictures_count(store: Store, args: Arguments) -> Payload:
    return {"totals": len(_searched(store, args, "start_modified_date"))}


def isreferenced_get(store: Store, args: Arguments) -> Payload:
    return {"is_referenced": own(store.market.pictures, args, "picture_id", "图片")["referenced"]}


def picture_update(store: Store, args: Arguments) -> Payload:
    row = own(store.market.pictures, args, "picture_id", "图片")
    row |= {"title": args.text("new_name")[:LONGEST_TITLE], "modified": store.now()}
    return {"done": True}


def changecategory(store: Store, args: Arguments) -> Payload:
    album = own(store.market.albums, args, "picture_category_id", "图片分类")
    numbers = _numbers(args, MOST_MOVED)
    now, moved = store.now(), False
    for row in owned(store.market.pictures.values(), args.seller):
        if row["picture_id"] in numbers:
            row |= {"picture_category_id": album["picture_category_id"], "modified": now}
            moved = True
    return {"done": moved}


def picture_delete(store: Store, args: Arguments) -> Payload:
    numbers = _numbers(args, MOST_DELETED)
    mine = {row["picture_id"] for row in owned(store.market.pictures.heads(), args.seller)}
    for number in mine & numbers:
        store.market.pictures.remove(number)
    return {"success": bool(mine & numbers)}


def picture_upload(store: Store, args: Arguments) -> Payload:
    if "img" not in args.files:
        raise missing("img", "要上传图片文件")
    name = args.text("image_input_title")
    if not name.lower().endswith(SUFFIXES):
        raise invalid("image_input_title", "文件名要带 png、jpg 或 gif 后缀")
    album = args.number("picture_category_id")
    albums = _albums(store, args.seller)
    if album and album not in {row["picture_category_id"] for row in albums}:
        raise invalid("picture_category_id", "图片分类不存在")
    number, now = store.new_id(), store.now()
    row: Row = {
        "picture_id": number,
        "picture_category_id": album or albums[0]["picture_category_id"],
        "picture_path": f"https://img.alicdn.com/imgextra/i1/O1CN{number}{name[name.rindex('.') :].lower()}",
        "title": (args.text("title") or name[: name.rindex(".")])[:LONGEST_TITLE],
        "sizes": 48_213,
        "pixel": "800x800",
        "status": "pass",
        "deleted": "undeleted",
        "client_type": args.text("client_type", "client:computer"),
        "created": now,
        "modified": now,
        "md5": f"{number:032x}",
        "referenced": False,
        "seller_nick": args.seller,
    }
    return {"picture": store.market.pictures.put(number, row)}


def userinfo_get(store: Store, args: Arguments) -> Payload:
    used = sum(row["sizes"] for row in owned(store.market.pictures.heads(), args.seller))
    info = {
        "order_space": "0",
        "free_space": str(SPACE),
        "available_space": str(SPACE),
        "used_space": str(used),
        "remaining_space": str(SPACE - used),
        "order_expiry_date": "",
        "water_mark": "",
    }
    return {"user_info": info}


def _page(store: Store, args: Arguments, page: str, since: str) -> Payload:
    column, _colon, direction = args.text("order_by", "time:desc").partition(":")
    if column not in ORDERS or direction not in ("", "asc", "desc"):
        raise invalid("order_by", "只能是 time:desc、time:asc、sizes:desc 或 sizes:asc")
    rows = _searched(store, args, since)
    rows.sort(key=lambda row: (row[ORDERS[column]], row["picture_id"]), reverse=direction != "asc")
    found, _more = page_of(args, rows, 100, page=page)
    return {"pictures": found} if found else {}


def _searched(store: Store, args: Arguments, since: str) -> list[Row]:
    rows = equal(
        args, owned(store.market.pictures.values(), args.seller), "picture_id", "picture_category_id", "client_type"
    )
    if args.has("deleted"):
        wanted = {NOT_DELETED: "undeleted"}.get(args.text("deleted"), args.text("deleted"))
        rows = [row for row in rows if row["deleted"] == wanted]
    if args.has("urls"):
        rows = [row for row in rows if row["picture_path"] in args.texts("urls")]
    title, first, last = args.text("title"), args.text("start_date"), args.text("end_date", "~")
    rows = [row for row in rows if title in row["title"] and first <= row["created"] <= last]
    return [row for row in rows if row["modified"] >= args.text(since)]


def _albums(store: Store, seller: str) -> list[Row]:
    return owned(store.market.albums.values(), seller)


def _check_parent(rows: list[Row], parent: int) -> None:
    if not any(row["picture_category_id"] == parent and row["parent_id"] == 0 for row in rows):
        raise invalid("parent_id", "父分类必须是一级分类")


def _name(args: Arguments, name: str) -> str:
    text = args.text(name)
    if not text or len(text.encode("gbk", "replace")) > NAME_BYTES:
        raise invalid(name, "分类名称最多 10 个汉字")
    return text


def _numbers(args: Arguments, most: int) -> set[int]:
    numbers = args.numbers("picture_ids")
    if len(numbers) > most:
        raise invalid("picture_ids", f"一次最多 {most} 张")
    return set(numbers)


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.picture.category.get": category_get,
    "taobao.picture.category.add": category_add,
    "taobao.picture.category.update": category_update,
    "taobao.picture.get": picture_get,
    "taobao.picture.pictures.get": pictures_get,
    "taobao.picture.pictures.count": pictures_count,
    "taobao.picture.isreferenced.get": isreferenced_get,
    "taobao.picture.update": picture_update,
    "taobao.picture.changecategory": changecategory,
    "taobao.picture.delete": picture_delete,
    "taobao.picture.upload": picture_upload,
    "taobao.picture.userinfo.get": userinfo_get,
}
