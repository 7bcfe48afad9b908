"""What developers call the same thing: the words that search takes for one another, and those that say little.

Titles name a thing one way and people ask for it in another: `trade` or order, `consign` or dispatch, 改价 or 价格.
"""

from __future__ import annotations

from functools import cache

_SAME = (
    "order trade 订单 交易",
    "stock inventory quantity 库存 数量",
    "memo remark note 备注",
    "message comment 留言 消息",
    "trace track tracking 轨迹 跟踪",
    "waybill tracking out_sid 运单 运单号 快递单号 物流单号",
    "carrier express courier 物流公司 快递",
    "dispatch send ship consign 发货",
    "parcel shipment logistics 物流 包裹 快递",
    "area region province city 地区 区域 省市 行政区",
    "address receiver 地址 收货人",
    "receiver recipient consignee 收货人 收件人 收货 收件",
    "postage freight shipping 邮费 运费",
    "refund 退款 退货 售后",
    "return returngoods 退货",
    "refuse reject decline deny 拒绝",
    "agree approve accept 同意",
    "reason 原因",
    "picture image img pic photo 图片 主图",
    "video media 视频",
    "item goods product auction 商品 宝贝",
    "product spu 产品",
    "barcode 条形码 条码",
    "brand 品牌",
    "shop store 店铺 网店",
    "warehouse wms store 仓库",
    "category cat cid itemcat 类目 分类",
    "seller merchant 卖家 商家",
    "buyer customer 买家",
    "member crm vip 会员",
    "subuser subaccount 子账号 子帐号",
    "department 部门",
    "duty 职务",
    "role 角色",
    "permission privilege 权限",
    "close cancel 关闭 取消",
    "listing 上架",
    "delisting delist 下架",
    "price 价格 改价",
    "rate rating review traderate 评价",
    "coupon 优惠券",
    "promotion marketing ump 营销 促销 优惠",
    "activity campaign 活动",
    "meal bundle 搭配 套餐",
    "mjs 满就送",
    "limitdiscount 限时打折 限时折扣",
    "singletreasure 单品宝",
    "tbk taobaoke affiliate publisher 淘宝客 推广者",
    "tpwd taocode 淘口令",
    "tlj 淘礼金",
    "vegas 红包",
    "material optimus 物料",
    "crowd audience 人群",
    "time clock timestamp 时间",
    "system server gateway platform 系统 服务器 网关 平台",
    "history archive 历史",
    "uv visitor traffic 访客 流量",
    "banned forbidden sensitive keyword 违禁 敏感 关键词",
    "invoice 发票 开票",
    "merge combine 合并 合单",
    "decrypt 解密",
    "token 授权 令牌",
    "avatar portrait 头像",
    "list search find query 查询 列表 查",
    "detail full fullinfo 详情 详细",
    "update change modify edit set 修改 更新 编辑 改",
    "add create new 添加 新增 创建 加",
    "delete remove 删除 移除 删",
    "upload 上传",
    "consume pull 消费 拉取",
    "虚拟号 隐私号 privacy",
    "qimen 奇门",
)
"""Groups of words with one meaning, one group a line. A word may stand in several."""

LIGHT = frozenset(
    "order list query search find detail info information data api number id "
    "订单 查询 列表 详情 信息 数据 接口 资料 编号".split()
)
"""Words that titles have or leave out as they please: an API that lacks one may still be the one that is meant."""

SMALL = frozenset("a an the of to in on for by with how do i my s".split())
"""Words that say nothing."""


def singular(word: str) -> str:
    """An English word without the ending of its plural; any other word as it is."""
    if len(word) < 4 or word.endswith(("ss", "us")):
        return word
    return word[:-3] + "y" if word.endswith("ies") and len(word) > 4 else word.removesuffix("s")


def others(word: str) -> tuple[str, ...]:
    """The words that mean the same as one in the singular."""
    return _all_others().get(word, ())


@cache
def _all_others() -> dict[str, tuple[str, ...]]:
    found: dict[str, dict[str, None]] = {}
    for group in map(str.split, _SAME):
        for word in group:
            mates = found.setdefault(singular(word), {})
            mates.update((mate, None) for mate in group if mate != word and len(mate) > 1)
    return {word: tuple(mates) for word, mates in found.items()}
