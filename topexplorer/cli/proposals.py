"""The command that carries out a fix: what a person would type next."""

from __future__ import annotations

import shlex

from topexplorer.core.call import RequestDraft
from topexplorer.core.exporters import command_line
from topexplorer.core.fixes import Fix
from topexplorer.core.mending import mended
from topexplorer.engine.engine import Engine


def command_for(fix: Fix, engine: Engine, draft: RequestDraft) -> str:
    """A command line for a POSIX shell; empty for what no single command does. No secret is in it."""
    environment = engine.environment.name
    again = command_line(draft, environment)
    if engine.seller and fix.kind != "seller":
        again = shlex.join([*shlex.split(again), "--seller", engine.seller])
    if fix.kind == "wait":
        return f"sleep {fix.seconds}; {again}"
    if fix.kind in ("resend", "anyway"):
        return again + (" --anyway" if fix.kind == "anyway" else "")
    if fix.kind == "timestamp":
        return f"{again} --timestamp {fix.target}"
    if fix.kind == "seller":
        return shlex.join([*shlex.split(again), "--seller", fix.target])
    if fix.kind == "login":
        words = ["topexplorer", "login", *(("--seller", fix.target) if fix.target else ())]
        return shlex.join([*words, *(("--env", environment) if environment != "sandbox" else ())])
    if fix.kind == "environment":
        return command_line(draft, fix.target)
    if fix.kind in ("sign_method", "fields"):
        return command_line(mended(draft, engine.catalog.spec(draft.api), fix), environment)
    if fix.kind == "sign_lab":
        return "topexplorer sign" + again.removeprefix("topexplorer call")
    if fix.kind == "keys":
        return shlex.join(["topexplorer", "keys", "back" if fix.target == "previous" else "set", environment])
    if fix.kind in ("instead", "docs"):
        return shlex.join(["topexplorer", "show", fix.target or draft.api])
    return ""
