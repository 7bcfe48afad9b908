"""A small app around the request form, and the spec that its tests fill in."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from textual.app import App, ComposeResult
from textual.pilot import Pilot
from textual.reactive import var

from tests.core.samples import NOW, api, field, param, words
from tests.tui.steps import settled
from topexplorer.core import values
from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Language
from topexplorer.core.spec import ApiSpec, Choice
from topexplorer.core.values import Problem
from topexplorer.tui.widgets.param_form import ParamForm
from topexplorer.tui.widgets.param_row import ParamRow

ITEM = param(
    "items",
    "object",
    platform_type="Item",
    many=True,
    max_items=20,
    children=(
        param("num_iid", "integer", required=True),
        param("title", max_length=10),
        param("list_time", "datetime"),
        param("virtual", "boolean"),
        param("sku", "object", children=(param("sku_id", "integer"), param("deep", "object", children=(param("x"),)))),
    ),
)
TRADE = field(
    "trade",
    "object",
    platform_type="Trade",
    children=(
        field("tid", "integer"),
        field("status"),
        field("buyer_memo", needs_session=True),
        field("orders", "object", "Order", many=True, children=(field("oid", "integer"), field("title"))),
        field("payment", "price"),
    ),
)
SPEC = api(
    param("start", "datetime"),
    param("fields", "fields", required=True, example="tid,status"),
    param("tid", "integer", required=True, example="3141592653589793238"),
    param("status", choices=(Choice(value="PAID", title=words("Paid")), Choice(value="SENT"))),
    param("size", "integer", minimum=1, maximum=100, default="40"),
    param("has_next", "boolean"),
    param("nicks", many=True, max_items=3),
    param("image", "file"),
    ITEM,
    param("extra", "json"),
    response=(TRADE,),
    method="taobao.sample.all",
)


def large(count: int) -> ApiSpec:
    """An API with that many parameters, of which the first three are required."""
    return api(*(param(f"p{i}", required=i < 3) for i in range(count)), method=f"taobao.large.{count}")


class Desk(App[None]):
    """Does what a screen does: owns spec, seed and problems, and checks every edit."""

    spec: var[ApiSpec | None] = var(None)
    seed: var[RequestDraft | None] = var(None, always_update=True)
    problems: var[tuple[Problem, ...]] = var(())

    def __init__(self, spec: ApiSpec = SPEC, draft: RequestDraft | None = None, lang: str = "en") -> None:
        super().__init__()
        self.language = Language(lang)
        self.first = (spec, draft or RequestDraft(spec.method))
        self.now: Callable[[], datetime] = lambda: NOW
        self.edits: list[RequestDraft] = []
        self.sent = 0

    def compose(self) -> ComposeResult:
        form = ParamForm(self.language, self.now, id="form")
        yield form.data_bind(Desk.spec, Desk.seed, Desk.problems)

    def on_mount(self) -> None:
        self.open(*self.first)

    @property
    def form(self) -> ParamForm:
        return self.query_one(ParamForm)

    def open(self, spec: ApiSpec, draft: RequestDraft) -> None:
        self.spec = spec
        self.seed = draft
        self.problems = values.check(spec, draft, NOW)

    def on_param_form_edited(self, event: ParamForm.Edited) -> None:
        self.edits.append(event.draft)
        if self.spec and event.draft.api == self.spec.method:
            self.problems = values.check(self.spec, event.draft, NOW)

    def on_param_form_submitted(self) -> None:
        self.sent += 1

    def row(self, name: str) -> ParamRow:
        return next(row for row in self.form.rows if row.key == name)

    def note(self, name: str) -> str:
        """What stands below the control."""
        return "\n".join(note.plain for note in self.row(name).notes())


async def at(pilot: Pilot[None], desk: Desk, name: str) -> ParamRow:
    """Wait for the row and put the cursor into it."""
    await settled(pilot, lambda: any(row.key == name and row.is_mounted for row in desk.form.rows))
    row = desk.row(name)
    row.control.focus()
    await settled(pilot, lambda: row.control.has_focus)
    return row


async def reported(pilot: Pilot[None], desk: Desk, draft: RequestDraft) -> None:
    """Wait until the form's last report is that draft."""
    await settled(pilot, lambda: desk.edits and desk.edits[-1] == draft)


async def valued(pilot: Pilot[None], desk: Desk, name: str, text: str) -> None:
    """Wait until the form's last report has that text for the parameter."""
    await settled(pilot, lambda: desk.edits and desk.edits[-1].values.get(name) == text)
