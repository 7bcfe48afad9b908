"""A refusal with all that is known around it: what the rules for evidence and for remedies look at."""

from __future__ import annotations

import re
from dataclasses import field
from typing import TYPE_CHECKING

from topexplorer.core.call import Exchange, Refusal
from topexplorer.core.nouns import dataclass
from topexplorer.core.spec import ApiSpec

if TYPE_CHECKING:
    from topexplorer.core.timestamps import Skew

_NAMED = r":\s*([A-Za-z_][\w.]*)"
_ADDRESS = r"\b(?:[0-9]{1,3}\.){3}[0-9]{1,3}\b"
SDK_MADE = "client-error:"
"""How the platform's SDKs begin what they find wrong before anything is sent."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the exchange itself. Nothing of it is a secret."""

    behind: ApiSpec | None = None
    """The imported spec of the same API: its error codes and permission packages count too."""
    seller: str = ""
    """The nick of the seller whose session was sent."""
    address: str = ""
    """The address this machine calls from, as taobao.appip.get tells it."""
    skew: Skew | None = None
    """As it was measured last, for answers without a Date header."""
    own_keys: str = ""
    """The name of another environment whose keys this gateway takes for certain: of the embedded sandbox, its own."""
    previous_secret: bool = False
    """Whether the app secret is a new one that has not signed a call yet, and the previous one is still kept."""


NOTHING_KNOWN = Surroundings()


@dataclass(frozen=True, slots=True)
class RefusedCall:
    """One refusal. Without an `exchange` it was pasted by somebody, and what was sent is not known."""

    refusal: Refusal
    spec: ApiSpec
    exchange: Exchange | None = None
    around: Surroundings = field(default_factory=Surroundings)

    @property
    def code(self) -> int:
        return self.refusal.code

    @property
    def sub_code(self) -> str:
        return self.refusal.sub_code or ""

    @property
    def told(self) -> str:
        """`sub_msg`."""
        return self.refusal.sub_msg or ""

    def sent(self, name: str) -> str | None:
        """The text of a parameter that was sent, masked if it is a secret; None when it was not, or is not known."""
        if self.exchange is None:
            return None
        return dict(self.exchange.request.redacted().params).get(name)

    @property
    def has_session(self) -> bool | None:
        return None if self.exchange is None else any(name == "session" for name, _ in self.exchange.request.params)

    @property
    def skew(self) -> Skew | None:
        """How far the gateway's clock was ahead, by this exchange or as it was measured last."""
        from topexplorer.core.timestamps import skew

        found = skew(self.exchange) if self.exchange is not None else None
        return found if self._is_past else found or self.around.skew

    @property
    def skew_now(self) -> Skew | None:
        """How far it is ahead now: what a call of the history shows is over."""
        return self.around.skew if self._is_past else self.skew

    @property
    def _is_past(self) -> bool:
        return self.exchange is not None and self.exchange.kept is not None

    @property
    def is_sdk_made(self) -> bool:
        return self.refusal.msg.startswith(SDK_MADE)

    def parameters(self) -> tuple[str, ...]:
        """The parameters that the refusal names, in its order."""
        if self.sub_code.startswith("isv.parameters-mismatch:"):
            return tuple(name for name in self.sub_code.partition(":")[2].split("-and-") if name)
        if self.code not in (40, 41, 43) and not self.sub_code.startswith(("isv.missing-", "isv.invalid-param")):
            return ()
        text = self.refusal.msg.removeprefix(SDK_MADE)
        found = re.search(_NAMED, text) or re.search(_NAMED, self.sub_code)
        return (found[1],) if found else ()

    def addresses(self) -> tuple[str, str]:
        """The caller's address and the list of those allowed, as far as the refusal tells them."""
        found = re.findall(_ADDRESS, self.told.rpartition("your ip")[2])
        allowed = re.findall(r"(?:[0-9]{1,3}|\*)(?:\.(?:[0-9]{1,3}|\*)){3}", self.told.partition("your ip")[0])
        return found[0] if found else self.around.address, ", ".join(allowed)

    def scope_ids(self) -> tuple[str, ...]:
        """The permission packages that have the API, by the ids in `sub_msg`."""
        _before, says, ids = self.told.partition("scope ids is")
        return tuple(re.findall(r"[0-9]+", ids)) if says else ()

    def packages(self) -> tuple[str, ...]:
        """The permission packages that have the API, by the names that documents have for them."""
        behind = self.around.behind
        return self.spec.permissions or (behind.permissions if behind else ())
