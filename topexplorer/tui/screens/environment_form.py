"""The settings of one environment as a form: what is empty is as it is built in, and the line below says what fits."""

from __future__ import annotations

import re
from asyncio import to_thread
from typing import ClassVar

from textual import events, on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.widget import Widget
from textual.widgets import Input, Label, Static

from topexplorer.assemble import Workbench
from topexplorer.core.errors import TopExplorerError
from topexplorer.core.language import Language
from topexplorer.core.text import clean, clean_line
from topexplorer.engine.brokenentry import BrokenEntry
from topexplorer.engine.environments import Environment
from topexplorer.engine.settingtexts import SETTINGS, about, choices, read_settings, setting_text
from topexplorer.tui.screens.dialog import Dialog
from topexplorer.tui.widgets.value_controls import ValueInput

NAME = "name"
_OF_NAME = ("env.bad_name", "env.built_in", "env.there_already")
"""What can be wrong with the name of a new one."""
_FIXED = {
    "sandbox": ("kind", "gateway", "app_key", "vault", "idle_minutes"),
    "dev": ("kind",),
    "prod": ("kind",),
}
"""What a built-in environment always has."""
_OF_PROD = ("idle_minutes",)


class SettingInput(ValueInput):
    """One setting. Where it has usual texts, the space bar goes from one to the next and leaves any other alone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up", "app.focus_previous", show=False),
        Binding("down", "app.focus_next", show=False),
    ]

    def __init__(self, name: str, text: str, built_in: str, offers: tuple[str, ...], *, misread: bool = False) -> None:
        super().__init__(text, built_in, offers)
        self.setting = name
        self.named = "seller_nick" if name == "seller" else name
        self.offers = offers
        self.before = None if misread else text
        """What config.toml states, where that can be used."""
        self.shown_first = text
        self.fault = Static("", classes="setting-fault", markup=False)
        self.blamed: str | None = None
        """The text that is said to be wrong."""

    def watch_has_focus(self, has_focus: bool) -> None:
        super().watch_has_focus(has_focus)
        if isinstance(self.parent, Horizontal):
            self.parent.set_class(has_focus, "-here")

    def blame(self, reason: str) -> None:
        """Says below the field why its text cannot be used; nothing when `reason` is empty."""
        self.blamed = self.text if reason else None
        self.fault.update(reason)
        self.fault.set_class(bool(reason), "-told")

    def on_key(self, event: events.Key) -> None:
        if event.key == "space" and self.offers:
            event.stop()
            event.prevent_default()
            texts = ["", *self.offers]
            if self.text in texts:
                self.text = texts[(texts.index(self.text) + 1) % len(texts)]


class EnvironmentForm(Dialog[str]):
    """Ends with the environment's name when it was written. Without an `environment` it makes a new one; with an
    `entry` it shows what config.toml has of one that cannot be used."""

    BINDINGS: ClassVar[list[BindingType]] = [Binding("ctrl+s", "save", show=False, priority=True)]

    def __init__(
        self,
        language: Language,
        bench: Workbench,
        environment: Environment | None,
        entry: BrokenEntry | None = None,
    ) -> None:
        name = environment.name if environment else ""
        title = language("env.form.edit", name=name) if environment else language("env.form.add")
        danger = " -danger" if environment and environment.kind == "prod" else ""
        super().__init__(language, title, language("env.form.keys"), classes=f"-environment-form{danger}")
        self._bench = bench
        self._environment = environment
        self._entry = entry
        self._about = Static("", classes="setting-about", markup=False)
        self._fault = Static("", classes="dialog-fault", markup=False)
        self._warned = False
        """Whether it was said that leaving throws the edits away."""
        self._inputs = [] if environment else [SettingInput(NAME, "", language("env.form.name"), ())]
        self._inputs += [self._input(setting) for setting in SETTINGS if self._fits(setting)]
        unknown = [setting for setting in entry.texts if setting not in SETTINGS] if entry else []
        self._inputs += [SettingInput(setting, entry.texts[setting], "", ()) for setting in unknown if entry]
        self._inputs.sort(key=lambda field: entry is not None and field.setting not in entry.faults)

    def _fits(self, setting: str) -> bool:
        environment, entry = self._environment, self._entry
        if environment is None or (entry is not None and setting in (*entry.texts, *entry.faults)):
            return True
        prod_only = setting in _OF_PROD and environment.kind != "prod"
        return not prod_only and setting not in _FIXED.get(environment.name, ())

    def _input(self, setting: str) -> SettingInput:
        platform = self._bench.catalog.platform
        offers = choices(setting, platform)
        environment, entry = self._environment, self._entry
        standard = self._bench.environments["dev"] if environment is None else environment
        text = setting_text(standard, setting, platform)
        empty = self.language("env.form.empty")
        if environment is None and setting == "kind":
            return SettingInput(setting, "dev", "", offers)
        if environment is None or setting not in environment.stated:
            usual = "" if environment is None and standard.stated else text
            return SettingInput(setting, "", usual or empty, offers, misread=_is_misread(setting, entry))
        stated = entry.texts[setting] if entry else text
        return SettingInput(setting, stated, empty, offers, misread=_is_misread(setting, entry))

    def content(self) -> list[Widget]:
        rows: list[Widget] = []
        for field in self._inputs:
            known = field.setting == NAME or field.setting in SETTINGS
            label = self.language(f"env.setting.{field.setting}") if known else clean_line(field.setting)
            rows += [Horizontal(Label(label, markup=False), field, classes="setting"), field.fault]
        return [VerticalScroll(*rows, can_focus=False), self._about, self._fault]

    def on_mount(self) -> None:
        faults = self._entry.faults if self._entry else {}
        for field in self._inputs:
            if reason := faults.get(field.setting):
                self._blame(field, reason)
        if whole := faults.get(""):
            self._fault.update(clean(self.language.render(whole)))
        next((field for field in self._inputs if field.setting in faults), self._inputs[0]).focus()

    def _blame(self, field: SettingInput, reason: object) -> None:
        field.blame(f"↑ {clean_line(self.language.render(reason))}")

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """What the setting is for, and what fits."""
        field = event.widget
        if isinstance(field, SettingInput):
            say = self.language
            if field.setting in SETTINGS:
                text = say.render(about(field.setting))
            else:
                text = say("env.about.name" if field.setting == NAME else "env.about.unknown")
            if field.offers:
                text += "\n" + say("env.form.choices", choices="  ".join(field.offers))
            self._about.update(clean(text))

    @on(Input.Submitted)
    def _next(self, event: Input.Submitted) -> None:
        event.stop()
        self.screen.focus_next(SettingInput)

    @on(Input.Changed)
    def _edited(self, event: Input.Changed) -> None:
        field = event.input
        self._warned = False
        if isinstance(field, SettingInput) and field.text != field.blamed:
            self._fault.update("")
            field.blame("")

    @property
    def is_edited(self) -> bool:
        """Whether a setting differs from what was shown at first."""
        return any(field.text != field.shown_first for field in self._inputs)

    def action_back(self) -> None:
        """Edits are thrown away only when it is asked for twice."""
        if self._warned or not self.is_edited:
            self.dismiss(None)
        else:
            self._warned = True
            self._fault.update(self.language("env.form.unsaved"))

    @work(exclusive=True, exit_on_error=False)
    async def action_save(self) -> None:
        """Writes what was changed; a fault is told, and the file stays as it was."""
        name = self._environment.name if self._environment else self._inputs[0].text.strip()
        texts = {field.setting: field.text for field in self._inputs if field.setting != NAME}
        before = {field.setting: field.before if self._environment else "" for field in self._inputs}
        changed = {setting: text for setting, text in texts.items() if text.strip() != before[setting]}
        entry = self._entry
        try:
            settings = read_settings(changed, self._bench.catalog.platform, entry.texts if entry else ())
            if self._environment is None:
                await to_thread(self._bench.configure, lambda writer: writer.add(name, settings))
            elif settings or entry:
                await to_thread(self._bench.configure, lambda writer: writer.edit(name, settings))
        except TopExplorerError as error:
            self._refuse(error, name)
            return
        self.dismiss(name)

    def _refuse(self, error: TopExplorerError, name: str) -> None:
        """Says what is wrong, at its field where it has one."""
        say, values = self.language, error.message.values
        where = str(values.get("name", "")).removeprefix(f"{name}.")
        setting = NAME if error.message.key in _OF_NAME else re.split(r"[.\[]", where)[0]
        blamed = next((field for field in self._inputs if field.setting == setting), None)
        told = say.render(error.message) + (f" · {say.render(error.hint)}" if error.hint else "")
        if blamed and error.message.key in ("env.bad_setting", *_OF_NAME):
            self._blame(blamed, values.get("reason", error.message))
            blamed.focus()
            told = say("env.form.unchanged")
        self._fault.update(clean(told))


def _is_misread(setting: str, entry: BrokenEntry | None) -> bool:
    """Whether what config.toml has of the setting is to be written anew even if its text stays."""
    return entry is not None and setting in entry.faults
