"""Where keys are made up and everybody may know them: at the embedded sandbox, whose own open nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING

from topexplorer.core.call import RequestDraft
from topexplorer.engine.engine import Engine
from topexplorer.engine.environments import SANDBOX_URL

if TYPE_CHECKING:
    from topexplorer.core.signlab.steps import Steps


def keys_are_made_up(engine: Engine) -> bool:
    """Whether a sign of the active environment may be shown."""
    return engine.environment.gateway == SANDBOX_URL


def own_keys(engine: Engine) -> str:
    """The environment whose keys the embedded sandbox takes for certain; empty in it, and at any other gateway."""
    own = engine.environments.default.name
    return own if keys_are_made_up(engine) and engine.environment.name != own else ""


def steps(engine: Engine, draft: RequestDraft, body: str = "", *, batch: bool = False) -> Steps:
    """How the sign of `draft` comes about, with placeholders where keys are missing or locked. Asks nobody anything.

    `body` is a JSON or XML body that is signed whole behind the parameters, or of a `batch` all of its parts.
    """
    from topexplorer.core.signlab.steps import call_steps

    keys = engine.keys_at_hand()
    request = engine.sketch(draft, keys)
    unsigned = {"sign", "method"} if batch else {"sign"}
    pairs = tuple(pair for pair in request.params if pair[0] not in unsigned)
    return call_steps(request.sign_method, keys.app_secret, pairs, left_out=request.left_out, body=body, batch=batch)
