"""How a sign comes about, one step after the other, as a person can follow it with pencil and paper.

This is the one model that every face draws. Nothing here shows a secret: the app secret and the session are masked,
and the sign itself is a `Secret` that a face may show where the keys are made up. Sources: the platform's call guide
(doc 101617) and the batch guide (doc 104350).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace
from typing import Literal

from topexplorer.core import signing
from topexplorer.core.call import SECRET_PARAMS, Secret
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.evidence import masked, spellings
from topexplorer.core.signlab.making import OF_METHOD
from topexplorer.core.signlab.pasted import Pairs
from topexplorer.core.taint import MASK

Dialect = Literal["call", "body", "batch", "callback", "tmc"]
LeftOut = tuple[tuple[str, Message], ...]
FIRST_BYTES = 16


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that is done: what, and what comes out, as rows of a name and a text.

    A row without a name is one text by itself. Texts are foreign.
    """

    name: str
    what: Message
    rows: tuple[tuple[str, str | Message], ...] = ()


@dataclass(frozen=True, slots=True)
class Steps:
    """All the steps to one sign, in order. `assumed` says what no public source states."""

    dialect: Dialect
    method: str
    steps: tuple[Step, ...]
    left_out: LeftOut
    text: str
    """What is digested, masked, with the masked secret where md5 puts it."""
    byte_count: int
    """Of the text without the secret, in the charset that is signed."""
    sign: Secret = field(repr=False)
    assumed: tuple[Message, ...] = ()

    def step(self, name: str) -> Step:
        """The step of that name: sorted, left_out, body, joined, bytes, digest. Raises StopIteration."""
        return next(step for step in self.steps if step.name == name)

    def told(self, reveal: bool) -> tuple[Step, ...]:
        """The steps with the sign itself at the end, masked unless `reveal`, which is for keys that are made up."""
        *before, last = self.steps
        return (*before, replace(last, rows=(("", self.sign.reveal() if reveal else MASK),)))


def call_steps(
    method: str,
    secret: Secret,
    params: Iterable[tuple[str, str]],
    *,
    left_out: LeftOut = (),
    files: Iterable[str] = (),
    body: str = "",
    batch: bool = False,
) -> Steps:
    """A call, with the body that is signed behind its parameters for JSON, XML and batches.

    `left_out` is what else was kept back, and why. Raises KeyError for a sign method that the platform does not have.
    """
    pairs = tuple(params)
    reasons = dict(left_out)
    reasons |= {name: message("sign.left_out.sign") for name, _text in pairs if name == "sign"}
    reasons |= {name: message("sign.left_out.file") for name in files}
    reasons |= {name: message("signlab.left_out.empty_kept") for name, text in pairs if not text}
    dialect: Dialect = "batch" if batch else "body" if body else "call"
    return outline(dialect, method, secret, pairs, body, tuple(reasons.items()))


def outline(
    dialect: Dialect,
    method: str,
    secret: Secret,
    pairs: Pairs,
    body: str = "",
    left_out: LeftOut = (),
    charset: str = "utf-8",
    assumed: tuple[Message, ...] = (),
) -> Steps:
    """The steps of any dialect: `pairs` sorted and joined, `body` behind them, in bytes of `charset`."""
    scheme = signing.SCHEMES[method]
    hidden = spellings([secret.reveal(), *(value for name, value in pairs if name in SECRET_PARAMS)])
    text = signing.base_string(pairs, body)
    data = _encoded(text, charset)
    shown = masked(text, hidden)
    shown = f"{MASK}{shown}{MASK}" if scheme.wraps else shown
    sign = scheme.digest(_encoded(secret.reveal(), charset), data).upper()
    ordered = signing.sorted_pairs(pairs)
    rows = tuple((name, MASK if name in SECRET_PARAMS and value else masked(value, hidden)) for name, value in ordered)
    steps = [Step("sorted", message("signlab.step.sorted", n=len(rows)), rows)]
    if left_out:
        steps.append(Step("left_out", message("signlab.step.left_out"), left_out))
    if body:
        kind = "batch" if dialect == "batch" else "whole"
        steps.append(Step("body", message(f"signlab.step.body.{kind}"), (("", masked(body, hidden)),)))
    around = "wraps" if scheme.wraps else "key"
    first = masked_bytes(data, hidden, charset)
    steps += [
        Step("joined", message(f"signlab.step.joined.{around}"), (("", shown),)),
        Step("bytes", message("signlab.step.bytes", n=len(data), charset=charset.upper()), (("", first),)),
        Step("digest", message(f"signlab.step.digest.{around}", digest=OF_METHOD[method].label, n=scheme.length)),
    ]
    return Steps(dialect, method, tuple(steps), left_out, shown, len(data), Secret(sign), assumed)


def masked_bytes(data: bytes, hidden: Iterable[str], charset: str) -> str:
    """The first bytes in hex, only as far as nothing begins that must not be seen."""
    ends = [at for text in hidden if (at := data.find(_encoded(text, charset))) >= 0]
    end = min([FIRST_BYTES, *ends])
    return data[:end].hex(" ") + (" …" if len(data) > end else "")


def _encoded(text: str, charset: str) -> bytes:
    return text.encode("utf-8", "surrogatepass") if charset == "utf-8" else text.encode(charset, "replace")
