"""When an app secret that was replaced is deleted for good: as soon as the new one has signed a call that was let in.

Nobody waits for it: the vault is written in a thread, which the end of the event loop waits for. Nobody is asked
either, and a failure costs no answer: it is told as one problem, and the next call that is let in tries again.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from topexplorer.core import signing
from topexplorer.core.acceptedsign import accepts_sign
from topexplorer.core.call import Outcome, SignedRequest
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import message
from topexplorer.engine.environments import Environment
from topexplorer.engine.vault import Vault

if TYPE_CHECKING:
    from topexplorer.engine.storedkeys import Entries, StoredKeys


def note_outcome(vault: Vault, environment: Environment, signed: SignedRequest, outcome: Outcome) -> None:
    """Has the previous app secret deleted when this call proves the new one right. Call it in an event loop.

    What proves it is the sign itself: a call that was signed with the previous secret, or with one from elsewhere,
    deletes nothing, whatever is in the vault by the time it comes back.
    """
    room = vault.room_with(environment) if accepts_sign(outcome) else None
    contents = room.contents(environment) if room else None
    if contents is not None and contents.has_previous:
        asyncio.get_running_loop().run_in_executor(None, delete_previous, vault, environment, signed)


def delete_previous(vault: Vault, environment: Environment, signed: SignedRequest) -> None:
    """Deletes the previous app secret when the one that is kept now has signed `signed`. Asks nobody, never raises for
    what the disk or another process does.
    """

    def without(entries: Entries) -> Entries:
        keys = entries.get(environment.name)
        is_proved = keys is not None and _signs(keys, signed)
        return {**entries, environment.name: keys.without_previous()} if keys and is_proved else entries

    room = vault.room_with(environment)
    store = room.find(environment) if room and room.is_open(environment) else None
    try:
        if store is not None and without(held := store.entries()) != held:
            store.update(without)
    except TopExplorerError as error:
        vault.tell(message("keys.previous.stays", environment=environment.name, reason=error.message))


def _signs(keys: StoredKeys, signed: SignedRequest) -> bool:
    """Whether the app secret has made the sign of that call."""
    claimed = next((text for name, text in signed.params if name == "sign"), "")
    secret = keys.app_secret
    return secret is not None and signing.verify(signed.sign_method, secret.reveal(), (), claimed, signed.base_string)
