"""The linter: a folder that keeps every rule, and for every rule a file that breaks exactly it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.core.samples import SpecFolder, field_row
from topexplorer.core.catalog import Catalog
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.lint import RULES, Finding, lint

DOCS = "https://open.taobao.com/api.htm?docId=1&docType=2"
GET = "taobao.sample.get"
UPDATE = "taobao.sample.update.json"
WAY = "$.shows[0]"


def text(zh: str, en: str) -> dict[str, str]:
    return {"zh": zh, "en": en}


def good_param(name: str = "tid", **parts: Any) -> dict[str, Any]:
    facts = {"title": text("订单编号", "Trade id"), "summary": text("主订单的编号。", "The number of the main order.")}
    return field_row(name, **{"required": True, "example": "123", **facts, **parts})


def choices(*values: str) -> list[dict[str, Any]]:
    return [{"value": value, "title": text(f"值{value}", f"value {value}")} for value in values]


def shows(**parts: Any) -> dict[str, Any]:
    """How the read shows what the write will change."""
    fields = [{"param": "tid", "field": "size"}]
    return {"method": GET, "values": [{"name": "tid", "of": "tid"}], "object": "thing", "fields": fields, **parts}


class Samples(SpecFolder):
    """A spec folder that keeps every rule: an API, a model it uses, and a write."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self.model("Thing", {**field_row("id"), "example": "1"}, field_row("size"))
        self.get()
        self.update()

    def update(self, **parts: Any) -> None:
        """The write, with parts of its own."""
        facts: dict[str, Any] = {"title": text("修改样例", "Change a sample"), "writes": True, "changes": ["tid"]}
        facts |= {"params": [good_param()], "effect": "changes", "unseen": None if "shows" in parts else "no-read"}
        self.api("taobao.sample.update", docs=DOCS, **{**facts, **parts})

    def shown(self, **parts: Any) -> None:
        """The write, with a way to see what it will change."""
        self.update(shows=[shows(**parts)])

    def packed(self, place: str) -> None:
        """A way that takes the parameter apart into an id and nothing else."""
        taken = [{"param": "tid", "between": ",", "parts": ["id"]}]
        self.shown(packed=taken, values=[{"name": "tid", "of": place}], fields=[])

    def nested(self, place: str) -> None:
        """A way to a value behind the lists of a JSON parameter."""
        rows = good_param("rows", type="object", many=True, example=None, children=[good_param("ids", many=True)])
        tree = good_param("tree", type="object", example=None, required=False, children=[rows])
        self.update(params=[good_param(), tree], shows=[shows(values=[{"name": "tid", "of": place}])])

    def adding(self) -> None:
        """A change that depends on a parameter that is not there."""
        self.shown(fields=[{"param": "tid", "field": "size", "adds_when": {"param": "no", "text": "1"}}])

    def paged(self) -> None:
        """Pages that nothing numbers."""
        self.shown(values=[{"name": "tid", "text": "1"}], paged={"number": "page", "size": "tid"})

    def clearing(self) -> None:
        """The same, for a field that is emptied."""
        self.shown(fields=[{"param": "tid", "field": "size", "clears_when": {"param": "no", "text": "1"}}])

    def shown_by_a_write(self) -> None:
        self.shown()
        self.get(writes=True, changes=["tid"], effect="sends")

    def get(self, method: str = GET, **parts: Any) -> Path:
        """The API, with parts of its own."""
        thing = field_row("thing", type="object", platform_type="Thing", model="Thing")
        facts = {"docs": DOCS, "params": [good_param()], "response": [thing], "related": ["taobao.sample.update"]}
        return self.api(method, **{**facts, **parts})

    def param(self, **parts: Any) -> None:
        """The API with one parameter more, optional unless it says otherwise."""
        self.get(params=[good_param(), {**good_param("extra", required=False, example=None), **parts}])

    def field(self, **parts: Any) -> None:
        """The API with one field more."""
        thing = field_row("thing", type="object", platform_type="Thing", model="Thing")
        self.get(response=[thing, {**field_row("extra"), **parts}])

    def retired(self, *instead: str) -> Path:
        reason = {"reason": text("不再支持。", "No longer served."), "instead": list(instead)}
        return self.get("taobao.sample.old.get", title=text("旧样例", "Old sample"), retired=reason)


@pytest.fixture
def folder(tmp_path: Path) -> Samples:
    return Samples(tmp_path / "specs")


def with_platform(folder: Samples, **parts: Any) -> None:
    platform = json.loads((folder.root / "top" / "platform.json").read_bytes())
    folder.write("platform.json", {**platform, **parts})


def a_fields_param(example: str) -> dict[str, Any]:
    return {"type": "fields", "example": example}


SELF = [field_row("id"), field_row("size")]
# A rule, what breaks it, and where in which file it must be found.
BREAKERS: list[tuple[str, Callable[[Samples], object], str, str]] = [
    ("unusable", lambda f: f.write(f"apis/tool/{GET}.json", b"{"), f"{GET}.json", "$"),
    ("unusable", lambda f: f.get(session="maybe"), f"{GET}.json", "$.session"),
    (
        "method-twice",
        lambda f: f.write(f"more/apis/tool/{GET}.json", f.get().read_bytes()),
        f"more/apis/tool/{GET}.json",
        "$.method",
    ),
    ("model-twice", lambda f: f.write("more/models/Thing.json", f.model("Thing").read_bytes()), "Thing.json", "$.name"),
    ("file-name", lambda f: f.get().rename(f.root / "top/apis/tool/other.json"), "other.json", "$.method"),
    (
        "file-name",
        lambda f: (f.root / "top/models/Thing.json").rename(f.root / "top/models/T.json"),
        "T.json",
        "$.name",
    ),
    ("folder", lambda f: f.get().rename(f.write(f"apis/trade/{GET}.json", b"")), f"{GET}.json", "$.category"),
    ("unknown-category", lambda f: f.get("taobao.b.get", title=text("乙", "B"), category="b"), "", "$.category"),
    ("unknown-rate-class", lambda f: f.get(access="b"), f"{GET}.json", "$.access"),
    ("unknown-model", lambda f: f.field(type="object", model="No"), f"{GET}.json", "$.response[1].model"),
    ("unknown-model", lambda f: f.param(type="object", model="No"), f"{GET}.json", "$.params[1].model"),
    ("unknown-only", lambda f: f.field(type="object", model="Thing", only=["id", "no"]), "", "$.response[1].only[1]"),
    ("unknown-only", lambda f: f.field(type="object", model="Thing", only=["id.no"]), "", "$.response[1].only[0]"),
    ("unknown-only", lambda f: f.field(type="object", children=SELF, only=["no"]), "", "$.response[1].only[0]"),
    ("bad-method", lambda f: f.get("sample", title=text("乙", "B")), "sample.json", "$.method"),
    ("bad-name", lambda f: f.param(name="a b"), "", "$.params[1].name"),
    ("bad-name", lambda f: f.field(name=""), "", "$.response[1].name"),
    ("system-parameter", lambda f: f.param(name="session"), "", "$.params[1].name"),
    ("duplicate", lambda f: f.param(name="tid"), "", "$.params[1]"),
    ("duplicate", lambda f: f.field(name="thing"), "", "$.response[1]"),
    ("duplicate", lambda f: f.field(type="object", children=[field_row("a")] * 2), "", "$.response[1].children[1]"),
    ("duplicate", lambda f: f.param(choices=choices("a", "a")), "", "$.params[1].choices[1]"),
    ("duplicate", lambda f: f.get(errors=[{"sub_code": "isv.a", "title": text("错", "Wrong")}] * 2), "", "$.errors[1]"),
    ("duplicate", lambda f: f.get(related=["taobao.a.get"] * 2), "", "$.related[1]"),
    ("duplicate", lambda f: f.field(type="object", model="Thing", only=["id", "id"]), "", "$.response[1].only[1]"),
    ("duplicate", lambda f: f.model("Thing", field_row("id"), field_row("id")), "Thing.json", "$.fields[1]"),
    ("duplicate", lambda f: with_platform(f, categories=[{"name": "tool", "title": text("甲", "A")}] * 2), "", ""),
    (
        "model-and-children",
        lambda f: f.field(type="object", model="Thing", children=SELF),
        "",
        "$.response[1].children",
    ),
    ("members-of-a-scalar", lambda f: f.field(children=SELF), "", "$.response[1].type"),
    ("bad-example", lambda f: f.param(type="integer", example="many"), "", "$.params[1].example"),
    ("bad-example", lambda f: f.param(type="object", model="Thing", example='{"no": 1}'), "", "$.params[1].example"),
    ("bad-example", lambda f: f.field(type="integer", example="many"), "", "$.response[1].example"),
    (
        "bad-example",
        lambda f: f.param(type="object", children=[{**good_param("n"), "type": "integer", "example": "x"}]),
        "",
        "$.params[1].children[0].example",
    ),
    ("bad-default", lambda f: f.param(type="integer", maximum=5, default="9"), "", "$.params[1].default"),
    ("bad-default", lambda f: f.param(choices=choices("a", "b"), default="c"), "", "$.params[1].default"),
    ("unknown-field", lambda f: f.param(**a_fields_param("id,no")), "", "$.params[1].example"),
    ("crossed-limits", lambda f: f.param(type="integer", minimum=5, maximum=1), "", "$.params[1].minimum"),
    ("bad-limit", lambda f: f.param(max_length=0), "", "$.params[1].max_length"),
    ("unknown-change", lambda f: f.get(writes=True, effect="sends", changes=["tid", "no"]), "", "$.changes[1]"),
    ("changes-of-a-read", lambda f: f.get(changes=["tid"]), "", "$.changes"),
    ("shows-of-a-read", lambda f: f.get(shows=[shows()]), "", "$.shows"),
    ("shows-of-a-read", lambda f: f.get(effect="changes"), "", "$.effect"),
    ("shows-of-a-read", lambda f: f.get(unseen="no-key"), "", "$.unseen"),
    ("shows-unknown", lambda f: f.shown(method="taobao.nowhere.get"), UPDATE, "$.shows[0].method"),
    ("shows-no-read", lambda f: f.shown_by_a_write(), UPDATE, "$.shows[0].method"),
    ("shows-value", lambda f: f.shown(values=[{"name": "tid", "of": "tid", "text": "1"}]), UPDATE, f"{WAY}.values[0]"),
    ("shows-value", lambda f: f.shown(values=[{"name": "tid"}]), UPDATE, f"{WAY}.values[0]"),
    ("shows-lacks", lambda f: f.shown(values=[]), UPDATE, f"{WAY}.values"),
    ("shows-misfit", lambda f: f.shown(object="nothing"), UPDATE, f"{WAY}.object"),
    ("shows-misfit", lambda f: f.shown(values=[{"name": "tid", "of": "no"}]), UPDATE, f"{WAY}.values[0].of"),
    ("shows-misfit", lambda f: f.shown(values=[{"name": "tid", "of": "tid.in"}]), UPDATE, f"{WAY}.values[0].of"),
    ("shows-misfit", lambda f: f.shown(fields=[{"param": "no", "field": "size"}]), UPDATE, f"{WAY}.fields[0].param"),
    ("shows-misfit", lambda f: f.shown(fields=[{"param": "tid", "field": "no"}]), UPDATE, f"{WAY}.fields[0].field"),
    ("shows-misfit", lambda f: f.shown(keys=[{"param": "tid", "field": "no"}]), UPDATE, f"{WAY}.keys[0].field"),
    ("shows-misfit", lambda f: f.shown(packed=[{"param": "no", "between": ","}]), UPDATE, f"{WAY}.packed[0].param"),
    ("shows-misfit", lambda f: f.packed("tid.size"), UPDATE, f"{WAY}.values[0].of"),
    ("shows-misfit", lambda f: f.adding(), UPDATE, f"{WAY}.fields[0].adds_when.param"),
    ("shows-misfit", lambda f: f.clearing(), UPDATE, f"{WAY}.fields[0].clears_when.param"),
    ("shows-lacks", lambda f: f.paged(), UPDATE, f"{WAY}.paged"),
    ("shows-lists", lambda f: f.nested("tree.rows.ids"), UPDATE, f"{WAY}.values[0].of"),
    ("shown-and-unseen", lambda f: f.update(shows=[shows()], unseen="no-key"), UPDATE, "$.unseen"),
    ("no-effect", lambda f: f.update(effect=None), UPDATE, "$.effect"),
    ("no-sight", lambda f: f.update(unseen=None), UPDATE, "$.shows"),
    ("names-itself", lambda f: f.get(related=[GET]), "", "$.related[0]"),
    ("bad-related", lambda f: f.get(related=["订单"]), "", "$.related[0]"),
    ("dead-end", lambda f: f.retired(), "", "$.retired.instead"),
    ("dead-end", lambda f: f.retired("taobao.nowhere.get"), "", "$.retired.instead"),
    ("bad-docs", lambda f: f.get(docs="open.taobao.com"), "", "$.docs"),
    ("missing-language", lambda f: f.param(summary=text("说明。", " ")), "", "$.params[1].summary"),
    ("wrong-language", lambda f: f.param(summary=text("说明。", "只有中文")), "", "$.params[1].summary"),
    ("wrong-language", lambda f: f.param(summary=text("only English words here", "Words.")), "", "$.params[1].summary"),
    ("markup", lambda f: f.param(summary=text("一<br/>二", "one, two")), "", "$.params[1].summary"),
    ("title-is-method", lambda f: f.get(title=text("样例", GET)), "", "$.title"),
    ("title-twice", lambda f: f.get("taobao.sample.z.get"), "taobao.sample.z.get.json", "$.title"),
    ("repeats", lambda f: f.get(summary=text("样例。", "An API made up for a test.")), "", "$.summary"),
    ("repeats", lambda f: f.get(summary=text("测试用。", "Gets samples from Taobao.")), "", "$.summary"),
    ("repeats", lambda f: f.param(summary=text("编号。", "Id of the trade.")), "", "$.params[1].summary"),
    ("no-summary", lambda f: f.param(summary=None), "", "$.params[1]"),
    ("no-example", lambda f: f.param(required=True), "", "$.params[1]"),
    ("no-changes", lambda f: f.get(writes=True, effect="sends"), "", "$.changes"),
    ("no-docs", lambda f: f.get(docs=None), "", "$.docs"),
    ("no-members", lambda f: f.param(type="object"), "", "$.params[1]"),
    ("untitled-choices", lambda f: f.param(choices=[*choices("a"), {"value": "b"}]), "", "$.params[1].choices"),
    ("idle-limit", lambda f: f.param(maximum=5), "", "$.params[1].maximum"),
    ("idle-limit", lambda f: f.param(max_items=5), "", "$.params[1].max_items"),
    (
        "related-retired",
        lambda f: (f.retired("taobao.sample.update"), f.get(related=["taobao.sample.old.get"])),
        f"{GET}.json",
        "$.related[0]",
    ),
    ("unused-model", lambda f: f.model("Alone", field_row("id")), "Alone.json", "$.name"),
]


def test_a_folder_that_keeps_every_rule_has_no_findings(folder: Samples) -> None:
    assert lint(folder.scan()) == ()


@pytest.mark.parametrize(
    ("rule", "spoil", "file", "where"), BREAKERS, ids=[f"{n}-{row[0]}" for n, row in enumerate(BREAKERS)]
)
def test_a_file_that_breaks_one_rule_is_found_by_it_alone(
    folder: Samples, rule: str, spoil: Callable[[Samples], object], file: str, where: str
) -> None:
    spoil(folder)
    (found,) = lint(folder.scan())
    assert found.rule == rule
    assert found.where.startswith(where)
    assert found.file.endswith(file)


def test_every_rule_has_a_file_that_breaks_it() -> None:
    assert {rule for rule, _spoil, _file, _where in BREAKERS} == RULES.keys()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_whole_in_both_languages(folder: Samples, language: str) -> None:
    say = Language(language)
    sentences = set()
    for number, (_rule, spoil, _file, _where) in enumerate(BREAKERS):
        again = Samples(folder.root.parent / str(number))
        spoil(again)
        sentence = say.render(lint(again.scan())[0].sentence)
        assert not set("{}") & set(sentence.replace('{"no": 1}', "")), sentence
        assert "contract." not in sentence
        sentences.add(sentence)
    assert len(sentences) >= len(RULES)


def test_only_the_files_asked_for_are_looked_at_but_they_may_refer_to_the_others(folder: Samples) -> None:
    path = folder.api("taobao.bad.get", docs="nowhere", response=[field_row("t", type="object", model="Thing")])
    catalog = folder.scan()
    assert {finding.file for finding in lint(catalog)} == {str(path), str(folder.root / f"top/apis/tool/{GET}.json")}
    assert {finding.rule for finding in lint(catalog, {str(path)})} == {"bad-docs"}


def test_a_file_broken_after_the_scan_is_a_finding(folder: Samples) -> None:
    catalog = folder.scan()
    path = folder.write(f"apis/tool/{GET}.json", b"{")
    assert {(finding.rule, finding.file) for finding in lint(catalog)} == {("unusable", str(path))}


def test_a_folder_without_a_platform_file_is_an_error(tmp_path: Path) -> None:
    assert [finding.rule for finding in lint(SpecFolder(tmp_path / "specs", platform=False).scan())] == ["unusable"]


def test_a_list_of_findings_is_the_same_every_time(folder: Samples) -> None:
    folder.retired()
    folder.model("Alone", field_row("id"))

    def seen(catalog: Catalog) -> list[tuple[str, str, str]]:
        return [(finding.file, finding.where, finding.rule) for finding in lint(catalog)]

    assert seen(folder.scan()) == seen(folder.scan())


def test_a_finding_knows_how_grave_it_is() -> None:
    assert Finding("bad-docs", "a.json", "$.docs", {"text": "x"}).severity == "error"
    assert Finding("no-docs", "a.json", "$.docs", {}).severity == "warning"


def test_words_with_notation_are_in_no_wrong_language(folder: Samples) -> None:
    folder.param(summary=text("pid:vid;pid:vid。", "pairs such as 颜色:红色;尺码:110"))
    assert lint(folder.scan()) == ()
