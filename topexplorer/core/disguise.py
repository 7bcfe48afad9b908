"""The nouns of a call as somebody else may see them: drafts, requests, answers, the steps of a sign.

What is sent and kept in memory stays real; only what is drawn, copied, exported or written goes through here.
"""

from __future__ import annotations

from dataclasses import replace

from topexplorer.core import signing
from topexplorer.core.call import Answer, Exchange, Outcome, Refusal, RequestDraft, SignedRequest
from topexplorer.core.namedpeople import named_in, people_in
from topexplorer.core.personal import Disguise
from topexplorer.core.personalnames import SPARED, kind_of
from topexplorer.core.personalplaces import places
from topexplorer.core.signlab.steps import FIRST_BYTES, Step, Steps
from topexplorer.core.taint import MASK


def hidden_exchange(exchange: Exchange, disguise: Disguise) -> Exchange:
    """The call as others may see it. As slow as the answer is large: for large ones use a thread.

    Starred is only what came back: what was sent is known to whoever sent it.
    """
    is_starred = disguise.style == "stars"
    people = people_in(exchange.draft.values)
    if not isinstance(exchange.outcome, Answer):
        # Its words stand beside its body.
        people |= named_in(places(exchange.outcome.body.decode("utf-8", "replace")))
    disguise = disguise.knowing(people)
    return replace(
        exchange,
        request=exchange.request if is_starred else hidden_request(exchange.request, disguise),
        outcome=_outcome(exchange.outcome, disguise),
        headers=tuple((name, _header(name, text, disguise)) for name, text in exchange.headers),
    )


def hidden_request(request: SignedRequest, disguise: Disguise) -> SignedRequest:
    """A redacted request with its parameters disguised, and what is signed made of those."""
    params = disguise.values(request.params)
    signed = [pair for pair in params if pair[0] != "sign"]
    is_plain = signing.base_string([pair for pair in request.params if pair[0] != "sign"]) == request.base_string
    text = signing.base_string(signed) if is_plain else disguise.text(request.base_string)
    return replace(request, draft=hidden_draft(request.draft, disguise), params=params, base_string=text)


def hidden_draft(draft: RequestDraft, disguise: Disguise) -> RequestDraft:
    """The draft with every value disguised that is personal by its name or its looks."""
    values = dict(disguise.values(draft.values.items()))
    return draft if values == draft.values else replace(draft, values=values)


def without_personal(draft: RequestDraft) -> tuple[RequestDraft, tuple[str, ...]]:
    """What of a draft may be kept where personal data may not, and the names of the rows that were left out.

    Never a fake: a request that somebody may send must not hold made-up people.
    """
    starred = Disguise(b"", "stars").values(draft.values.items())
    left_out = tuple(name for name, text in starred if text.strip() and text != draft.values[name])
    values = {name: text for name, text in draft.values.items() if name not in left_out}
    return (replace(draft, values=values, left_out=draft.left_out | {*left_out}) if left_out else draft), left_out


def with_placeholders(draft: RequestDraft) -> RequestDraft:
    """The draft for somebody else's eyes: `<receiver_name>` where a person's data was, which no gateway takes."""
    _kept, names = without_personal(draft)
    return replace(draft, values={**draft.values, **{name: f"<{name}>" for name in names}}) if names else draft


def hidden_steps(steps: Steps, disguise: Disguise) -> Steps:
    """The steps of a sign with the parameters disguised."""
    rows = next((step.rows for step in steps.steps if step.name == "sorted"), ())
    texts = [(name, text) for name, text in rows if isinstance(text, str)]
    pairs = [(name, old, new) for (name, old), (_name, new) in zip(texts, disguise.values(texts), strict=True)]

    def joined(text: str) -> str:
        at = 0
        for name, old, new in pairs:
            place = text.find(name + old, at)
            if place >= 0:
                at = place + len(name) + len(new)
                text = text[:place] + name + new + text[place + len(name) + len(old) :]
        return disguise.text(text, digits=False)

    shown = joined(steps.text)
    data = shown.removeprefix(MASK).removesuffix(MASK).encode("utf-8", "replace")
    first = data[:FIRST_BYTES].hex(" ") + (" …" if len(data) > FIRST_BYTES else "")

    def hidden(step: Step) -> Step:
        rows = step.rows
        if step.name == "bytes":
            rows = (("", first),)
        elif all(isinstance(text, str) for _name, text in rows):
            seen = disguise.values((name, str(text)) for name, text in rows)
            both = zip(rows, seen, strict=True)
            rows = tuple((name, new if name else joined(str(text))) for (name, text), (_name, new) in both)
        return replace(step, rows=rows)

    return replace(steps, steps=tuple(hidden(step) for step in steps.steps), text=shown)


def _outcome(outcome: Outcome, disguise: Disguise) -> Outcome:
    body = disguise.body(outcome.body) if outcome.body else b""
    if isinstance(outcome, Answer):
        return outcome if body is outcome.body else Answer(body, outcome.format, outcome.root, outcome.request_id)
    if isinstance(outcome, Refusal):
        sub_msg = None if outcome.sub_msg is None else disguise.value("sub_msg", outcome.sub_msg)
        sub_code = None if outcome.sub_code is None else disguise.value("sub_code", outcome.sub_code)
        return replace(outcome, body=body, msg=disguise.value("msg", outcome.msg), sub_code=sub_code, sub_msg=sub_msg)
    return replace(outcome, body=body, detail=disguise.value("detail", outcome.detail))


def _header(name: str, text: str, disguise: Disguise) -> str:
    """`X-Tel` is named as a field is; the nick is what a header calls `X-User`."""
    called = name.lower().replace("-", "_").removeprefix("x_")
    if SPARED.search(called):
        return disguise.text(text, digits=False)
    return disguise.value(called if kind_of(called) or not kind_of(f"{called}_nick") else f"{called}_nick", text)
