"""What is on the user's desk: the state that outlives a screen, so that switching language or API loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass, field

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.taint import KnownSecrets
from topexplorer.core.veil import Veil


@dataclass
class Desk:
    """Drafts and last answers by method, and what is open."""

    method: str = ""
    drafts: dict[str, RequestDraft] = field(default_factory=dict)
    exchanges: dict[str, Exchange] = field(default_factory=dict)
    profile: str = ""
    """The profile that the open draft was loaded from or saved to."""
    veil: Veil = field(default_factory=lambda: Veil(KnownSecrets(), lambda: "desk"))
    """What may be seen of all this."""
    private: set[str] = field(default_factory=set)
    """The methods whose drafts were written in production: nobody's data is kept of them."""
    _kept: dict[str, RequestDraft] = field(default_factory=dict)

    def draft(self, method: str) -> RequestDraft:
        """The draft as it was left, or an empty one."""
        return self.drafts.get(method) or RequestDraft(method)

    @property
    def unkept(self) -> bool:
        """Whether a draft changed since they were last written."""
        return self.drafts != self._kept

    def keep(self, write: Callable[[Mapping[str, RequestDraft], Set[str]], None]) -> None:
        """Hands the drafts to `write` if any changed since the last time. A failure is told once per change."""
        if self.unkept:
            self._kept = dict(self.drafts)
            write(self._kept, self.private)
