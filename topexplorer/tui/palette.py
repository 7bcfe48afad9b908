"""The command palette: every command that can be used now, found by its words in either language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.content import Content

from topexplorer.core.language import LANGUAGES, Language
from topexplorer.tui.commands import COMMANDS, Command, usable
from topexplorer.tui.screens.labactions import LabActions

_ERROR = r"[0-9]{1,3}|(?:isv|isp|accesscontrol|subuser|invalid|session)[.-][\w.:-]+"


class CommandProvider(Provider):
    """Offers COMMANDS in their own order, each with its key."""

    def _usable(self) -> Iterator[Command]:
        return (command for command in COMMANDS if command.id != "palette" and usable(command, self.screen))

    @property
    def _languages(self) -> list[Language]:
        shown = getattr(self.app, "language", Language("en"))
        return [shown, *(Language(name) for name in LANGUAGES if name != shown.name)]

    async def discover(self) -> Hits:
        say = self._languages[0]
        for command in self._usable():
            run = partial(self.screen.run_action, command.action)
            text = say(f"command.{command.id}")
            yield DiscoveryHit(_prompt(command, Content(text)), run, text, say(f"command.{command.id}.help"))

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        say, *others = self._languages
        found = False
        for command in self._usable():
            title, help_text = say(f"command.{command.id}"), say(f"command.{command.id}.help")
            texts = [title, help_text, *(other(f"command.{command.id}") for other in others)]
            score = max(matcher.match(text) for text in texts)
            if score > 0:
                found = True
                run = partial(self.screen.run_action, command.action)
                yield Hit(score, _prompt(command, matcher.highlight(title)), run, title, help_text)
        if re.fullmatch(_ERROR, query.strip()) and isinstance(self.screen, LabActions):
            found = True
            yield Hit(1.0, say("lab.palette.explain", code=query), partial(self.screen.action_explain, query.strip()))
        if not found:
            yield Hit(0.01, say("palette.none"), _nothing)


def _nothing() -> None:
    """What choosing the line “no such command” does."""


def _prompt(command: Command, title: Content) -> Content:
    return Content.assemble(title, (f"  {command.key_label}", "dim")) if command.keys else title
