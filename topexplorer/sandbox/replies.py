"""Answers for APIs that have no back end: made from the spec, typed like the platform's, and always the same.

The same method with the same parameters gives the same answer. Values fit their names; a parameter that comes back in
the answer under its own name is echoed, so that an answer belongs to its question.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec, Field
from topexplorer.sandbox.luck import between, one_of
from topexplorer.sandbox.rows import stamp, yuan
from topexplorer.sandbox.store import Payload

DEEPEST = 4
"""Structs inside structs beyond this depth are left out."""
LIST_LENGTH = 3
PEOPLE = ("橘子汽水", "静待花开", "北方以北", "小鹿乱撞", "清风徐来", "向日葵的夏天")
TITLES = ("纯棉儿童连衣裙", "男童加绒卫衣", "真无线蓝牙耳机", "磁吸手机支架", "宝宝保暖内衣套装", "机械键盘")
PLACES = ("浙江省杭州市西湖区", "广东省深圳市南山区", "江苏省苏州市姑苏区", "四川省成都市锦江区")
REMARKS = ("处理完成", "资料齐全", "等待对方确认", "已通知买家")
FAILURE = ("error", "err_", "exception", "fail", "sub_msg", "sub_code")
SUCCESS = ("success", "succ", "result", "matched", "valid", "is_ok")


@dataclass(frozen=True, slots=True)
class _Maker:
    rng: random.Random
    given: Mapping[str, str]
    now: datetime
    writes: bool
    known: bool
    """The call carries a session: fields for owners only may come."""

    def members(self, fields: tuple[Field, ...], depth: int) -> dict[str, Any]:
        made: dict[str, Any] = {}
        for field in fields:
            if field.needs_session and not self.known:
                continue
            if any(word in field.name.lower() for word in FAILURE):
                continue
            value = self.many(field, depth) if field.many else self.one(field, depth)
            if value is not None:
                made[field.name] = value
        return made

    @property
    def length(self) -> int:
        """Of the lists right under the root, and of their totals: short, and no longer than a page."""
        page = self.given.get("page_size", "")
        return min(int(page), LIST_LENGTH) if page in ("1", "2") else LIST_LENGTH

    def many(self, field: Field, depth: int) -> list[Any] | None:
        values = [self.one(field, depth) for _place in range(self.length if depth == 0 else between(self.rng, 1, 2))]
        return values if values[0] is not None else None

    def one(self, field: Field, depth: int) -> Any:
        if field.type == "object":
            return self.members(field.children, depth + 1) if field.children and depth < DEEPEST else None
        if field.name in self.given and not field.many and field.platform_type != "Boolean":
            return self.given[field.name]
        if field.choices:
            return one_of(self.rng, field.choices).value
        return self.plain(field)

    def plain(self, field: Field) -> Any:
        name = field.name.lower()
        if name == "has_next":
            return False
        if field.platform_type == "Boolean":
            return any(word in name for word in SUCCESS) if self.writes else self.rng.random() < 0.5
        if field.type == "datetime" or name.endswith(("_time", "_date")) or name in ("created", "modified"):
            return stamp(self.now - timedelta(seconds=between(self.rng, 60, 30 * 86_400)))
        if field.type == "json":
            return "{}"
        if field.platform_type == "Number" or field.type == "integer":
            return self.number(name)
        if field.type in ("price", "decimal") or name.endswith(("fee", "price", "amount", "payment")):
            return yuan(between(self.rng, 100, 99_999))
        return self.words(name)

    def number(self, name: str) -> int:
        if name in ("total_results", "total", "total_count", "count", "total_num"):
            return self.length
        if name.endswith(("id", "iid", "no")):
            return between(self.rng, 10**11, 10**12 - 1)
        if name.endswith(("code", "status", "type", "flag", "level")):
            return 0
        return between(self.rng, 1, 100)

    def words(self, name: str) -> str:
        for ends, make in _WORDS:
            if f"_{name}".endswith(ends):
                return make(self.rng)
        return one_of(self.rng, REMARKS)


def _digits(rng: random.Random) -> str:
    return str(between(rng, 10**11, 10**12 - 1))


_WORDS: tuple[tuple[tuple[str, ...], Callable[[random.Random], str]], ...] = (
    (("nick", "user", "person", "contact"), lambda rng: one_of(rng, PEOPLE)),
    (
        ("url", "pic", "path", "img", "image", "avatar", "link"),
        lambda rng: f"https://img.alicdn.com/{_digits(rng)}.jpg",
    ),
    (("mobile", "phone", "tel"), lambda rng: f"138****{between(rng, 0, 9999):04d}"),
    (("address", "addr", "area", "location", "city", "state", "province"), lambda rng: one_of(rng, PLACES)),
    (("_ip", "_ips", "_ip_list"), lambda rng: f"203.0.113.{between(rng, 1, 254)}"),
    (("zip",), lambda rng: "310012"),
    (("id", "iid", "no", "sid", "number"), _digits),
    (("code", "status", "type", "flag"), lambda rng: "0"),
    (("title", "name", "subject"), lambda rng: one_of(rng, TITLES)),
)


def reply(spec: ApiSpec, given: Mapping[str, str], seller: str, now: datetime, seed: int) -> Payload:
    """An answer for `spec` called with the business parameters `given`. Dates lie before `now`."""
    made = repr((seed, spec.method, sorted(given.items()))).encode("utf-8", "replace")
    digest = hashlib.blake2b(made, digest_size=8).digest()
    rng = random.Random(int.from_bytes(digest, "big"))
    maker = _Maker(rng, given, now, spec.writes, bool(seller))
    return maker.members(spec.response, 0)
