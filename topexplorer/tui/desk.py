"""What is on the user's desk: the state that outlives a screen, so that switching language or API loses nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace

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
    """The methods whose drafts were written in production, and stay that wherever they are sent: nobody's data is kept
    of them.
    """
    aside: dict[str, tuple[RequestDraft, Exchange | None]] = field(default_factory=dict)
    """By method: what stood there before something else was put in its place."""
    _private_aside: set[str] = field(default_factory=set)
    _kept: dict[str, RequestDraft] = field(default_factory=dict)

    def draft(self, method: str) -> RequestDraft:
        """The draft as it was left, or an empty one."""
        return self.drafts.get(method) or RequestDraft(method)

    def answers(self, method: str) -> Iterator[Exchange]:
        """Those of this run that are at hand, and those of the history that were opened."""
        for exchange in (self.exchanges.get(method), self.aside.get(method, (None, None))[1]):
            if exchange is not None:
                yield exchange

    def lay(self, draft: RequestDraft, exchange: Exchange | None = None) -> bool:
        """Puts a request, and an answer if there is one, in place of what is there; says whether that had been typed,
        so that somebody may want it back.
        """
        method, before = draft.api, self.draft(draft.api)
        is_typed = any(text.strip() for text in (*before.values.values(), *before.files.values()))
        is_lost = is_typed and _filled(before) != _filled(draft)
        if is_lost:
            self.aside[method] = (before, self.exchanges.get(method))
            self._private_aside.discard(method)
            self._swap_private(method)
        self.drafts[method] = draft
        if exchange is not None:
            self.exchanges[method] = exchange
        return is_lost

    def swap(self, method: str) -> bool:
        """Puts back what stood there before, and that aside; says whether there was something."""
        if method not in self.aside:
            return False
        draft, exchange = self.aside[method]
        self.aside[method] = (self.draft(method), self.exchanges.pop(method, None))
        self._swap_private(method)
        self.drafts[method] = draft
        if exchange is not None:
            self.exchanges[method] = exchange
        return True

    def _swap_private(self, method: str) -> None:
        here, aside = method in self.private, method in self._private_aside
        for methods, is_private in ((self.private, aside), (self._private_aside, here)):
            (methods.add if is_private else methods.discard)(method)

    def leave_prod(self, holds_people: Callable[[RequestDraft], object]) -> None:
        """Of what was written in production, what holds nobody's data is like any other draft."""
        self.private = {method for method in self.private if holds_people(self.draft(method))}

    @property
    def unkept(self) -> bool:
        """Whether a draft changed since they were last written."""
        return self.drafts != self._kept

    def keep(self, write: Callable[[Mapping[str, RequestDraft], Set[str]], None]) -> None:
        """Hands the drafts to `write` if any changed since the last time. A failure is told once per change."""
        if self.unkept:
            self._kept = dict(self.drafts)
            write(self._kept, self.private)


def _filled(draft: RequestDraft) -> RequestDraft:
    """The draft without the rows that nothing stands in."""
    return replace(draft, values={name: text for name, text in draft.values.items() if text.strip()})
