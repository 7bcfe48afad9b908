"""The floor that start-up is measured against: a Textual app with one field and one word."""

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class Bare(App[None]):
    def compose(self) -> ComposeResult:
        yield Input()
        yield Static("ready")


Bare().run()
