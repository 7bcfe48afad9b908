"""What much-read articles about the platform get wrong, and what is so: said to whoever looks for it.

Two introductions that are widely copied carry a table of codes that is not the platform's (its own is in the FAQ of the
call guide, doc 101617, and in every SDK). Whoever learnt from them looks for the wrong thing.
"""

from __future__ import annotations

from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass


@dataclass(frozen=True, slots=True)
class Myth:
    """One mistake. Its correction is the message `myth.<name>`."""

    name: str
    codes: tuple[int, ...] = ()
    """The codes that it misreads."""
    words: tuple[str, ...] = ()
    """What a person who believes it looks for, in lower case."""

    @property
    def correction(self) -> Message:
        return message(f"myth.{self.name}")


MYTHS: tuple[Myth, ...] = (
    Myth("code_7", (7,), ("参数无效", "参数错误", "参数不合法", "invalid param", "invalid argument", "bad param")),
    Myth("code_15", (15,), ("无权限", "没有权限", "权限不足", "没权限", "no permission", "permission denied")),
    Myth("code_40", (40,), ("超限", "限流", "频率", "调用限制", "call limit", "rate limit", "throttl")),
    Myth("code_100", (100,), ("系统错误", "系统异常", "系统繁忙", "system error", "system busy", "internal error")),
    Myth("http", (403, 429), ("too many requests", "forbidden", "isp_flow_control_limit", "flow_control_limit")),
    Myth("milliseconds", (), ("13位", "13 位", "13-digit", "13 digit", "毫秒", "millisecond")),
    Myth("sign_recipe", (), ("签名算法", "签名规则", "怎么签名", "sign algorithm", "how to sign", "secret+params")),
    Myth("sandbox_url", (), ("tbsandbox", "沙箱地址", "sandbox url")),
)


def corrections(code: int | None = None, words: str = "") -> tuple[Message, ...]:
    """What to say to somebody who asks about that code, or looks for those words."""
    lowered = words.lower()
    return tuple(
        myth.correction
        for myth in MYTHS
        if (code is not None and code in myth.codes) or any(word in lowered for word in myth.words)
    )
