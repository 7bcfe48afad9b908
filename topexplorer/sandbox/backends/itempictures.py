"""Pictures of items and of their colours."""

from __future__ import annotations

from topexplorer.sandbox.arguments import Arguments, invalid, missing
from topexplorer.sandbox.rows import Row, part
from topexplorer.sandbox.store import BackEnd, Payload, Store

MOST_PICTURES = 5
MOST_COLOURS = 24
HOST = "https://img.alicdn.com/bao/uploaded/"


def item_img_upload(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    if not args.has("id") and "image" not in args.files:
        raise missing("image", "新增图片要上传 image")
    picture = _placed(store, args, item["item_imgs"], MOST_PICTURES)
    now = store.now()
    if "image" in args.files:
        version = "".join(char for char in now if char.isdigit())
        url = f"https://img.alicdn.com/bao/uploaded/i1/{item['num_iid']}/{picture['id']}_{version}.jpg"
        picture |= {"url": url, "created": now}
    picture["position"] = args.number("position", picture["position"])
    if args.flag("is_major"):
        item["pic_url"] = picture["url"]
    item["modified"] = now
    return {"item_img": picture}


def item_joint_img(store: Store, args: Arguments) -> Payload:
    item = store.own_item(args.seller, args.number("num_iid"))
    picture = _placed(store, args, item["item_imgs"], MOST_PICTURES)
    now = store.now()
    picture |= {"url": HOST + args.text("pic_path"), "created": now}
    picture["position"] = args.number("position", picture["position"])
    if args.flag("is_major"):
        item["pic_url"] = picture["url"]
    item["modified"] = now
    return {"item_img": picture}


def item_img_delete(store: Store, args: Arguments) -> Payload:
    return {"item_img": _removed(store, args, "item_imgs")}


def item_propimg_upload(store: Store, args: Arguments) -> Payload:
    """Also `item.joint.propimg`, which names a picture of the picture space instead of sending one."""
    item = store.own_item(args.seller, args.number("num_iid"))
    properties = args.text("properties")
    if not any(properties in sku["properties"].split(";") for sku in item["skus"]):
        raise invalid("properties", "商品没有这个颜色")
    if not (args.has("id") or "image" in args.files or args.has("pic_path")):
        raise missing("image", "新增图片要上传 image")
    same = [row for row in item["prop_imgs"] if row["properties"] == properties]
    picture = same[0] if same and not args.has("id") else _placed(store, args, item["prop_imgs"], MOST_COLOURS)
    now = store.now()
    path = args.text("pic_path") or f"i1/{item['num_iid']}/{picture['id']}.jpg"
    picture |= {"url": HOST + path, "properties": properties, "created": now}
    picture["position"] = args.number("position", picture["position"])
    item["modified"] = now
    return {"prop_img": picture}


def item_propimg_delete(store: Store, args: Arguments) -> Payload:
    return {"prop_img": _removed(store, args, "prop_imgs")}


def _placed(store: Store, args: Arguments, pictures: list[Row], most: int) -> Row:
    """The picture of the `id` that was sent, or a new one."""
    if args.has("id"):
        for row in pictures:
            if row["id"] == args.number("id"):
                return row
        raise invalid("id", "商品没有这张图片")
    if len(pictures) >= most:
        raise invalid("image", f"最多 {most} 张图片")
    pictures.append({"id": store.new_id(), "position": len(pictures)})
    return pictures[-1]


def _removed(store: Store, args: Arguments, name: str) -> Row:
    item = store.own_item(args.seller, args.number("num_iid"))
    gone = [row for row in item[name] if row["id"] == args.number("id")]
    if not gone:
        raise invalid("id", "商品没有这张图片")
    item[name] = [row for row in item[name] if row is not gone[0]]
    item["modified"] = store.now()
    return part(gone[0], "id", "created")


BACK_ENDS: dict[str, BackEnd] = {
    "taobao.item.img.upload": item_img_upload,
    "taobao.item.img.delete": item_img_delete,
    "taobao.item.joint.img": item_joint_img,
    "taobao.item.propimg.upload": item_propimg_upload,
    "taobao.item.joint.propimg": item_propimg_upload,
    "taobao.item.propimg.delete": item_propimg_delete,
}
