"""A call as the history keeps it: what may be kept of an exchange, its document, and the exchange made of that again.

No secret is in it: the exchange is the redacted one, what is a token by its name is masked wherever it stands, and rows
of the draft in which something was masked are left out.
Where personal data may not be kept, rows that hold some are left out of the draft, so that nobody sends a made-up
person, and in everything else people are made up.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Literal

from topexplorer.core import signing
from topexplorer.core.call import (
    Answer,
    Exchange,
    FilePart,
    Kept,
    NoAnswer,
    NoAnswerReason,
    Outcome,
    Refusal,
    RequestDraft,
    SignedRequest,
)
from topexplorer.core.draftdocument import draft_document, draft_of
from topexplorer.core.nouns import dataclass
from topexplorer.core.taint import MASK, Taint
from topexplorer.core.text import size_text
from topexplorer.core.tokens import TokenSearch, looks_like_token, names_token

if TYPE_CHECKING:
    from topexplorer.core.personal import Disguise

State = Literal["ok", "refused", "silent"]
"""Answered, refused by the gateway, or no usable answer."""
Document = dict[str, Any]
"""What JSON can say."""
MOST_WORK = 32 * 1024 * 1024
"""Bytes of an answer, times the tokens in it, that are worth masking; beyond, the answer is not kept."""
LONGEST_TOKEN = 4096
LONG_BESIDE = 200
"""Characters of a text beside such an answer, from which it is masked whole."""
LONGEST_WORDS = 4000
"""Characters that a call is found by."""
_OWN_PARAMS = ("app_key", "method", "timestamp", "format", "v", "sign_method", "sign", "simplify", "session")


@dataclass(frozen=True, slots=True)
class PastCall:
    """One line of the history."""

    id: str
    """`s`, `d` or `p` for sandbox, dev or prod, and a number: never given twice."""
    call: str
    """The exchange's id."""
    at: datetime
    """When it began, in UTC."""
    environment: str
    api: str
    seller: str
    """Whose session it carried, by nick; empty where that was not chosen."""
    state: State
    reason: str
    """The code and sub code of a refusal, or the reason why there is no answer; empty for an answer."""
    seconds: float
    size: int
    """Bytes of the answer, whether it was kept or not."""
    words: str
    """Everything it can be found by, in lower case."""

    def fits(self, wanted: Iterable[str]) -> bool:
        """Whether every one of the lower-case words is in it."""
        return all(word in self.words for word in wanted)


def fit_to_keep(exchange: Exchange, disguise: Disguise | None) -> tuple[Exchange, tuple[str, ...]]:
    """What of a redacted exchange may be kept, and the names of the rows that were left out of its draft.

    `disguise` makes people up; None where they may be kept. As slow as the answer is large. An answer with more tokens
    than can be masked in a moment loses its body.
    """
    exchange = _without_tokens(exchange)
    # What an older call had and this one was sent without is no part of this one.
    draft = replace(exchange.draft, left_out=frozenset()) if exchange.draft.left_out else exchange.draft
    masked = {name for name, text in (*draft.values.items(), *draft.files.items()) if MASK in text or MASK in name}
    draft = _without(draft, masked)
    if disguise is None:
        return _with_draft(exchange, draft), tuple(sorted(masked))
    from topexplorer.core.disguise import hidden_exchange, without_personal

    draft, personal = without_personal(draft)
    hidden = hidden_exchange(exchange, disguise)
    own = {name: text for name, text in exchange.request.params if name in _OWN_PARAMS}
    params = tuple((name, own.get(name, text)) for name, text in hidden.request.params)
    files = tuple(FilePart(part.name, "", b"") for part in exchange.request.files)
    hidden = replace(hidden, request=replace(hidden.request, params=params, files=files))
    left_out = frozenset({*masked, *personal, *draft.files})
    return _with_draft(hidden, replace(draft, files={}, left_out=left_out)), tuple(sorted(left_out))


def without_body(exchange: Exchange) -> Exchange:
    """The exchange without the body that came back: for an answer that is not kept."""
    outcome = exchange.outcome
    if isinstance(outcome, Answer):
        return replace(exchange, outcome=Answer(b"", outcome.format, outcome.root, outcome.request_id))
    return replace(exchange, outcome=replace(outcome, body=b""))


def document(exchange: Exchange, left_out: tuple[str, ...]) -> Document:
    """Everything but the answer's body."""
    request, outcome = exchange.request, exchange.outcome
    return {
        "draft": draft_document(exchange.draft),
        "request": {
            "url": request.url,
            "params": [list(pair) for pair in request.params],
            "files": [[part.name, part.file_name] for part in request.files],
            "sign_method": request.sign_method,
            "signed_at": request.signed_at.isoformat(),
        },
        "outcome": _outcome_document(outcome),
        "status": exchange.status,
        "headers": [list(pair) for pair in exchange.headers],
        "left_out": list(left_out),
    }


def revived(past: PastCall, found: Mapping[str, Any], body: bytes | None, made_up: bool) -> Exchange:
    """The exchange that such a document is of; without `body`, which was not kept, one that says so.

    Raises KeyError, TypeError, ValueError or AttributeError for a document of another form.
    """
    request, left_out = found["request"], tuple(map(str, found["left_out"]))
    params = tuple((str(name), str(text)) for name, text in request["params"])
    files = tuple(FilePart(str(name), str(file_name), b"") for name, file_name in request["files"])
    signed = SignedRequest(
        draft=replace(draft_of(past.api, found["draft"]), left_out=frozenset(left_out)),
        environment=past.environment,
        url=str(request["url"]),
        params=params,
        files=files,
        base_string=signing.base_string([pair for pair in params if pair[0] != "sign"]),
        left_out=(),
        sign_method=str(request["sign_method"]),
        signed_at=datetime.fromisoformat(request["signed_at"]),
    )
    return Exchange(
        id=past.call,
        request=signed,
        outcome=NoAnswer("not_kept", size_text(past.size))
        if body is None
        else _outcome(past.state, found["outcome"], body),
        started_at=past.at,
        seconds=past.seconds,
        status=None if found["status"] is None else int(found["status"]),
        headers=tuple((str(name), str(text)) for name, text in found["headers"]),
        kept=Kept(past.id, left_out, made_up),
    )


def state_of(outcome: Outcome) -> tuple[State, str]:
    """How a call ended, and the codes or the reason to find it by."""
    if isinstance(outcome, Answer):
        return "ok", ""
    if isinstance(outcome, Refusal):
        return "refused", " ".join(filter(None, (str(outcome.code), outcome.sub_code)))
    return "silent", outcome.reason


def words_of(exchange: Exchange, seller: str) -> str:
    """What a call is found by."""
    outcome, draft = exchange.outcome, exchange.draft
    texts = [draft.api, exchange.environment, seller, state_of(outcome)[1]]
    if isinstance(outcome, Answer | Refusal):
        texts.append(outcome.request_id or "")
    if isinstance(outcome, Refusal):
        texts += [outcome.msg, outcome.sub_msg or ""]
    texts += (f"{name} {text[:LONGEST_WORDS]}" for name, text in draft.values.items())
    return "\n".join(filter(None, texts))[:LONGEST_WORDS].lower()


def as_utc(microseconds: int) -> datetime:
    """A stamp of the history as a time."""
    return datetime.fromtimestamp(microseconds / 1_000_000, UTC)


def _without_tokens(exchange: Exchange) -> Exchange:
    """The exchange without the tokens that nobody knew when it was redacted."""
    search, beside = TokenSearch(), _beside(exchange)
    search.look(exchange.body)
    for name, text in beside:
        search.under(name, text)
    tokens = search.found
    size = len(exchange.body) + sum(len(text) for _name, text in beside)
    crowded = size * len(tokens) > MOST_WORK or any(len(token) > LONGEST_TOKEN for token in tokens)
    if crowded:
        everything = "\n".join(text for _name, text in beside if len(text) <= LONG_BESIDE)
        tokens = frozenset(token for token in tokens if token in everything)
    strong = frozenset(filter(looks_like_token, tokens))
    return _masked(exchange, Taint(strong, tokens - strong), crowded)


def _beside(exchange: Exchange) -> list[tuple[str, str]]:
    """Every text that is kept beside the answer's body, with its name if it has one."""
    request, draft = exchange.request, exchange.draft
    pairs = [*request.params, *draft.values.items(), *draft.files.items(), *exchange.headers]
    alone = [draft.api, request.url, *(name for name, _text in pairs)]
    alone += (text for part in request.files for text in (part.name, part.file_name))
    alone += (text for text in _outcome_document(exchange.outcome).values() if isinstance(text, str))
    return [*pairs, *(("", text) for text in alone)]


def _masked(exchange: Exchange, taint: Taint, crowded: bool) -> Exchange:
    """The exchange with these masked wherever they stand, and all of what is a secret by its name. `crowded`: without
    the body and long texts, in which there are too many to look for.
    """

    def told(text: str) -> str:
        return MASK if crowded and len(text) > LONG_BESIDE else taint.mask(text)

    def under(name: str, text: str) -> str:
        return MASK if text and names_token(name) else told(text)

    request, draft, outcome = exchange.request, exchange.draft, exchange.outcome
    values = {name: under(name, text) for name, text in draft.values.items()}
    request = replace(
        request,
        draft=draft if values == draft.values else replace(draft, values=values),
        params=tuple((name, under(name, text)) for name, text in request.params),
        taint=taint,
    ).redacted()
    texts = {name: told(text) for name, text in _outcome_document(outcome).items() if isinstance(text, str)}
    body = b"" if crowded else taint.mask_body(exchange.body)
    if isinstance(outcome, Answer):
        outcome = Answer(body, outcome.format, texts.get("root"), texts.get("request_id"))
    elif isinstance(outcome, Refusal):
        outcome = Refusal(outcome.code, **texts, body=body)
    else:
        outcome = NoAnswer(outcome.reason, texts["detail"], body)
    headers = tuple((taint.mask(name), under(name, text)) for name, text in exchange.headers)
    return replace(exchange, request=request, outcome=outcome, headers=headers)


def _without(draft: RequestDraft, names: set[str]) -> RequestDraft:
    if not names:
        return draft
    values = {name: text for name, text in draft.values.items() if name not in names}
    files = {name: path for name, path in draft.files.items() if name not in names}
    return replace(draft, values=values, files=files, off=draft.off - names, left_out=frozenset(names))


def _with_draft(exchange: Exchange, draft: RequestDraft) -> Exchange:
    return exchange if draft is exchange.draft else replace(exchange, request=replace(exchange.request, draft=draft))


def _outcome_document(outcome: Outcome) -> Document:
    if isinstance(outcome, Answer):
        return {"format": outcome.format, "root": outcome.root, "request_id": outcome.request_id}
    if isinstance(outcome, Refusal):
        names = ("code", "msg", "sub_code", "sub_msg", "request_id")
        return {name: getattr(outcome, name) for name in names}
    return {"reason": outcome.reason, "detail": outcome.detail}


def _outcome(state: State, found: Mapping[str, Any], body: bytes) -> Outcome:
    def text(name: str) -> str | None:
        return None if found[name] is None else str(found[name])

    if state == "ok":
        return Answer(body, "xml" if found["format"] == "xml" else "json", text("root"), text("request_id"))
    if state == "refused":
        told = (text("sub_code"), text("sub_msg"), text("request_id"))
        return Refusal(int(found["code"]), str(found["msg"]), *told, body)
    reason: NoAnswerReason = found["reason"]
    return NoAnswer(reason, str(found["detail"]), body)
