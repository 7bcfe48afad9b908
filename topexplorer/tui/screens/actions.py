"""What a user does around a call: saved profiles, environments, calls outside the catalog, copying, jumping."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from textual import on, work
from textual.reactive import var

from topexplorer.core.bookmarks import Bookmarks
from topexplorer.core.call import RequestDraft
from topexplorer.core.fixes import GATEWAY_TIME, Fix
from topexplorer.core.mending import mended
from topexplorer.core.spec import ApiSpec
from topexplorer.engine.profiles import Profile
from topexplorer.tui.changes import CHANGES
from topexplorer.tui.screens.selleractions import SellerScreen
from topexplorer.tui.tell import tell, tell_copied
from topexplorer.tui.widgets.catalog_pane import OPEN_AT_FIRST, CatalogPane
from topexplorer.tui.widgets.catalog_rows import Saved
from topexplorer.tui.widgets.request_pane import RequestPane
from topexplorer.tui.widgets.row_list import Copied

if TYPE_CHECKING:
    from topexplorer.tui.widgets.docs_page import DocsPage
    from topexplorer.tui.widgets.error_card import ErrorCard
    from topexplorer.tui.widgets.payload_tree import PayloadTree


class ActionScreen(SellerScreen):
    """Every flow here is one dialog and what follows from it."""

    draft: var[RequestDraft | None] = var(None)
    seed: var[RequestDraft | None] = var(None, always_update=True)
    spec: var[ApiSpec | None] = var(None)
    saved: var[tuple[Saved, ...]] = var(())
    bookmarks: var[Bookmarks] = var(Bookmarks())
    opened: var[frozenset[str]] = var(OPEN_AT_FIRST)
    filters: var[frozenset[str]] = var(frozenset())

    def open_api(self, method: str, draft: RequestDraft | None = None) -> None:
        raise NotImplementedError

    def action_send(self) -> None:
        raise NotImplementedError

    def draft_to_keep(self, draft: RequestDraft) -> tuple[RequestDraft, tuple[str, ...]]:
        raise NotImplementedError

    def known_secrets(self) -> list[str]:
        """Every secret that is at hand, of every environment: none of them may reach a file."""
        vault = self.bench.vault
        return [secret for environment in self.bench.environments.values() for secret in vault.secrets(environment)]

    def action_sign_lab(self) -> object:
        raise NotImplementedError

    @work(exit_on_error=False)
    async def action_save_profile(self) -> None:
        """Asks for a name and keeps the draft under it, without any secret."""
        from topexplorer.tui.screens.questions import AskText

        if self.draft is None:
            return
        say, profiles = self.language, self.bench.profiles
        suggestion = self.desk.profile or (say.words(self.spec.title) if self.spec else self.draft.api)
        question = AskText(say, say("save.title"), say("save.where", folder=str(profiles.folder)), suggestion)
        name = await self.app.push_screen_wait(question)
        if name is None:
            return
        old = next((profile for profile in profiles.list() if profile.name == name), None)
        draft, left_out = self.draft_to_keep(self.draft)
        kept = Profile(
            name, draft, old.environment if old else None, old.note if old else "", old.path if old else None
        )
        path = profiles.save(kept, self.known_secrets())
        self.desk.profile = name
        self.saved = self.saved_profiles()
        tell(self.app, say("save.done", name=name, path=str(path)))
        if left_out:
            tell(self.app, say("redact.left_out", names=left_out), "warning")

    @work(exit_on_error=False)
    async def action_delete_profile(self) -> None:
        from topexplorer.tui.screens.questions import Choose, Offer

        say, profiles = self.language, self.bench.profiles
        names = tuple(Offer(profile.name, ((profile.name, 30), (profile.draft.api, 44))) for profile in profiles.list())
        if not names:
            tell(self.app, say("delete.none"))
            return
        name = await self.app.push_screen_wait(Choose(say, say("delete.title"), names, self.desk.profile))
        if name is not None:
            profiles.delete(name)
            self.saved = self.saved_profiles()
            tell(self.app, say("delete.done", name=name))

    @on(CatalogPane.ProfileChosen)
    @work(exit_on_error=False)
    async def _open_profile(self, event: CatalogPane.ProfileChosen) -> None:
        profile = self.bench.profiles.get(event.name)
        self.desk.profile = profile.name
        self.open_api(profile.draft.api, profile.draft)
        active = self.bench.engine.environment
        if profile.environment and profile.environment != active.name:
            tell(
                self.app, self.language("profile.elsewhere", wanted=profile.environment, active=active.name), "warning"
            )
        self.action_focus_pane("request")

    @work(exit_on_error=False)
    async def action_free_call(self) -> None:
        """Calls an API by its name, in the catalog or not."""
        from topexplorer.tui.screens.questions import AskText

        say = self.language
        question = AskText(say, say("free.title"), say("free.explain"), placeholder="taobao.")
        method = await self.app.push_screen_wait(question)
        if method is not None:
            self.open_api(method)
            self.action_focus_pane("request")

    @on(CatalogPane.Arranged)
    def _arranged(self, event: CatalogPane.Arranged) -> None:
        self.opened, self.filters = event.opened, event.filters

    def action_favourite(self) -> None:
        """The API under the cursor of the catalog, or the one that is open, becomes a favourite or ceases to be one."""
        pointed = self.query_one(CatalogPane).pointed if self.pane == "catalog" else ""
        if method := pointed or self.desk.method:
            self.bookmarks = self.bookmarks.toggled(method)
            self.keep_bookmarks(self.bookmarks)
            key = "favourite.added" if method in self.bookmarks.favourites else "favourite.dropped"
            tell(self.app, self.language(key, method=method))

    def action_filter(self) -> None:
        """To the filters of the catalog, and back to its search box."""
        self.pane = "catalog"
        self.call_after_refresh(self.query_one(CatalogPane).focus_filters)

    @work(exit_on_error=False)
    async def action_jump(self) -> None:
        from topexplorer.tui.screens.jump import Jump, targets

        widget = await self.app.push_screen_wait(Jump(targets(self)))
        if widget is not None:
            widget.focus()

    def copy(self, text: str, what: str) -> None:
        """To the clipboard of the terminal, over ssh too, and says what it was."""
        tell_copied(self.app, text, self.language("copy.done", what=what))

    @on(Copied)
    def _copied(self, event: Copied) -> None:
        self.copy(event.text, event.what)

    def on_payload_tree_noticed(self, event: PayloadTree.Noticed) -> None:
        tell(self.app, event.text)

    def on_error_card_fix_chosen(self, event: ErrorCard.FixChosen) -> None:
        self.carry_out(event.fix)

    def carry_out(self, fix: Fix) -> None:
        """Does what a card or a dialog offers. A kind that is not known here sends nothing."""
        engine = self.bench.engine
        if fix.kind == "edit":
            self.pane = "request"
            self.query_one(RequestPane).focus_param(fix.target)
        elif fix.kind == "instead":
            self.open_api(fix.target)
            self.action_focus_pane("request")
        elif fix.kind == "keys":
            self.open_keys()
        elif fix.kind == "login":
            self.open_sellers(fix.target or None)
        elif fix.kind == "sign_lab":
            self.action_sign_lab()
        elif fix.kind in ("permission", "ip", "docs"):
            text = " ".join(filter(None, (fix.target, fix.link)))
            self.copy(text, text)
        elif fix.kind in ("wait", "resend", "anyway"):
            self.action_send()
        elif fix.kind == "environment":
            self.enter(fix.target)
            self.action_send()
        elif fix.kind == "seller":
            self.bench.sellers.use(fix.target)
            self.show_environment()
            self.action_send()
        elif fix.kind == "timestamp" and fix.target == GATEWAY_TIME:
            engine.gateway_ahead = timedelta(seconds=fix.seconds)
            self.action_send()
        elif fix.kind == "timestamp":
            engine.timestamp_form = "ms" if fix.target == "ms" else "text"
            self.action_send()
        elif self.draft is not None and self.spec is not None and fix.kind in ("sign_method", "fields"):
            self.seed = self.draft = mended(self.draft, self.spec, fix)
            self.action_send()

    def action_change(self, how: str) -> None:
        """Changes the whole draft at once and fills the form from it."""
        if self.draft is not None and self.spec is not None:
            self.seed = self.draft = CHANGES[how](self.draft, self.spec)

    def action_show_tab(self, side: str) -> None:
        pane = self.query_one(RequestPane)
        pane.side = "form" if pane.side == side else side
        self.pane = "request"
        self.call_after_refresh(pane.focus_side)

    def on_docs_page_link_chosen(self, event: DocsPage.LinkChosen) -> None:
        self.open_api(event.method)
