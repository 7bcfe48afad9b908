"""What of an answer may be seen: starred in production until it is asked for, made up in demo mode."""

from __future__ import annotations

from functools import partial
from time import sleep

from textual.reactive import var

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.exporters import EXPORTERS
from topexplorer.core.views import Reading
from topexplorer.tui.screens.labactions import LabActions
from topexplorer.tui.tell import tell
from topexplorer.tui.widgets.response_pane import ResponsePane

A_MOMENT = 0.0002
"""Seconds that a thread rests between two steps, for the screen to get its turn."""


class PrivacyActions(LabActions):
    """Mixed into the explorer."""

    demo: var[bool] = var(False)
    veiled: var[str] = var("")
    """How personal data of the answer on screen is hidden, by its message; empty where it is not."""

    def watch_exchange(self, exchange: Exchange | None) -> None:
        super().watch_exchange(exchange)
        self.show_veil()

    def watch_draft(self, draft: RequestDraft | None) -> None:
        super().watch_draft(draft)
        if draft is not None:
            self.desk.veil.typed(draft)
            if self.ready and self.bench.engine.environment.kind == "prod":
                self.desk.private.add(draft.api)

    def watch_demo(self) -> None:
        """Draws what is hidden at its source: the sign, the form, the answer."""
        if self.draft is not None:
            self.desk.veil.typed(self.draft)
            self.judge()
        self.show_veil()
        if self.is_mounted and self.exchange is not None:
            self.query_one(ResponsePane).reopen()

    def show_environment(self) -> None:
        """What was shown of production is hidden again when that is left; what was typed there stays hidden."""
        super().show_environment()
        if self.bench.engine.environment.kind == "prod":
            return
        if self.desk.private:
            self.desk.leave_prod(lambda draft: without_people(draft)[1])
        if self.desk.veil.shown:
            self.desk.veil.shown = ""
            self.show_veil()
            self.query_one(ResponsePane).reopen()

    def is_private(self, draft: RequestDraft) -> bool:
        """Whether whom it names is production's, for which it is or in which it was written."""
        return draft.api in self.desk.private or self.bench.engine.environment.kind == "prod"

    def show_veil(self) -> None:
        """Says whether something of the answer is hidden."""
        exchange = self.exchange
        style = self.desk.veil.style(exchange, self.kind_of(exchange)) if exchange is not None else None
        shown = "history.tui.made_up" if is_made_up(exchange) and not self.desk.veil.demo else ""
        self.veiled = "redact.starred" if style == "stars" else shown

    def kind_of(self, exchange: Exchange) -> str:
        """The kind of environment that answered; one that is not there any more counts as production, unless the
        history knows.
        """
        environment = self.bench.environments.get(exchange.environment)
        if environment is None and exchange.kept is not None:
            from topexplorer.engine.history import LETTERS

            return next(kind for kind, letter in LETTERS.items() if exchange.kept.entry.startswith(letter))
        return environment.kind if environment is not None else "prod"

    def hidden(self, exchange: Exchange) -> Exchange:
        """The exchange as the answer's views draw it."""
        return self.desk.veil.exchange(exchange, self.kind_of(exchange))

    def reading(self, exchange: Exchange) -> Reading:
        """What the answer's views need beside the exchange."""
        from topexplorer.engine.around import surroundings_of

        catalog, method = self.bench.catalog, exchange.draft.api
        around = surroundings_of(self.bench.engine, exchange)
        return Reading(catalog.spec(method), catalog.errors, around, self.hidden, partial(sleep, A_MOMENT))

    def draft_to_keep(self, draft: RequestDraft) -> tuple[RequestDraft, tuple[str, ...]]:
        """What of a draft may be saved, and the names of the rows that may not: in production, people's data."""
        return without_people(draft) if self.is_private(draft) else (draft, ())

    def action_personal(self) -> None:
        """Shows personal data of the production answer on screen, and hides it again."""
        exchange, veil = self.exchange, self.desk.veil
        if is_made_up(exchange) and not veil.demo:
            tell(self.app, self.language("history.tui.made_up.why"))
            return
        if exchange is None or veil.demo or self.kind_of(exchange) != "prod":
            tell(self.app, self.language("redact.nothing_hidden" if not veil.demo else "redact.demo_hides"))
            return
        veil.shown = "" if veil.shown == exchange.id else exchange.id
        self.show_veil()
        self.query_one(ResponsePane).reopen()

    def action_copy_command(self) -> None:
        """The command that makes the same call, without a secret, and without a person where it is for production."""
        if self.draft is not None:
            environment = self.bench.engine.environment
            kind = "prod" if self.is_private(self.draft) else environment.kind
            draft = self.desk.veil.draft_to_share(self.draft, kind)
            self.copy(EXPORTERS["command"](draft, environment.name), self.language("copy.command"))


def without_people(draft: RequestDraft) -> tuple[RequestDraft, tuple[str, ...]]:
    """The draft without the rows that are about people, and their names."""
    from topexplorer.core.disguise import without_personal

    return without_personal(draft)


def is_made_up(exchange: Exchange | None) -> bool:
    """Whether the people in it are, so that there is nothing behind them to show."""
    return exchange is not None and exchange.kept is not None and exchange.kept.made_up
