"""COMMANDS: one row per thing a user can do. Key bindings, palette, footer and help are all read from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from textual.binding import Binding
from textual.screen import Screen

Place = Literal["footer", "end", "hidden"]


@dataclass(frozen=True, slots=True)
class Command:
    """A command: its words are the messages `command.<id>` (short) and `command.<id>.help` (one sentence)."""

    id: str
    action: str
    keys: str = ""
    """Textual key names, the first one is shown. Empty: by palette and mouse only."""
    place: Place = "hidden"
    """Where the footer shows it while it can be used."""

    @property
    def key_label(self) -> str:
        """The first key as people write it: `^J`, `F1`, `Esc`."""
        first = self.keys.split(",")[0]
        if first.startswith("ctrl+"):
            key = first.removeprefix("ctrl+")
            return "^" + ("\\" if key == "backslash" else key.upper())
        if first.startswith("alt+"):
            return "Alt+" + first.removeprefix("alt+").capitalize()
        return first.capitalize()


COMMANDS = (
    Command("send", "send", "ctrl+j,f5", "footer"),
    Command("cancel", "cancel", "escape", "footer"),
    Command("save", "save_profile", "ctrl+s", "footer"),
    Command("search", "focus_pane('catalog')", "f2", "footer"),
    Command("form", "focus_pane('request')", "f3", "footer"),
    Command("answer", "focus_pane('answer')", "f4", "footer"),
    Command("environment", "choose_environment", "ctrl+e", "footer"),
    Command("sellers", "sellers", "f12"),
    Command("keys", "app.set_keys"),
    Command("lock", "app.lock", "ctrl+backslash"),
    Command("history", "history", "ctrl+r", "footer"),
    Command("jump", "jump", "ctrl+o", "footer"),
    Command("copy_command", "copy_command", "f6"),
    Command("quota", "app.show_quota", "f7"),
    Command("sandbox", "app.show_sandbox", "f10"),
    Command("maximise", "maximise", "f8", "footer"),
    Command("language", "app.switch_language", "f9"),
    Command("docs", "show_tab('docs')", "ctrl+d"),
    Command("sign", "show_tab('sign')", "ctrl+g"),
    Command("cure", "cure", "alt+c"),
    Command("sign_lab", "sign_lab", "alt+g"),
    Command("gaps", "explain_gaps", "alt+w"),
    Command("checkup", "checkup", "alt+d"),
    Command("explain", "explain"),
    Command("favourite", "favourite", "ctrl+b"),
    Command("filter", "filter", "ctrl+l"),
    Command("free_call", "free_call", "ctrl+n"),
    Command("examples", "change('examples')", "ctrl+t"),
    Command("clear", "change('clear')"),
    Command("put_back", "put_back", "alt+z"),
    Command("format", "change('format')"),
    Command("sign_method", "change('sign_method')"),
    Command("delete_profile", "delete_profile"),
    Command("problems", "app.show_problems"),
    Command("theme", "app.switch_theme"),
    Command("wider", "resize('catalog', 4)", "alt+right"),
    Command("narrower", "resize('catalog', -4)", "alt+left"),
    Command("taller", "resize('request', 2)", "alt+down"),
    Command("shorter", "resize('request', -2)", "alt+up"),
    Command("demo", "app.demo", "f11,alt+m"),
    Command("personal", "personal", "alt+p"),
    Command("screenshot", "app.screenshot"),
    Command("palette", "app.command_palette", "ctrl+p", "footer"),
    Command("help", "app.help", "f1", "end"),
    Command("quit", "app.quit", "ctrl+q", "end"),
)
BY_ID = {command.id: command for command in COMMANDS}


def usable(command: Command, screen: Screen[Any]) -> bool:
    """Whether a command can be used now: the screen knows."""
    name = command.action.split("(")[0]
    return name.startswith("app.") or bool(screen.check_action(name, ()))


def bindings(app: bool) -> list[Binding]:
    """Bindings of the app's own commands or of the screen's. They come before a field's keys, escape excepted."""
    return [
        Binding(
            command.keys,
            command.action.removeprefix("app."),
            command.id,
            show=False,
            id=command.id,
            priority=command.keys != "escape",
        )
        for command in COMMANDS
        if command.keys and command.action.startswith("app.") == app
    ]
