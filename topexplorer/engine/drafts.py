"""What was typed, kept between runs: a crash or a quit loses nothing.

Two things are left out: a value that holds a secret, which is told once, and in drafts that were written in production
whatever is personal.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from pathlib import Path

from topexplorer.core.call import RequestDraft
from topexplorer.core.draftdocument import draft_document, draft_of
from topexplorer.core.language import Message, message
from topexplorer.core.taint import KnownSecrets
from topexplorer.engine.profiletext import is_secret_name
from topexplorer.engine.settings import write_atomic

MOST = 200
"""How many drafts are kept, the latest ones."""


class Drafts:
    """The drafts of the last run by method, in one file. `tell` hears of what is not kept because it is a secret."""

    def __init__(
        self, path: Path, known: KnownSecrets | None = None, tell: Callable[[Message], None] = lambda _what: None
    ) -> None:
        self._path = path
        self._known = known or KnownSecrets()
        self._tell = tell
        self._told: set[tuple[str, str]] = set()

    def load(self) -> dict[str, RequestDraft]:
        """Every draft that can be read; a missing or broken file has none. Never raises."""
        try:
            document = json.loads(self._path.read_bytes())
            found = [draft_of(str(entry["api"]), entry) for entry in document["drafts"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {draft.api: draft for draft in found}

    def keep(self, drafts: Mapping[str, RequestDraft], private: Set[str] = frozenset()) -> None:
        """Writes the drafts that hold anything; those of the methods in `private` without personal data.

        Raises StorageError.
        """
        drafts = {api: self._fit(draft, api in private) for api, draft in drafts.items() if not self._known.holds(api)}
        worth = [draft for draft in drafts.values() if draft != RequestDraft(draft.api)][-MOST:]
        document = {"drafts": [{"api": draft.api, **draft_document(draft)} for draft in worth]}
        write_atomic(self._path, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"))

    def _fit(self, draft: RequestDraft, private: bool) -> RequestDraft:
        """What of the draft may be kept."""
        if private:
            from topexplorer.core.disguise import without_personal

            draft, _names = without_personal(draft)
        values = {name: text for name, text in draft.values.items() if not self._is_secret(draft.api, name, text)}
        files = {name: path for name, path in draft.files.items() if not self._is_secret(draft.api, name, path)}
        off = frozenset(name for name in draft.off if not self._known.holds(name))
        left_out = frozenset(name for name in draft.left_out if not self._known.holds(name))
        return replace(draft, values=values, files=files, off=off, left_out=left_out)

    def _is_secret(self, api: str, name: str, text: str) -> bool:
        if is_secret_name(name):
            return True
        if not self._known.holds(text) and not self._known.holds(name):
            return False
        if (api, name) not in self._told:
            self._told.add((api, name))
            self._tell(message("redact.draft_secret", name=self._known.mask(name), method=api))
        return True
