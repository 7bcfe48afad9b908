"""A draft as JSON says it, for whatever keeps drafts between runs. Its API stands beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from topexplorer.core.call import RequestDraft


def draft_document(draft: RequestDraft) -> dict[str, Any]:
    """Everything but the API."""
    return {
        "values": dict(draft.values),
        "files": dict(draft.files),
        "off": sorted(draft.off),
        "format": draft.format,
        "simplify": draft.simplify,
        "sign_method": draft.sign_method,
        "left_out": sorted(draft.left_out),
    }


def draft_of(api: str, found: Mapping[str, Any]) -> RequestDraft:
    """The draft that such a document is of. Raises KeyError, TypeError or AttributeError for another one."""
    return RequestDraft(
        api=api,
        values={str(name): str(text) for name, text in found["values"].items()},
        files={str(name): str(path) for name, path in found["files"].items()},
        off=frozenset(map(str, found["off"])),
        format="xml" if found["format"] == "xml" else "json",
        simplify=found["simplify"] is True,
        sign_method=None if found["sign_method"] is None else str(found["sign_method"]),
        left_out=frozenset(map(str, found.get("left_out", ()))),
    )
