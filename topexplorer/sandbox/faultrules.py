"""The text form of a fault rule, one rule a line: which methods, a colon, what goes wrong, and how often.

    taobao.trade.*: latency=300ms±100
    *: code=15 sub_code=isp.top-remote-service-unavailable rate=10%
    taobao.items.onsale.get: body=truncated
    *: ban=120s kind=api

In the methods `*` and `?` stand for any text and any one character. OAuth pages have names of their own, which `*`
does not mean: `oauth.authorize`, `oauth.token`, `oauth.logoff`, `oauth.grants`, `oauth` for all of them. Blank lines
and lines that begin with `#` say nothing. What can go wrong:

    latency=300ms±100    the answer waits, give or take; ms, s, m
    timeout, timeout=5s  no answer: never, or HTTP 504 after that time
    code=15 sub_code=… msg="…" sub_msg="…"     an error_response instead of the answer; the call has no effect
    status=502           that HTTP status, with the page of a load balancer
    body=truncated, body=notjson, body=empty   a document cut in half, a web page, nothing
    body=50MB            the answer, filled up to that size
    gzip=lie             the header says gzip, the body is none
    drop=half, drop=head the connection closes in mid-body, or after the headers
    drip=1kB/s           the body trickles
    ban=120s kind=…      code 7 for that time, or `ban=midnight`; begins with the first call that matches
    quota=20/60s kind=…  or `quota=100/day`: takes the place of the platform's limits of that kind
    clock=+15m           the gateway's clock is off; only with `*`
    off                  nothing that rules above this one say about these methods

Kinds are `app` (all calls of an app), `api` (all apps' calls of an API), `app-api` (the default) and `dynamic`.
How often: `rate=10%` of the calls, not the first `after=3`, at most `times=2`. A ban without `rate` and `times` is
laid once. The gateway's own refusals go first: only a call that would have been answered gets a code or begins a ban.
Where rules say the same thing differently, the lower one counts. A batch goes out as one answer, which only rules for
`*` hold up or damage; its calls are refused one by one. The OAuth pages know no codes, bans, quotas and clock: there
`sub_code` and `sub_msg` become `error` and `error_description`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from topexplorer.core.call import Refusal
from topexplorer.core.errors import UsageError
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import Limit
from topexplorer.sandbox.faultwords import COUNTING, EXCLUSIVE, WORDS, Fields, WrongWord
from topexplorer.sandbox.limits import APP_API

LONGEST = 500
"""Characters of a rule."""
MESSAGES = {
    3: "Upload fail",
    7: "App Call Limited",
    9: "Http action not allowed",
    10: "Service currently unavailable",
    11: "Insufficient isv permissions",
    12: "Insufficient user permissions",
    13: "Insufficient partner permissions",
    21: "Missing method",
    22: "Invalid method",
    23: "Invalid format",
    24: "Missing signature",
    25: "Invalid signature",
    26: "Missing session",
    27: "Invalid session",
    28: "Missing app key",
    29: "Invalid app Key",
    30: "Missing timestamp",
    31: "Invalid timestamp",
    40: "Missing required arguments",
    41: "Invalid arguments",
    42: "Insufficient session permissions",
    43: "Parameter error",
    47: "Invalid encoding",
}
"""What the gateway says with a code where the rule does not. Of all others it says that the remote service failed."""
REMOTE = "Remote service error"
PAGES = "oauth"
"""What rules call all OAuth pages; one of them has its own name behind a dot."""
NOT_ON_PAGES = frozenset({"code", "ban", "quota", "kind", "clock"})
_METHODS = re.compile(r"[A-Za-z0-9._*?-]{1,100}")
_WORD = re.compile(r'([^\s="]+)(?:=("[^"]*"|[^\s"]*))?(?=\s|$)')


class RuleError(UsageError):
    """A rule that cannot be read. `column` counts characters from 1; `reason` is the sentence without the place."""

    def __init__(self, rule: str, column: int, reason: Message, place: Message | None = None) -> None:
        where = place or message("fault.at_rule", rule=rule)
        super().__init__(message("fault.wrong", where=where, column=column, reason=reason))
        self.column = column
        self.reason = reason


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultRule:
    """One rule. What is None, zero or empty does not go wrong. Times are seconds, sizes bytes."""

    text: str
    """As it was written, in one spelling."""
    methods: str
    rate: float = 1.0
    after: int = 0
    times: int = 0
    """0: as often as it matches."""
    code: int = 0
    msg: str = ""
    sub_code: str = ""
    sub_msg: str = ""
    ban: float | None = None
    quota: Limit | None = None
    kind: str = APP_API
    latency: float = 0.0
    jitter: float = 0.0
    timeout: float = 0.0
    """FOREVER: until the caller hangs up."""
    status: int = 0
    body: str = ""
    size: int = 0
    gzip: str = ""
    drop: str = ""
    drip: float = 0.0
    """Bytes a second."""
    skew: timedelta | None = None
    off: bool = False

    @property
    def refusal(self) -> Refusal | None:
        """What it answers in the gateway's name."""
        if not (self.code or self.sub_code or self.msg or self.sub_msg):
            return None
        code = self.code or 15
        return Refusal(code, self.msg or MESSAGES.get(code, REMOTE), self.sub_code or None, self.sub_msg or None)

    @property
    def most(self) -> int:
        """How often it applies, 0 for always."""
        return 1 if self.ban is not None and self.rate == 1 and not self.times else self.times

    @property
    def at_the_gate(self) -> bool:
        """Whether it speaks in the gateway's name; then it waits for a call that would be answered."""
        return self.ban is not None or self.refusal is not None

    @property
    def on_the_way(self) -> bool:
        """Whether it is about how an answer goes out."""
        return not self.at_the_gate and self.quota is None and self.skew is None

    @property
    def on_pages(self) -> bool:
        """Whether it is about the OAuth pages, not about APIs."""
        return is_page(self.methods)

    @property
    def pattern(self) -> str:
        """The methods, for `fnmatch`."""
        return f"{PAGES}.*" if self.methods == PAGES else self.methods


@dataclass(frozen=True, slots=True)
class _Given:
    name: str
    value: str | None
    column: int

    def __str__(self) -> str:
        if self.value is None:
            return self.name
        return f'{self.name}="{self.value}"' if re.search(r"\s", self.value) else f"{self.name}={self.value}"


def is_page(method: str) -> bool:
    """Whether that is the name of an OAuth page, or of several."""
    return method == PAGES or method.startswith(f"{PAGES}.")


def rule_from(text: str, place: Message | None = None) -> FaultRule:
    """Reads one rule. Raises RuleError, which names the column, and `place` when the rule stands in a file."""
    text = text.rstrip()
    column = len(text) - len(text.lstrip()) + 1
    try:
        if len(text) > LONGEST:
            raise WrongWord(message("fault.too_long", most=LONGEST))
        head, colon, _rest = text.replace("：", ":").partition(":")
        methods = head.strip()
        if not colon or not _METHODS.fullmatch(methods):
            raise WrongWord(message("fault.methods"))
        words: dict[str, _Given] = {}
        fields: Fields = {}
        for word in _words(text, len(head) + 1):
            column = word.column
            fields |= _read(word, words)
            words[word.name] = word
        column = len(text) + 1
        for conflict in _conflicts(methods, words):
            column = conflict.column
            raise WrongWord(_why(methods, conflict, words))
        if not words.keys() - COUNTING:
            raise WrongWord(message("fault.no_effect"))
    except WrongWord as wrong:
        raise RuleError(text.strip()[:LONGEST], column, wrong.reason, place) from None
    return FaultRule(text=f"{methods}: " + " ".join(map(str, words.values())), methods=methods, **fields)


def rules_from(text: str, file: str) -> list[FaultRule]:
    """The rules of a file. Raises RuleError for the first one that cannot be read, with its line."""
    return [
        rule_from(line, message("fault.at_line", file=file, line=number))
        for number, line in enumerate(text.splitlines(), 1)
        if line.strip() and not line.lstrip().startswith("#")
    ]


def clock_rule(skew: timedelta) -> FaultRule:
    """The rule that sets the gateway's clock off by `skew`."""
    return rule_from(f"*: clock={skew.total_seconds():+g}s")


def _words(text: str, start: int) -> Iterator[_Given]:
    place = start
    while place < len(text):
        if text[place].isspace():
            place += 1
        elif found := _WORD.match(text, place):
            name, value = found.groups()
            yield _Given(name, None if value is None else value.strip('"'), place + 1)
            place = found.end()
        else:
            yield _Given(text[place:].split()[0], None, place + 1)
            return


def _read(word: _Given, before: dict[str, _Given]) -> Fields:
    known = WORDS.get(word.name)
    if known is None:
        if '"' in word.name:
            raise WrongWord(message("fault.quotes"))
        raise WrongWord(message("fault.unknown", word=word.name.partition("=")[0], known=tuple(WORDS)))
    if word.name in before:
        raise WrongWord(message("fault.twice", word=word.name))
    if word.value == "" or (word.value is None and not known.alone):
        raise WrongWord(message("fault.no_value", word=word.name, example=known.example))
    return known.read(word.value or "")


def _conflicts(methods: str, words: dict[str, _Given]) -> Iterator[_Given]:
    """The words that cannot stand where they stand."""
    if is_page(methods):
        yield from (word for word in words.values() if word.name in NOT_ON_PAGES)
    for name, allowed in EXCLUSIVE.items():
        if name in words:
            yield from (word for word in words.values() if word.name not in allowed | {name})
    if "clock" in words and methods != "*":
        yield words["clock"]
    if "kind" in words and not words.keys() & {"ban", "quota"}:
        yield words["kind"]


def _why(methods: str, conflict: _Given, words: dict[str, _Given]) -> Message:
    if is_page(methods) and conflict.name in NOT_ON_PAGES:
        return message("fault.page", word=conflict.name)
    if conflict.name == "kind":
        return message("fault.kind")
    if conflict.name == "clock" and len(words) == 1:
        return message("fault.clock")
    first = next(name for name, allowed in EXCLUSIVE.items() if name in words and conflict.name not in allowed | {name})
    return message("fault.alone", word=first, other=conflict.name)
