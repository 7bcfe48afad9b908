"""The steps to a sign as text, and the signs of what is no plain call: bodies, batches, callbacks, TMC connections."""

from __future__ import annotations

from argparse import Namespace

from topexplorer.cli import output
from topexplorer.cli.layout import columns
from topexplorer.cli.output import Console
from topexplorer.core.call import RequestDraft, Secret
from topexplorer.core.language import Language, message
from topexplorer.core.signlab.steps import Step, Steps
from topexplorer.engine.engine import Engine
from topexplorer.engine.madeup import keys_are_made_up
from topexplorer.engine.madeup import steps as steps_of


def show_steps(console: Console, steps: Steps, *, reveal: bool, as_json: bool = False) -> None:
    """Every step on stdout; the sign itself only with `reveal`."""
    told = steps.told(reveal)
    if as_json:
        console.json(_data(steps, told, console.say))
        return
    for number, step in enumerate(told, 1):
        console.lines([*([""] if number > 1 else []), f"{number}. {console.say.render(step.what)}"])
        console.lines(_rows(step, console.say))
    console.warn(*steps.assumed)
    if not reveal:
        console.narrate([console.say("lab.steps.masked")])


def show_call(console: Console, engine: Engine, draft: RequestDraft, options: Namespace, body: str) -> int:
    """The steps of a call, with the body that goes behind its parameters."""
    steps = steps_of(engine, draft, body, batch=options.batch)
    show_steps(console, steps, reveal=keys_are_made_up(engine), as_json=options.json)
    return output.OK


def show_callback(console: Console, secret: Secret, request: str, body: str, options: Namespace, reveal: bool) -> int:
    """The steps to the sign of a callback, and whether the one that came with it is right: REFUSED when it is not."""
    from topexplorer.core.signlab.callbacks import callback_sign, callback_steps, read_callback

    callback = read_callback(request, body)
    steps, came = callback_steps(secret, callback), callback_sign(callback)
    show_steps(console, steps, reveal=reveal, as_json=options.json)
    if not came:
        console.warn(message("lab.callback.unsigned"))
        return output.OK
    if came == steps.sign.reveal():
        console.tell([console.say("lab.callback.right")])
        return output.OK
    console.error(message("lab.callback.wrong"), message("lab.callback.wrong.cure"))
    return output.REFUSED


def show_tmc(console: Console, secret: Secret, engine: Engine, app_key: str, options: Namespace, reveal: bool) -> int:
    """The steps to the sign of a TMC connection that is opened now."""
    from topexplorer.core.signlab.callbacks import tmc_steps
    from topexplorer.core.timestamps import milliseconds

    stamp = milliseconds(engine.clock() + engine.gateway_ahead)
    steps = tmc_steps(secret, app_key, options.tmc, stamp)
    show_steps(console, steps, reveal=reveal, as_json=options.json)
    return output.OK


def _rows(step: Step, say: Language) -> list[str]:
    if any(name for name, _text in step.rows):
        return columns([(name, say.render(text)) for name, text in step.rows], "  ")
    return [f"  {say.render(text)}" for _name, text in step.rows]


def _data(steps: Steps, told: tuple[Step, ...], say: Language) -> dict[str, object]:
    return {
        "dialect": steps.dialect,
        "sign_method": steps.method,
        "steps": [
            {
                "name": step.name,
                "what": say.render(step.what),
                "rows": [[name, say.render(text)] if name else [say.render(text)] for name, text in step.rows],
            }
            for step in told
        ],
        "text": steps.text,
        "bytes": steps.byte_count,
        "sign": told[-1].rows[0][1],
        "assumed": [say.render(text) for text in steps.assumed],
    }
