"""From a pasted call and the app secret to the mistake that made its sign.

Every mistake that is known is tried by itself, then every two together, the likely ones first, until one reproduces
the sign or the work is used up. A digest leaves no doubt: what is named did make this sign. A right sign is never
accused. The secret goes into digests and nowhere else.
"""

from __future__ import annotations

from dataclasses import field
from datetime import datetime
from typing import Literal

from topexplorer.core.call import Secret
from topexplorer.core.language import Message, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.signlab.cautions import cautions_of
from topexplorer.core.signlab.digestmistakes import Claim, claim_of
from topexplorer.core.signlab.evidence import Evidence, evidence_of
from topexplorer.core.signlab.fixes import Fix, fix_for
from topexplorer.core.signlab.making import Change
from topexplorer.core.signlab.pasted import CodeLanguage, Pairs, Pasted
from topexplorer.core.signlab.search import Search

Kind = Literal["correct", "doubtful", "mistake", "unexplained", "unreadable"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One mistake: its name in the solver's lists, the parameter or spelling it is about, and the sentence."""

    mistake: str
    what: Message
    target: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What is wrong with a sign. `sentence` is the answer; `fixes` are lines of code in `language`.

    `doubtful`: right by one reading and wrong by another, because the platform does not document empty values.
    """

    kind: Kind
    sentence: Message
    findings: tuple[Finding, ...] = ()
    also: tuple[Finding, ...] = ()
    """Other single mistakes that make the very same sign of these parameters."""
    evidence: Evidence | None = None
    fixes: tuple[Fix, ...] = ()
    language: CodeLanguage = "python"
    cautions: tuple[Message, ...] = ()
    """What else is odd: the paste itself, the timestamp, the name of the sign method."""
    right: Secret = field(default_factory=lambda: Secret(""), repr=False)
    """The right sign of these parameters; empty where there is none. Good for a call, so show it in a sandbox only."""
    tried: int = 0


def solve(
    pasted: Pasted,
    secret: Secret,
    *,
    known: Pairs = (),
    app_key: str = "",
    now: datetime | None = None,
    language: CodeLanguage | None = None,
) -> Verdict:
    """What made the sign of `pasted`. Never raises; takes about 200 ms at most.

    `known` is what else may have been signed, such as a draft's rows and its session; `app_key` the one that `secret`
    belongs to; `now` lets the timestamp be judged.
    """
    code: CodeLanguage = language or pasted.code or "python"
    cautions = (*pasted.warnings, *cautions_of(pasted, app_key, now))
    claim = claim_of(pasted.sign)
    problem = _unreadable(pasted, secret, claim)
    if problem or claim is None:
        sentence = problem or message("signlab.said.no_digest")
        return Verdict(kind="unreadable", sentence=sentence, cautions=cautions, language=code)
    search = Search(pasted, secret, claim, known)
    found = search.run()
    right = Secret(search.right)
    if found is None:
        sentence = message("signlab.said.unexplained", n=search.tried)
        return Verdict(
            kind="unexplained", sentence=sentence, cautions=cautions, language=code, right=right, tried=search.tried
        )
    making, changes = found
    method = search.method
    findings = (
        *(_finding(change.mistake, change.target, method) for change in changes),
        *_given(pasted, claim, changes, method),
    )
    mistakes = [finding.mistake for finding in findings]
    return Verdict(
        kind="doubtful" if mistakes == ["empty_dropped"] else "mistake" if mistakes else "correct",
        sentence=_sentence(findings, method),
        findings=findings,
        also=_also(search.also, findings, method),
        evidence=evidence_of(making, search.base, secret, pasted),
        fixes=tuple(dict.fromkeys(fix_for(row.mistake, row.target, code, method) for row in findings)),
        language=code,
        cautions=cautions,
        right=right,
        tried=search.tried,
    )


def _finding(mistake: str, target: str, method: str) -> Finding:
    name: object = target or message("signlab.several")
    return Finding(mistake, message(f"signlab.mistake.{mistake}", name=name, method=method), target)


def _given(pasted: Pasted, claim: Claim, changes: tuple[Change, ...], method: str) -> tuple[Finding, ...]:
    """Mistakes that can be read off the text without trying anything."""
    found = []
    if claim.mistake:
        found.append(_finding(claim.mistake, "", method))
    is_explained = any(change.target == "sign_method" for change in changes)
    if pasted.form != "sign" and not pasted.sign_method and not is_explained:
        found.append(_finding("sign_method_missing", "", method))
    return tuple(found)


def _also(singles: tuple[Change, ...], findings: tuple[Finding, ...], method: str) -> tuple[Finding, ...]:
    """The other single mistakes that make this sign."""
    named = {(finding.mistake, finding.target) for finding in findings}
    others = dict.fromkeys((change.mistake, change.target) for change in singles)
    return tuple(_finding(*other, method) for other in others if other not in named)


def _unreadable(pasted: Pasted, secret: Secret, claim: Claim | None) -> Message | None:
    """Why there is nothing to search, in the order in which a person would mend it."""
    if pasted.refused:
        return pasted.refused
    if not pasted.sign:
        return message("signlab.said.no_sign")
    if claim is None:
        return message("signlab.said.no_digest")
    if not (pasted.params or pasted.body):
        return message("signlab.said.no_params")
    return None if secret else message("signlab.said.no_secret")


def _sentence(findings: tuple[Finding, ...], method: str) -> Message:
    if not findings:
        return message("signlab.said.correct", method=method)
    if len(findings) == 1:
        return findings[0].what
    first, *others = findings
    if len(others) == 1:
        return message("signlab.said.two", first=first.what, second=others[0].what)
    return message("signlab.said.three", first=first.what, second=others[0].what, third=others[1].what)
