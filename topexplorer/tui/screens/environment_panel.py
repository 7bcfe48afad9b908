"""Every environment with its gateway, its keys and its guard; from here they are entered, made, changed and removed."""

from __future__ import annotations

from asyncio import to_thread
from collections.abc import Iterable, Iterator
from typing import ClassVar

from rich.text import Text
from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget
from textual.widgets import OptionList, Static
from textual.widgets.option_list import Option

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.text import cell_width, clean, clean_line, fit
from topexplorer.engine.environments import SANDBOX_URL, STANDARD, Environment, KeyName
from topexplorer.engine.settingtexts import setting_text
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.screens.gauges import vault_trouble
from topexplorer.tui.screens.questions import AskText

LEAST_NAME, MOST_NAME, KIND_CELLS = 18, 32, 10
INDENT = 4


class EnvironmentPanel(Dialog[str]):
    """Ends with the name of the environment to use. Entering prod has been confirmed by then."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a,n", "add", show=False),
        Binding("e", "edit", show=False),
        Binding("d,delete", "remove", show=False),
        Binding("k", "keys", show=False),
    ]

    def __init__(self, language: Language, bench: Workbench) -> None:
        super().__init__(language, language("environment.title"), language("env.panel.keys"), classes="-environments")
        self._bench = bench
        self._list = OptionList(id="environments")
        self._told = Static("", classes="dialog-fault", markup=False)
        self._room = 0
        """Cells in a line of the list."""

    def content(self) -> list[Widget]:
        return [self._list, self._told]

    def on_mount(self) -> None:
        self._bench.look_again()
        self._show(self._bench.engine.environment.name)
        self._list.focus()

    def on_resize(self) -> None:
        self.call_after_refresh(self._fit)

    def _fit(self) -> None:
        """Breaks lines where they end now."""
        room = self._list.size.width - self._list.styles.scrollbar_size_vertical
        if room != self._room:
            self._room = room
            self._show(self._pointed)

    def _show(self, current: str) -> None:
        """The environments as they are now, the cursor on `current`."""
        environments = self._bench.environments
        names = [*environments, *(name for name in environments.broken if name not in environments)]
        self._list.clear_options()
        self._list.add_options(Option(self._prompt(name), id=name) for name in names)
        self._list.highlighted = names.index(current) if current in names else 0

    def _prompt(self, name: str) -> Text:
        environments = self._bench.environments
        lines: Iterable[Text]
        if fault := environments.broken.get(name):
            lines = self._unusable(f"! {self._column(name)}", fault.values.get("reason", fault))
        elif environments.broken_file and name != environments.default.name:
            lines = self._unusable(f"  {self._column(name)}", environments.broken_file)
        else:
            lines = self._entry(environments[name])
        return Text("\n").join(lines)

    def _column(self, name: str) -> str:
        """The name in a column that is as wide as the longest needs."""
        environments = self._bench.environments
        longest = max(map(cell_width, (*environments, *environments.broken)))
        return fit(clean_line(name), min(max(longest, LEAST_NAME), MOST_NAME))

    def _unusable(self, head: str, reason: object) -> Iterator[Text]:
        look = self._colour("error")
        yield Text.assemble((f"{head}  ", "bold"), (self.language("env.panel.broken"), f"bold {look}"))
        yield from self._below(Text(clean_line(self.language.render(reason)), look))

    def _below(self, line: Text) -> Iterator[Text]:
        """The line, indented, and broken where the list ends."""
        width = self._room - INDENT
        for part in line.wrap(self.app.console, width) if width > 0 else (line,):
            part.pad_left(INDENT)
            yield part

    def _entry(self, environment: Environment) -> Iterator[Text]:
        say = self.language
        active = environment.name == self._bench.engine.environment.name
        first = Text.assemble(("● " if active else "  ") + self._column(environment.name) + " ", style="bold")
        kind = f" {say(f'kind.{environment.kind}')} "
        first.append(kind, f"bold #FFFFFF on {self._colour(f'kind-{environment.kind}')}")
        marks = Text(self._marks(environment), f"bold {self._colour('warning')}")
        padded = first.cell_len + max(1, KIND_CELLS - Text(kind).cell_len)
        if marks and not 0 < self._room < padded + marks.cell_len:
            first.pad_right(padded - first.cell_len)
            yield first.append_text(marks)
        else:
            yield first
            yield from self._below(marks) if marks else ()
        preset = setting_text(environment, "gateway", self._bench.catalog.platform)
        place = say("env.panel.embedded") if environment.gateway == SANDBOX_URL else environment.gateway
        known = "" if preset == environment.gateway else f"{preset} · "
        yield from self._below(Text(clean_line(known + place), self._colour("secondary")))
        yield from self._below(self._key_line(environment))

    def _marks(self, environment: Environment) -> str:
        """What the guard holds back here."""
        say, marks = self.language, []
        if environment.read_only:
            marks.append(say("env.mark.read_only"))
        if environment.allow:
            marks.append(say("env.mark.allow", n=len(environment.allow)))
        if environment.deny:
            marks.append(say("env.mark.deny", n=len(environment.deny)))
        return " · ".join(marks)

    def _key_line(self, environment: Environment) -> Text:
        """App key, secret and session: whether they are there, and where; of a vault that is no good, why."""
        say, status = self.language, self._bench.vault.status(environment)
        if not status.ready and (trouble := vault_trouble(self._bench.vault, environment)):
            return Text(clean_line(say.render(trouble)), self._colour("error"))
        app_key = say("env.panel.app", key=status.app_key) if status.app_key else say("env.key.app_key")
        names: tuple[tuple[KeyName, str], ...] = (
            ("APP_KEY", app_key),
            ("APP_SECRET", say("env.key.app_secret")),
            ("SESSION", say("env.key.session")),
        )
        if "embedded" in status.origins.values():
            return Text(say("env.panel.built_in", key=status.app_key or ""), self._colour("success"))
        line = Text()
        for name, label in names:
            origin = status.origins.get(name)
            locked = origin in ("file", "keyring") and status.locked and name != "APP_KEY"
            where = say("env.key.missing") if origin is None else say(f"env.origin.{'locked' if locked else origin}")
            look = "success" if origin and not locked else "warning" if origin else "secondary"
            line.append((" · " if line else "") + f"{label} ").append(where, self._colour(look))
        return line

    def _colour(self, name: str) -> str:
        return self.app.theme_variables[name]

    @property
    def _pointed(self) -> str:
        at = self._list.highlighted
        return "" if at is None else self._list.get_option_at_index(at).id or ""

    def _tell(self, error: TopExplorerError) -> None:
        say = self.language
        hint = f" · {say.render(error.hint)}" if error.hint else ""
        self._told.update(clean(say.render(error.message) + hint))

    def _told_of_broken_file(self) -> bool:
        """Whether nothing can be written into config.toml, of which it says why."""
        self._bench.look_again()
        fault = self._bench.environments.broken_file
        if fault:
            self._told.update(clean(self.language.render(fault)))
        return fault is not None

    @on(OptionList.OptionHighlighted)
    def _moved(self) -> None:
        self._told.update("")

    @on(OptionList.OptionSelected)
    @work(exit_on_error=False)
    async def _use(self, event: OptionList.OptionSelected) -> None:
        name = event.option.id or ""
        self._bench.look_again()
        try:
            environment = self._bench.environments.get_or_raise(name)
        except TopExplorerError as error:
            self._tell(error)
            return
        if environment.kind != "prod" or name == self._bench.engine.environment.name or await self._entered(name):
            self.dismiss(name)

    async def _entered(self, name: str) -> bool:
        say = self.language
        explanation = say("prod.enter", name=name)
        question = AskText(say, say("prod.title"), explanation, placeholder=name, expected=name, classes="-danger")
        return await self.app.push_screen_wait(question) is not None

    @work(exit_on_error=False)
    async def action_add(self) -> None:
        """A new environment, in a form."""
        from topexplorer.tui.screens.environment_form import EnvironmentForm

        if self._told_of_broken_file():
            return
        made = await self.app.push_screen_wait(EnvironmentForm(self.language, self._bench, None))
        self._show(made or self._pointed)

    @work(exit_on_error=False)
    async def action_edit(self) -> None:
        """The settings of the environment under the cursor, also of one that cannot be used as it stands."""
        from topexplorer.engine.brokenentry import broken_entry
        from topexplorer.tui.screens.environment_form import EnvironmentForm

        name, bench = self._pointed, self._bench
        if self._told_of_broken_file():
            return
        if name in bench.environments.broken:
            try:
                entry = await to_thread(
                    broken_entry, bench.environments, bench.paths.config_file, bench.catalog.platform, name
                )
            except TopExplorerError as error:
                self._tell(error)
                return
            form = EnvironmentForm(self.language, bench, entry.environment, entry)
        elif (environment := bench.environments.get(name)) is not None:
            form = EnvironmentForm(self.language, bench, environment)
        else:
            self._show(name)
            return
        await self.app.push_screen_wait(form)
        self._show(name)

    @work(exit_on_error=False)
    async def action_remove(self) -> None:
        """Takes the environment under the cursor out, when its name is typed."""
        say, name = self.language, self._pointed
        environment = self._bench.environments.get(name)
        if name not in STANDARD:
            explanation = self._about_removing(name, environment)
            title = say("env.remove.title", name=name)
            box = AskText(say, title, explanation, placeholder=name, expected=name, classes="-danger")
            if await self.app.push_screen_wait(box) is None:
                return
        try:
            await to_thread(self._bench.configure, lambda writer: writer.remove(name))
        except TopExplorerError as error:
            self._tell(error)
            return
        self._show(self._bench.engine.environment.name)

    def _about_removing(self, name: str, environment: Environment | None) -> str:
        """What becomes of the environment's keys, as far as that is known."""
        say, vault = self.language, self._bench.vault
        if environment is None:
            return say("env.remove.explain", name=name)
        if trouble := vault_trouble(vault, environment):
            return say("env.remove.unknown", name=name, reason=trouble)
        room = vault.room_with(environment)
        return say("env.remove.keys" if room and room.contents(environment) else "env.remove.explain", name=name)

    @work(exit_on_error=False)
    async def action_keys(self) -> None:
        """The keys of the environment under the cursor."""
        environment = self._bench.environments.get(self._pointed)
        if environment is None or environment.kind == "sandbox":
            self._told.update(self.language("env.panel.no_keys", name=self._pointed))
            return
        from topexplorer.tui.screens.keys_dialog import KeysDialog

        await self.app.push_screen_wait(KeysDialog(self.language, self._bench, environment))
        self._show(environment.name)
