"""Why a call failed and what cures it: an Exchange becomes a Diagnosis that a face can show and act on.

Data-driven: the API's own error codes, those of its imported spec, then the longest family of sub codes, then the
global code; an unknown code degrades to what its family means. Offline, both languages, and no secret in any part.
The kinds of fixes, and what a face does for each, are the table in `core.fixes`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Literal

from topexplorer.core.call import Exchange, NoAnswer, Refusal
from topexplorer.core.fixes import Fix
from topexplorer.core.language import Message, Words, message
from topexplorer.core.nouns import dataclass
from topexplorer.core.refusedcall import NOTHING_KNOWN, RefusedCall, Surroundings
from topexplorer.core.spec import ApiSpec, ErrorCode, ErrorTable, GlobalError, SubCodeFamily

__all__ = ["Diagnosis", "Fix", "Source", "Surroundings", "ban_seconds", "explain", "explain_refusal"]

REMOTE_SERVICE_ERROR = 15
Pitfall = Literal["sign", "permission", "limit", "session", "timestamp", "app_key", "parameter", "platform", "business"]
Source = Literal["api", "import", "family", "code", "nothing"]
PITFALLS: Mapping[str, Pitfall] = {
    "accesscontrol.": "limit",
    "isv.permission-": "permission",
    "isv.invalid-permission": "permission",
    "subuser.": "permission",
    "isv.appkey-": "app_key",
    "invalid-session": "session",
    "session-not-exist": "session",
    "isv.error-unauthorized": "session",
    "isv.r1-": "session",
    "isv.r2-": "session",
    "isv.w1-": "session",
    "isv.w2-": "session",
    "isv.timestamp-": "timestamp",
    "isv.missing-": "parameter",
    "isv.invalid-param": "parameter",
    "isv.parameters-": "parameter",
    "isp.top-mapping-": "parameter",
    "isv.": "business",
    "isp.": "platform",
    "invalid_": "session",
}
"""By the beginning of the sub code: which of the usual pitfalls it is."""
_BY_CODE: Mapping[int, Pitfall] = {
    **dict.fromkeys((4, 5, 6, 7, 8), "limit"),
    **dict.fromkeys((11, 12, 13), "permission"),
    **dict.fromkeys((24, 25), "sign"),
    **dict.fromkeys((26, 27, 42, 44, 53, *range(100, 112)), "session"),
    **dict.fromkeys((28, 29), "app_key"),
    **dict.fromkeys((30, 31), "timestamp"),
    **dict.fromkeys((3, 9, 21, 22, 23, 32, 33, 34, 40, 41, 43, 47), "parameter"),
    10: "platform",
}


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """`title` names what happened, `cause` why, `cure` what to do; `evidence` quotes this exchange (foreign text)."""

    title: Message | Words
    cause: Message | Words
    cure: Message | Words
    evidence: tuple[tuple[str, str], ...]
    fixes: tuple[Fix, ...] = ()
    retry: str = "no"
    pitfall: Pitfall | None = None
    """Which of the usual pitfalls it is; its name is the message `pitfall.<name>`."""
    proofs: tuple[Message, ...] = ()
    """What was sent in this exchange that bears on it; values in them are foreign text."""
    notes: tuple[Message, ...] = ()
    """What much-read articles say about it that is not so; only for a code that somebody looks up."""
    source: Source = "nothing"
    """What the cause was taken from."""


def explain(
    exchange: Exchange, spec: ApiSpec, table: ErrorTable, around: Surroundings = NOTHING_KNOWN
) -> Diagnosis | None:
    """The diagnosis of a call that failed; None for an answer."""
    outcome = exchange.outcome
    if isinstance(outcome, Refusal):
        return _explained(RefusedCall(outcome, spec, exchange, around), table)
    if isinstance(outcome, NoAnswer):
        return explain_silence(outcome)
    return None


def explain_refusal(
    refusal: Refusal, spec: ApiSpec, table: ErrorTable, around: Surroundings = NOTHING_KNOWN
) -> Diagnosis:
    """The diagnosis of a refusal that somebody pasted: what was sent is not known, and what hangs on it not offered."""
    return _explained(RefusedCall(refusal, spec, None, around), table)


def ban_seconds(refusal: Refusal) -> int:
    """How long the gateway says a ban lasts; 0 when it does not say."""
    if refusal.code != 7:
        return 0
    from topexplorer.core.remedies import announced_seconds

    return announced_seconds(refusal.sub_msg or "")


def _explained(call: RefusedCall, table: ErrorTable) -> Diagnosis:
    from topexplorer.core.myths import corrections
    from topexplorer.core.proofs import proofs
    from topexplorer.core.remedies import remedies

    known = global_row(call.code, table)
    behind = call.around.behind
    own = _own_code(call.refusal, call.spec)
    imported = _own_code(call.refusal, behind) if behind and not own else None
    family = family_of(call.sub_code, table)
    title: Message | Words = message("why.unknown_code", code=call.code)
    cause: Message | Words = message("why.unknown_cause")
    cure: Message | Words = message("why.unknown_cure")
    retry = "no"
    found: Source = "nothing"
    if known:
        title, cause, cure, retry, found = known.title, known.cause, known.cure, known.retry, "code"
    if family:
        cause, cure, retry, found = family.title, family.cure, family.retry, "family"
        title = title if call.code else family.title
    if row := own or imported:
        cause, cure, found = row.title, row.cure or cure, "api" if own else "import"
    return Diagnosis(
        title=title,
        cause=cause,
        cure=cure,
        evidence=tuple(_evidence(call.refusal)),
        fixes=remedies(call, retry),
        retry=retry,
        pitfall=_pitfall(call),
        proofs=proofs(call),
        notes=corrections(call.code) if call.exchange is None else (),
        source=found,
    )


def global_row(code: int, table: ErrorTable) -> GlobalError | None:
    """The row of that code. The services of old each had a code from 500 to 699; all of them mean what 15 means."""
    rows = {row.code: row for row in table.codes}
    return rows.get(code) or (rows.get(REMOTE_SERVICE_ERROR) if 500 <= code < 700 else None)


def family_of(sub_code: str, table: ErrorTable) -> SubCodeFamily | None:
    """The family of that sub code: the longest beginning that fits."""
    matching = [row for row in table.families if sub_code.startswith(row.prefix)]
    return max(matching, key=lambda row: len(row.prefix), default=None)


def _own_code(refusal: Refusal, spec: ApiSpec) -> ErrorCode | None:
    sub_code = refusal.sub_code or ""
    matching = [row for row in spec.errors if sub_code == row.sub_code or sub_code.startswith(f"{row.sub_code}:")]
    return max(matching, key=lambda row: len(row.sub_code), default=None)


def _pitfall(call: RefusedCall) -> Pitfall | None:
    """By the code; of a remote service's error, by the sub code."""
    if call.code in _BY_CODE:
        return _BY_CODE[call.code]
    prefix = max((prefix for prefix in PITFALLS if call.sub_code.startswith(prefix)), key=len, default="")
    return PITFALLS.get(prefix)


def _evidence(refusal: Refusal) -> Iterator[tuple[str, str]]:
    rows = {
        "code": str(refusal.code),
        "msg": refusal.msg,
        "sub_code": refusal.sub_code,
        "sub_msg": refusal.sub_msg,
        "request_id": refusal.request_id,
    }
    for name, text in rows.items():
        if text:
            yield name, text


def explain_silence(outcome: NoAnswer) -> Diagnosis:
    """The diagnosis of a call that nothing usable came back from."""
    evidence = (("detail", outcome.detail),) if outcome.detail else ()
    again = outcome.reason in ("timeout", "connect")
    return Diagnosis(
        title=message(f"silence.{outcome.reason}"),
        cause=message(f"silence.{outcome.reason}.cause"),
        cure=message(f"silence.{outcome.reason}.cure"),
        evidence=evidence,
        fixes=(Fix("resend", message("fix.resend")),) if again else (),
        retry="yes" if again else "no",
    )
