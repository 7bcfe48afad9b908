"""The people who buy from the seeded sellers."""

from __future__ import annotations

import random

from topexplorer.core.nouns import dataclass
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.places import Place, districts

LANDMARK_BUYER = "晴天小雨"
HOME = 330106
"""The area id of the district where that buyer lives."""
NICKS = """
橘子汽水tt 爱笑的眼睛88 小熊维尼妈 t_1503812_66 静待花开2012 阳光正好啊 豆豆妈妈0316 追风少年lk
海边的卡夫 云朵棉花糖 糯米团子_ 北方以北1990 tb88213476 慢慢来吧 小鹿乱撞mm 一杯美式
清风徐来yy 米粒儿麻麻 山有木兮nn 向日葵的夏天 tb_6650921 木子李1987
""".split()
NAMES = """
王小雨 李娜 张伟 刘洋 陈静 杨帆 赵磊 黄婷 周杰 吴敏 徐丽 孙浩 马超 朱琳 胡军 郭晓 何佳 林峰 罗兰 梁爽 宋雨 郑凯 谢芳
""".split()
STREETS = ("文三路", "中山东路", "人民路", "解放大道", "建设北路", "学院路", "滨江大道", "和平街")
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnpqrstuvwxyz23456789"


@dataclass(frozen=True, slots=True)
class Buyer:
    """Somebody who buys; the platform shows sellers only masked contacts."""

    nick: str
    open_uid: str
    name: str
    mobile: str
    place: Place
    street: str


def people(rng: random.Random) -> list[Buyer]:
    """The buyers; the one that examples name comes first."""
    everywhere = districts()
    home = next(place for place in everywhere if place.area_id == HOME)
    buyers = [Buyer(LANDMARK_BUYER, "AAGk3f-EAAeHwKfdxTHqh9cU", NAMES[0], "13800138000", home, "文三路")]
    for nick, name in zip(NICKS, NAMES[1:], strict=True):
        uid = "AAF" + "".join(one_of(rng, LETTERS) for _ in range(21))
        mobile = f"13{between(rng, 0, 999_999_999):09d}"
        buyers.append(Buyer(nick, uid, name, mobile, one_of(rng, everywhere), one_of(rng, STREETS)))
    return buyers


SURNAMES = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾萧田董袁潘"
GIVEN = "静怡 子涵 雨欣 浩然 思远 佳琪 梓萱 俊杰 晓燕 海涛 雪梅 志强 美玲 文博 秋月 小满 一诺 若曦 建国 丽华".split()
WORDS = "奶茶 麦子 南瓜 星河 小鱼 柚子 阿布 可乐 青柠 芒果 花卷 团子 松鼠 蓝莓 小满 豆包 雪糕 云朵 樱桃 土豆".split()


def crowd(rng: random.Random, count: int) -> list[Buyer]:
    """That many further buyers."""
    everywhere = districts()
    buyers = []
    for number in range(count):
        nick = f"{WORDS[number % len(WORDS)]}{one_of(rng, ('妈妈', '爸爸', '_tb', '酱', 'x'))}{1000 + number * 7}"
        uid = f"AAF{rng.getrandbits(84):021X}"
        name = one_of(rng, SURNAMES) + one_of(rng, GIVEN)
        mobile = f"15{between(rng, 0, 999_999_999):09d}"
        buyers.append(Buyer(nick, uid, name, mobile, one_of(rng, everywhere), one_of(rng, STREETS)))
    return buyers
