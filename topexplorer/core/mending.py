"""What a fix makes of a draft."""

from __future__ import annotations

from dataclasses import replace

from topexplorer.core.call import RequestDraft
from topexplorer.core.fieldchoice import parts_of
from topexplorer.core.fixes import Fix
from topexplorer.core.spec import ApiSpec


def mended(draft: RequestDraft, spec: ApiSpec, fix: Fix) -> RequestDraft:
    """The draft as a `sign_method` or `fields` fix would have it; any other kind leaves it as it is."""
    if fix.kind == "sign_method":
        return replace(draft, sign_method=fix.target)
    param = next((param for param in spec.params if param.type == "fields"), None)
    if fix.kind != "fields" or param is None:
        return draft
    asked = parts_of(draft.sent_values().get(param.name, "") or param.default or "")
    mend = draft.with_value(param.name, ",".join(dict.fromkeys([*asked, fix.target])))
    return mend.switched(param.name, on=True)
