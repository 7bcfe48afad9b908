"""The history in the explorer: a call of the past comes back with its request and its answer."""

from __future__ import annotations

import asyncio

from textual import work

from topexplorer.core.call import Exchange, RequestDraft
from topexplorer.core.pastcall import PastCall
from topexplorer.core.taint import MASK
from topexplorer.tui.commands import BY_ID
from topexplorer.tui.screens.privacy import PrivacyActions
from topexplorer.tui.tell import tell


class HistoryActions(PrivacyActions):
    """Mixed into the explorer. What stood in a form before something else was put there can be had back."""

    @work(exit_on_error=False)
    async def action_history(self) -> None:
        """Every call that is kept, to open one."""
        from topexplorer.tui.screens.history_panel import HistoryPanel

        panel = HistoryPanel(self.language, self.bench, self.desk.veil, self.hidden)
        past = await self.app.push_screen_wait(panel)
        if past is not None:
            exchange = await asyncio.to_thread(self.bench.history.exchange, past.id)
            self.open_past(past, exchange)

    def open_past(self, past: PastCall, kept: Exchange) -> None:
        """Shows a call of the history: its request in the form, its answer below, the real one while there is one."""
        shown = next((exchange for exchange in self.desk.answers(past.api) if exchange.id == past.call), kept)
        draft = shown.draft
        if shown is not kept and any(MASK in text for text in (*draft.values.values(), *draft.files.values())):
            draft = kept.draft
        replaced = self.desk.lay(draft, shown)
        if self.kind_of(shown) == "prod":
            self.desk.private.add(past.api)
        self.desk.profile = ""
        self.open_api(past.api)
        self.action_focus_pane("request")
        self._tell_of(past, kept.kept.left_out if kept.kept and draft is kept.draft else (), replaced)

    def _tell_of(self, past: PastCall, left_out: tuple[str, ...], replaced: bool) -> None:
        """What is not as it was."""
        say, active = self.language, self.bench.engine.environment
        sentences = [say("history.tui.fill_in", names=left_out)] if left_out else []
        if past.environment != active.name:
            sentences.append(say("history.tui.elsewhere", wanted=past.environment, active=active.name))
        if sentences:
            tell(self.app, "\n".join(sentences), "warning", seconds=10)
        if replaced:
            tell(self.app, say("history.tui.replaced", key=BY_ID["put_back"].key_label))

    def lay(self, draft: RequestDraft) -> None:
        """Puts a request in place of what stands in its form, and says how that is had back."""
        if self.desk.lay(draft):
            tell(self.app, self.language("history.tui.replaced", key=BY_ID["put_back"].key_label))

    def action_change(self, how: str) -> None:
        if how == "clear" and self.draft is not None:
            self.lay(RequestDraft(self.draft.api))
        super().action_change(how)

    def action_put_back(self) -> None:
        """What stood in this form before, with its answer; once more for what stands there now."""
        if self.desk.swap(self.desk.method):
            self.open_api(self.desk.method)
            self.action_focus_pane("request")
