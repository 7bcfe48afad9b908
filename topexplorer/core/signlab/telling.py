"""A verdict in lines, the same for every face: what is wrong, the line that cures it, how it was read, and what was
hashed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

from topexplorer.core.language import Language
from topexplorer.core.signlab.pasted import Pasted
from topexplorer.core.signlab.solve import Verdict

Look = Literal["answer", "head", "text", "fix", "blank"]
"""The answer itself, a heading, a text below it, a line of code, nothing."""


def told(pasted: Pasted, verdict: Verdict, say: Language, *, reveal: bool) -> Iterator[tuple[Look, str]]:
    """The lines, with what each is. `reveal` shows the right sign: say that only for keys that are made up."""
    yield "answer", say.render(verdict.sentence)
    if verdict.fixes:
        yield "head", say("signlab.show.fix", language=say(f"signlab.code.{verdict.language}"))
        yield from (("fix", fix.line) for fix in verdict.fixes)
    if pasted.params:
        yield "blank", ""
        yield "head", say("signlab.show.read", form=say(f"signlab.form.{pasted.form}"), n=len(pasted.params))
    if verdict.also:
        yield "blank", ""
        yield "head", say("signlab.show.also")
        yield from (("text", say.render(finding.what)) for finding in verdict.also)
    if verdict.evidence and verdict.findings:
        yield "blank", ""
        yield "head", say("signlab.show.hashed", digest=verdict.evidence.digest, n=verdict.evidence.byte_count)
        yield "text", verdict.evidence.hashed
        if verdict.evidence.hashed != verdict.evidence.right:
            yield "head", say("signlab.show.right")
            yield "text", verdict.evidence.right
            yield "head", say("signlab.show.differs", place=verdict.evidence.differs_at + 1)
    if reveal and verdict.right and verdict.kind != "correct":
        yield "blank", ""
        yield "head", say("signlab.show.right_sign", sign=verdict.right.reveal())
