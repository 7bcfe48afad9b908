"""What was typed, kept between runs: a crash or a quit loses nothing. Secrets typed by mistake are left out."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from topexplorer.core.call import RequestDraft
from topexplorer.engine.profiletext import is_secret_name
from topexplorer.engine.settings import write_atomic

MOST = 200
"""How many drafts are kept, the latest ones."""


class Drafts:
    """The drafts of the last run by method, in one file."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def load(self) -> dict[str, RequestDraft]:
        """Every draft that can be read; a missing or broken file has none. Never raises."""
        try:
            document = json.loads(self._path.read_bytes())
            found = [_draft(entry) for entry in document["drafts"]]
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError):
            return {}
        return {draft.api: draft for draft in found}

    def keep(self, drafts: Mapping[str, RequestDraft]) -> None:
        """Writes the drafts that hold anything. Raises StorageError."""
        worth = [draft for draft in drafts.values() if draft != RequestDraft(draft.api)][-MOST:]
        document = {"drafts": [_document(draft) for draft in worth]}
        write_atomic(self._path, json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace"))


def _document(draft: RequestDraft) -> dict[str, Any]:
    return {
        "api": draft.api,
        "values": {name: text for name, text in draft.values.items() if not is_secret_name(name)},
        "files": dict(draft.files),
        "off": sorted(draft.off),
        "format": draft.format,
        "simplify": draft.simplify,
        "sign_method": draft.sign_method,
    }


def _draft(entry: dict[str, Any]) -> RequestDraft:
    return RequestDraft(
        api=str(entry["api"]),
        values={str(name): str(text) for name, text in entry["values"].items()},
        files={str(name): str(path) for name, path in entry["files"].items()},
        off=frozenset(map(str, entry["off"])),
        format="xml" if entry["format"] == "xml" else "json",
        simplify=entry["simplify"] is True,
        sign_method=None if entry["sign_method"] is None else str(entry["sign_method"]),
    )
