"""What can be done about a failed call or an empty field, as data that a face carries out with one key.

Every kind, what its `target` holds, and what a face does when it is chosen. A face leaves a kind that it does not know
alone: nothing is ever sent for it.

    kind         target                               what it does
    edit         a parameter, dotted inside objects   goes to its row in the form
    fields       a field, as `fields` names it        ticks it in the row that lists fields, and sends again
    wait         -                                    counts `seconds` down, then sends again
    resend       -                                    signs the same draft anew, with the time of now, and sends it
    keys         app_key, app_secret, session, or ''  opens the keys of the environment at that one
    keys         previous                             opens them too: there the previous app secret can be put back
    login        a seller's nick, or ''               has a seller authorise the app, and keeps the session
    sign_method  md5, hmac, hmac-sha256               sets it in the draft and sends again
    timestamp    text, ms                             writes the timestamp in that form and sends again
    timestamp    gateway                              signs with the gateway's time, `seconds` ahead, and sends again
    permission   scope ids, or names of packages      opens `link` and copies the target, to apply for them
    ip           the address to allow, or ''          copies it, to be put on the app's IP allow list
    sign_lab     -                                    opens the sign of this exchange, step by step
    docs         -                                    opens `link`
    instead      a method                             opens that API
    environment  an environment's name, never prod    goes there and sends the same draft again
    seller       a seller's nick                      takes that seller's session, which is there, and sends again
    anyway       -                                    sends what was held back because it cannot succeed
    private      -                                    lets nobody else read or change the vaults, then looks again

A face asks before it sends a write again.
"""

from __future__ import annotations

from typing import Literal

from topexplorer.core.language import Message
from topexplorer.core.nouns import dataclass

FixKind = Literal[
    "edit",
    "fields",
    "wait",
    "resend",
    "keys",
    "login",
    "sign_method",
    "timestamp",
    "permission",
    "ip",
    "sign_lab",
    "docs",
    "instead",
    "environment",
    "seller",
    "anyway",
    "private",
]
GATEWAY_TIME = "gateway"
"""The target of a `timestamp` fix that leaves the form as it is and takes the gateway's clock."""


@dataclass(frozen=True, slots=True)
class Fix:
    """One thing to do; `text` says it in a few words. Targets are foreign text."""

    kind: FixKind
    text: Message
    target: str = ""
    seconds: int = 0
    """Of `wait`: how long. Of `timestamp`: how far the gateway's clock is ahead of this machine's."""
    link: str = ""
    """A page of the platform's."""
