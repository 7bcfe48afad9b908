"""The nouns of one call, from what was typed to what came back. All are frozen; arrows between them are functions.

    RequestDraft -> SignedRequest -> Exchange(request redacted, Outcome)
    Outcome = Answer | Refusal | NoAnswer

Redaction lives here: a `Secret` cannot be printed, and only `SignedRequest.redacted()` may be shown or stored.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal

from topexplorer.core.language import Message
from topexplorer.core.nouns import dataclass
from topexplorer.core.taint import MASK, NOTHING, Taint

MOST_VALUES = 5_000_000
"""In one document, counted by what separates them, in texts too: decoded, each may take a hundred bytes of memory."""
SECRET_PARAMS = frozenset({"session", "sign", "access_token", "refresh_token"})
SYSTEM_PARAMS = frozenset(
    {"method", "app_key", "timestamp", "format", "v", "sign_method", "sign", "simplify", "session"}
)
"""What the environment and the draft's own settings give; a row of such a name is never sent."""
WireFormat = Literal["json", "xml"]
TimestampForm = Literal["text", "ms"]
NoAnswerReason = Literal[
    "timeout", "connect", "tls", "interrupted", "unreadable", "too_large", "redirect", "http", "not_kept"
]


class Secret:
    """A text that cannot be shown by accident: `repr`, `str`, f-strings, JSON and pickling refuse to reveal it."""

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        self._text = text

    def reveal(self) -> str:
        """The text itself. Call it only where bytes are signed or put on the wire."""
        return self._text

    def __repr__(self) -> str:
        return f"Secret({MASK})"

    __str__ = __repr__

    def __format__(self, spec: str) -> str:
        return repr(self)

    def __bool__(self) -> bool:
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash(self._text)

    def __reduce__(self) -> str:
        raise TypeError("a Secret is never serialised")


@dataclass(frozen=True, slots=True)
class Credentials:
    """Who calls. Lives only between the keys' source and the signer."""

    app_key: str
    app_secret: Secret
    session: Secret | None = None

    def secrets(self) -> tuple[str, ...]:
        """Every text that must not appear anywhere."""
        texts = (self.app_secret.reveal(), self.session.reveal() if self.session else "")
        return tuple(text for text in texts if text)


@dataclass(frozen=True, slots=True)
class RequestDraft:
    """A request as it was typed: no secrets, nothing checked, savable and comparable.

    `values` holds every text the user typed, `off` the names of rows switched off, `files` paths for file parameters.
    """

    api: str
    values: Mapping[str, str] = field(default_factory=dict)
    files: Mapping[str, str] = field(default_factory=dict)
    off: frozenset[str] = frozenset()
    format: WireFormat = "json"
    simplify: bool = False
    sign_method: str | None = None
    """None: as the environment says."""
    left_out: frozenset[str] = frozenset()
    """Rows that this request had and that were not kept with it."""

    @property
    def lacking(self) -> tuple[str, ...]:
        """Those of them that were not given again: as it stands it is not the request that it was."""
        return tuple(sorted(self.left_out - self.values.keys() - self.files.keys() - self.off))

    def with_value(self, name: str, text: str) -> RequestDraft:
        return replace(self, values={**self.values, name: text})

    def with_file(self, name: str, path: str) -> RequestDraft:
        return replace(self, files={**self.files, name: path})

    def switched(self, name: str, on: bool) -> RequestDraft:
        """The draft with that row sent or kept back; what was typed stays."""
        return replace(self, off=self.off - {name} if on else self.off | {name})

    def sent_values(self) -> dict[str, str]:
        """The rows that are on and not blank: empty values are never sent, because SDKs differ on signing them."""
        return {name: text for name, text in self.values.items() if name not in self.off and text.strip()}

    def sent_files(self) -> dict[str, str]:
        return {name: path for name, path in self.files.items() if name not in self.off and path.strip()}


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file of a multipart body. Its bytes are never signed."""

    name: str
    file_name: str
    content: bytes = field(repr=False)
    content_type: str = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class SignedRequest:
    """Exactly what goes on the wire, and how its sign came about."""

    draft: RequestDraft
    environment: str
    url: str
    params: tuple[tuple[str, str], ...] = field(repr=False)
    files: tuple[FilePart, ...]
    base_string: str = field(repr=False)
    """What the digest was taken of, without the secret that md5 puts at both ends."""
    left_out: tuple[tuple[str, Message], ...]
    """Names that are not part of the sign or not sent, each with its reason."""
    sign_method: str
    signed_at: datetime
    taint: Taint = field(default=NOTHING, repr=False, compare=False)
    """Every secret that is known where it was signed, its sign apart."""

    @property
    def method(self) -> str:
        return self.draft.api

    def redacted(self) -> SignedRequest:
        """The only form that may be stored, logged, shown or exported."""
        mask = self.taint.mask
        draft = self.draft
        shown = replace(
            draft,
            api=mask(draft.api),
            values={mask(name): self._masked(name, text) for name, text in draft.values.items()},
            files={mask(name): mask(path) for name, path in draft.files.items()},
            off=frozenset(map(mask, draft.off)),
            left_out=frozenset(map(mask, draft.left_out)),
        )
        return replace(
            self,
            draft=draft if shown == draft else shown,
            url=mask(self.url),
            params=tuple((mask(name), self._masked(name, text)) for name, text in self.params),
            files=tuple(replace(part, name=mask(part.name), file_name=mask(part.file_name)) for part in self.files),
            base_string=mask(self.base_string),
            left_out=tuple((mask(name), reason) for name, reason in self.left_out),
            taint=NOTHING,
        )

    def _masked(self, name: str, text: str) -> str:
        return MASK if name in SECRET_PARAMS else self.taint.mask(text)

    def mask(self, text: str) -> str:
        """`text` with every secret replaced that is known to this request, its sign included, in every spelling."""
        return self.whole_taint.mask(text)

    def mask_body(self, body: bytes) -> bytes:
        """The same for a document that came back."""
        return self.whole_taint.mask_body(body)

    @property
    def whole_taint(self) -> Taint:
        """What to mask in everything that comes back: the secrets that are known, and this request's sign."""
        return self.taint | Taint(text for name, text in self.params if name == "sign")


def decode_json(body: bytes | str) -> Any:
    """JSON with exact numbers: integers of any length stay integers, fractions become Decimal. NaN is refused.

    Raises ValueError, also for bytes of more than MOST_VALUES values, or RecursionError for absurd nesting.
    """
    if len(body) > MOST_VALUES and isinstance(body, bytes) and sum(map(body.count, b"[{,")) > MOST_VALUES:
        raise ValueError(f"> {MOST_VALUES} values")
    return json.loads(body, parse_float=_exact_fraction, parse_int=_exact_int, parse_constant=_refuse_constant)


def _exact_int(digits: str) -> int | Decimal:
    return int(digits) if len(digits) < 4000 else Decimal(digits)


def _exact_fraction(text: str) -> Decimal:
    try:
        return Decimal(text)
    except ArithmeticError:
        raise ValueError(text) from None


def _refuse_constant(name: str) -> Any:
    raise ValueError(name)


@dataclass(frozen=True)
class Answer:
    """The gateway said yes. `body` is the document as it came; `payload` is decoded when first asked for."""

    body: bytes = field(repr=False)
    format: WireFormat
    root: str | None
    """The envelope's key, None when `simplify` removed it."""
    request_id: str | None

    @cached_property
    def payload(self) -> Any:
        """The decoded document below the envelope. Takes about 10 ms per MB: ask in a thread when it is large."""
        if self.format == "xml":
            from topexplorer.core.xmltree import decode_xml

            return decode_xml(self.body)[1]
        document = decode_json(self.body)
        return document[self.root] if self.root is not None else document


@dataclass(frozen=True, slots=True)
class Refusal:
    """The gateway answered with `error_response`."""

    code: int
    msg: str
    sub_code: str | None = None
    sub_msg: str | None = None
    request_id: str | None = None
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class NoAnswer:
    """Nothing usable came back. `detail` is foreign text: clean it before drawing."""

    reason: NoAnswerReason
    detail: str = ""
    body: bytes = field(default=b"", repr=False)


Outcome = Answer | Refusal | NoAnswer


@dataclass(frozen=True, slots=True)
class Kept:
    """Where in the history an exchange was read from, and what of it is not there."""

    entry: str
    left_out: tuple[str, ...] = ()
    """Rows of the draft that may not be kept: secrets, and people of production."""
    made_up: bool = False
    """Its people are made up."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """One call from start to end. `request` is the redacted form."""

    id: str
    request: SignedRequest
    outcome: Outcome
    started_at: datetime
    seconds: float
    status: int | None = None
    """The HTTP status, None when no answer came."""
    headers: tuple[tuple[str, str], ...] = ()
    kept: Kept | None = None
    """Set when it was read from the history, None when it was made in this run."""

    @property
    def environment(self) -> str:
        return self.request.environment

    @property
    def draft(self) -> RequestDraft:
        return self.request.draft

    @property
    def body(self) -> bytes:
        return self.outcome.body

    @property
    def ok(self) -> bool:
        return isinstance(self.outcome, Answer)
