"""The floor that start-up is measured against: a Textual app that has one field and does nothing."""

from textual.app import App, ComposeResult
from textual.widgets import Input, Static


class Bare(App[None]):
    """Shows a field with the cursor in it, and a word."""

    def compose(self) -> ComposeResult:
        yield Input()
        yield Static("ready")


if __name__ == "__main__":
    Bare().run()
