"""Whether an API that a foreign document describes may change something.

No foreign format says so, and the verb of HTTP proves nothing where every call is a POST. An API counts as a read only
when its name ends as those of reading APIs do and nothing in its name, in what it asks for or in what the document says
of it speaks of a change. What is unknown is a write.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

_READS = re.compile(r"(batch|multi)?(get|list|query|search|find|count|detail)s?(by[a-z]+)?")
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_CHANGES = re.compile(
    r"creat|updat|delet|remov|insert|modif|cancel|confirm|agree|refus|reject|approv|append|appl(?:y|ies)|submit|publish"
    r"|upload|import|assign|alloc|generat|register|refresh|revoke|restor|consum|produc(?:e(?!r)|ing)|subscrib|invok"
    r"|enabl|disabl|activat|authoriz|exchang|transfer|replac|change|notif|callback|feedback|consign|execut|trigger"
    r"|deduct|withdraw|recharg|merg|reset|resend|repl(?:y|ies)|clos(?:e|ing)|batch"
)
"""Wherever in a word they stand."""
_BEGINS = re.compile(
    r"add(?!r)|set(?!t)|send(?!er)|del(?!iv)|pay(?!ment|ee|er)|put|bind|unbind|lock|unlock|sign(?!ature)|sync|save|edit"
    r"|move|clear|drop|adjust|grant|issue(?!r)|draw|stop|print|accept|acquire|post$|patch$|write|fill|refill|reserve"
    r"|occupy|freeze|unfreeze|audit|invalid|extend|cut$|push|join|login|logout"
)
"""Where a word begins with them: inside others they mean something else, as in `address` and `alipay`."""
_HANDED_OUT = re.compile(
    r"waybill|token|session|secret|ticket|serialno|sequence|captcha|nonce|(?:verify|auth|invite)code"
)
"""What each `get` may make a new one of."""
_REQUEST = re.compile(r"request|req|dto|command|cmd|param", re.IGNORECASE)
_CLAUSE = re.compile(r"[。，；：！？,;:!?\n(（\[【<]|\.\s")
_SAYS_READ = re.compile(
    r"查|获取|搜索|检索|得到|列表|取(?!消|号)|\b(?:get|list|quer|search|find|count|read|return|show)", re.IGNORECASE
)
_SAYS_CHANGE = re.compile(
    r"创建|新增|添加|增加|修改|更改|变更|更新|删除|移除|发布|上传|上架|下架|取消|确认|申请|关闭|发送|提交|发货|绑定|审核|设置|编辑|同步|保存"
    r"|回传|回告|领取|发放|同意|拒绝|撤|追加|开通|充值|核销|锁定|导入|注册|刷新|接单"
)
_SAYS_HANDED_OUT = re.compile(r"取号|(?:面|运|物流)单号|(?<!已)生成|分配|签发|下发|并(?:更新|修改|创建|删除|发送|保存)")


def writes(method: str, said: Iterable[str] = (), asked: Iterable[str] = ()) -> bool:
    """False only for an API whose name reads, with nothing against it in what is `said` of it, title and description,
    and in the names of the parameters `asked` for."""
    before, _dot, last = method.rpartition(".")
    verb = next(iter(_words(last)), "")
    if not _READS.fullmatch(verb) or names_change(before) or names_change(re.sub("^[bB]atch", "", last)):
        return True
    if "get" in verb and _HANDED_OUT.search(method.lower()):
        return True
    if any(names_change(name) for name in asked if _REQUEST.search(name)):
        return True
    return any(_says_change(_CLAUSE.split(text.strip(), maxsplit=1)[0]) for text in said)


def names_change(name: str) -> bool:
    """Whether a name has a word of writing in it."""
    return any(_CHANGES.search(word) or _BEGINS.match(word) for word in _words(name))


def _words(name: str) -> list[str]:
    """The words of a name: between dots and lines, and from capital to capital."""
    return [word.lower() for word in _WORD.findall(name)]


def _says_change(clause: str) -> bool:
    """Whether a sentence is about a change: one that reads may name what was changed, as `查询已发货的订单` does."""
    if _SAYS_HANDED_OUT.search(clause):
        return True
    return not _SAYS_READ.search(clause) and bool(_SAYS_CHANGE.search(clause) or names_change(clause))
