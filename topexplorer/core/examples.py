"""A draft filled with the examples of its spec."""

from __future__ import annotations

from topexplorer.core.call import RequestDraft
from topexplorer.core.spec import ApiSpec


def with_examples(draft: RequestDraft, spec: ApiSpec) -> RequestDraft:
    """Required parameters that are still empty get the spec's examples."""
    for param in spec.params:
        empty = not draft.values.get(param.name, "").strip()
        if param.required and param.example is not None and param.type != "file" and empty:
            draft = draft.with_value(param.name, param.example)
    return draft
