"""What commands do to a whole draft."""

from __future__ import annotations

from topexplorer.core.call import RequestDraft
from topexplorer.core.language import Words
from topexplorer.core.signing import SCHEMES
from topexplorer.core.spec import ApiSpec, Param
from topexplorer.tui.changes import CHANGES

WORDS = Words(zh="名", en="name")
SPEC = ApiSpec(
    method="taobao.test.get",
    title=WORDS,
    summary=WORDS,
    category="tool",
    session="none",
    access="basic",
    writes=False,
    params=(
        Param(name="fields", type="fields", platform_type="String", title=WORDS, required=True, example="tid"),
        Param(name="tid", type="integer", platform_type="Number", title=WORDS, required=True, example="1"),
        Param(name="image", type="file", platform_type="byte[]", title=WORDS, required=True, example="a.png"),
        Param(name="page", type="integer", platform_type="Number", title=WORDS, example="2"),
    ),
)
DRAFT = RequestDraft(SPEC.method, {"fields": "payment"})


def test_examples_fill_required_values_that_are_empty_and_never_invent_a_file() -> None:
    filled = CHANGES["examples"](DRAFT, SPEC)
    assert filled == DRAFT.with_value("tid", "1")


def test_clearing_leaves_nothing_but_the_api() -> None:
    full = DRAFT.with_file("image", "a.png").switched("fields", False)
    assert CHANGES["clear"](full, SPEC) == RequestDraft(DRAFT.api)


def test_the_format_goes_round_through_json_simplified_json_and_xml() -> None:
    seen, draft = [], DRAFT
    for _ in range(4):
        seen.append((draft.format, draft.simplify))
        draft = CHANGES["format"](draft, SPEC)
    assert seen == [("json", False), ("json", True), ("xml", False), ("json", False)]


def test_the_sign_method_goes_round_through_all_schemes_and_back_to_the_environment_s() -> None:
    seen, draft = [], DRAFT
    for _ in range(len(SCHEMES) + 2):
        seen.append(draft.sign_method)
        draft = CHANGES["sign_method"](draft, SPEC)
    assert seen == [None, *SCHEMES, None]
