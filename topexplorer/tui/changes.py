"""CHANGES: what a command does to the whole draft at once, as functions from draft to draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from topexplorer.core.call import RequestDraft
from topexplorer.core.examples import with_examples
from topexplorer.core.signing import SCHEMES
from topexplorer.core.spec import ApiSpec


def cleared(draft: RequestDraft, spec: ApiSpec) -> RequestDraft:
    return RequestDraft(draft.api)


def other_format(draft: RequestDraft, spec: ApiSpec) -> RequestDraft:
    """JSON, simplified JSON, XML, and round again."""
    if draft.format == "xml":
        return replace(draft, format="json", simplify=False)
    return replace(draft, simplify=True) if not draft.simplify else replace(draft, format="xml", simplify=False)


def other_sign_method(draft: RequestDraft, spec: ApiSpec) -> RequestDraft:
    """The environment's own method, then each of the others."""
    methods: list[str | None] = [None, *SCHEMES]
    return replace(draft, sign_method=methods[(methods.index(draft.sign_method) + 1) % len(methods)])


CHANGES: Mapping[str, Callable[[RequestDraft, ApiSpec], RequestDraft]] = {
    "examples": with_examples,
    "clear": cleared,
    "format": other_format,
    "sign_method": other_sign_method,
}
