"""What is remembered about sellers between runs: who was chosen last in an environment, and the callback address of an
app whose sellers bring their code by hand. Nicks and addresses, never a secret: what is known as one is not remembered,
wherever it came from.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from topexplorer.core.language import Message, message
from topexplorer.core.taint import KnownSecrets
from topexplorer.core.text import clean_line
from topexplorer.engine.settings import locked, private_folder, storage_cause, storage_error, write_atomic

if TYPE_CHECKING:
    from topexplorer.engine.environments import Environment
    from topexplorer.engine.vault import Vault

Kind = Literal["sellers", "callbacks"]


class SellerChoices:
    """Read when first asked. A file that cannot be used counts as empty and is named in `problem`."""

    def __init__(self, file: Path, known: KnownSecrets) -> None:
        self._file = file
        self._known = known
        self._content: dict[str, dict[str, str]] | None = None
        self.problem: Message | None = None

    def get(self, kind: Kind, environment: str) -> str:
        """What was remembered for that environment; empty for nothing."""
        return self._read().get(kind, {}).get(environment, "")

    def remember(self, kind: Kind, environment: str, text: str) -> None:
        """Remembers `text`; with an empty one, or one with a secret in it, forgets. What other processes remembered
        meanwhile stays. Raises StorageError.
        """
        folder = self._file.parent
        try:
            private_folder(folder)
            with locked(folder):
                self._content = None
                self._change(kind, environment, "" if self._known.holds(text) else text)
        except OSError as error:
            raise storage_error(error, self._file) from error

    def _change(self, kind: Kind, environment: str, text: str) -> None:
        content = self._read()
        if content.get(kind, {}).get(environment, "") == text:
            return
        kept = {name: held for name, held in content.get(kind, {}).items() if name != environment}
        content[kind] = kept | ({environment: text} if text else {})
        write_atomic(self._file, json.dumps(content, ensure_ascii=False, indent=2).encode("utf-8", "replace") + b"\n")

    def _read(self) -> dict[str, dict[str, str]]:
        if self._content is None:
            self._content = {}
            try:
                found = json.loads(self._file.read_bytes())
                self._content = {str(kind): _texts(held) for kind, held in found.items()}
            except FileNotFoundError:
                pass
            except OSError as error:
                where = clean_line(str(self._file))
                self.problem = message("sellers.file_unreadable", path=where, cause=storage_cause(error))
            except (ValueError, AttributeError, RecursionError):
                self.problem = message("sellers.file_broken", path=clean_line(str(self._file)))
        return self._content


def _texts(held: dict[str, object]) -> dict[str, str]:
    return {name: text for name, text in held.items() if isinstance(text, str)}


def last_seller(vault: Vault, choices: SellerChoices, environment: Environment) -> str | None:
    """Who was chosen last in that environment, where that is remembered and no variable or command gives a session:
    what is set for one run wins over what was chosen in another.
    """
    nick = choices.get("sellers", environment.name) if environment.kind != "prod" else ""
    if not nick:
        return None
    set_for_this_run = vault.status(environment).origins.get("SESSION") in ("variable", "command")
    return None if set_for_this_run else nick
