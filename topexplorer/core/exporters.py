"""EXPORTERS: a draft as text for somewhere else, secret-free. Adding one is a function and a row."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Mapping

from topexplorer.core.call import SECRET_PARAMS, SYSTEM_PARAMS, RequestDraft


def command_line(draft: RequestDraft, environment: str) -> str:
    """The `topexplorer call …` that makes the same call, quoted for a POSIX shell. Rows with tokens are left out; one
    that was not kept stands there as `<name>`, because without it this would be another call.
    """
    words = ["topexplorer", "call", draft.api]
    words += [
        f"{name}={text}" for name, text in draft.sent_values().items() if name not in SYSTEM_PARAMS | SECRET_PARAMS
    ]
    words += [f"{name}=<{name}>" for name in draft.lacking]
    for name, path in draft.sent_files().items():
        words += ["--file", f"{name}={path}"]
    if draft.format != "json":
        words += ["--format", draft.format]
    if draft.simplify:
        words.append("--simplify")
    if draft.sign_method:
        words += ["--sign-method", draft.sign_method]
    if environment != "sandbox":
        words += ["--env", environment]
    return shlex.join(words)


EXPORTERS: Mapping[str, Callable[[RequestDraft, str], str]] = {"command": command_line}
