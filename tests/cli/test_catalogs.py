"""`catalog check` and `catalog diff`: what CI reads of them, and what they end with."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from tests.cli.conftest import Command
from tests.core.samples import SpecFolder, field_row
from tests.workbench import TID
from topexplorer.core.catalog import bundled_folder

TRADE = "taobao.trade.fullinfo.get"
SAMPLE = "taobao.sample.get"
DOCS = "https://open.taobao.com/api.htm?docId=1&docType=2"


def sample(folder: SpecFolder, *params: dict[str, Any], **parts: Any) -> Path:
    """An API with no fault but those of its parts."""
    return folder.api(SAMPLE, docs=DOCS, params=list(params), **parts)


def bundled_spec(method: str) -> Path:
    (path,) = bundled_folder().rglob(f"{method}.json")
    return path


def edited(path: Path, **parts: Any) -> dict[str, Any]:
    """The document of a spec file with other parts."""
    document = json.loads(path.read_bytes())
    return {**document, **parts}


@pytest.fixture
def folder(tmp_path: Path) -> SpecFolder:
    return SpecFolder(tmp_path / "home" / "specs")


@pytest.fixture
def other(tmp_path: Path) -> SpecFolder:
    return SpecFolder(tmp_path / "home" / "newer")


# check


def test_every_spec_folder_in_use_is_checked_and_the_bundled_one_has_no_errors(topexplorer: Command) -> None:
    ran = topexplorer("catalog", "check", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["errors"]) == (0, 0)
    assert report["files"] > 500


def test_a_folder_without_faults_ends_with_0_and_prints_only_the_count(
    topexplorer: Command, folder: SpecFolder
) -> None:
    sample(folder)
    ran = topexplorer("catalog", "check", "specs", "--strict")
    assert (ran.code, ran.out, ran.err) == (0, "", "2 files, errors: 0, warnings: 0\n")


def test_an_error_is_one_line_with_file_place_severity_sentence_and_rule(
    topexplorer: Command, folder: SpecFolder
) -> None:
    explained = {"zh": "样例的编号。", "en": "The number of a sample."}
    sample(folder, field_row("n", type="integer", example="many", summary=explained))
    ran = topexplorer("catalog", "check", "specs")
    assert ran.code == 9
    (line,) = ran.out.splitlines()
    assert line.startswith(f"specs/top/apis/tool/{SAMPLE}.json:$.params[0].example: error: the example “many” ")
    assert line.endswith(" [bad-example]")
    assert ran.err == "2 files, errors: 1, warnings: 0\n"


def test_a_sentence_is_in_the_persons_language_and_the_words_for_programs_stay(
    topexplorer: Command, folder: SpecFolder
) -> None:
    folder.api(SAMPLE)
    ran = topexplorer("catalog", "check", "specs", "--lang", "zh")
    assert "$.docs: warning: 没有平台文档链接" in ran.out
    assert "[no-docs]" in ran.out
    assert ran.err == "2 个文件，错误 0 个，警告 1 个\n"


def test_a_warning_fails_only_a_strict_check(topexplorer: Command, folder: SpecFolder) -> None:
    folder.api(SAMPLE)
    assert topexplorer("catalog", "check", "specs").code == 0
    assert topexplorer("catalog", "check", "specs", "--strict").code == 9


def test_json_holds_every_finding_and_the_counts(topexplorer: Command, folder: SpecFolder) -> None:
    folder.api(SAMPLE, docs="nowhere", related=["？"])
    report = json.loads(topexplorer("catalog", "check", "specs", "--json").out)
    assert {key: report[key] for key in ("files", "errors", "warnings")} == {"files": 2, "errors": 2, "warnings": 0}
    assert {(row["rule"], row["severity"], row["where"]) for row in report["findings"]} == {
        ("bad-docs", "error", "$.docs"),
        ("bad-related", "error", "$.related[0]"),
    }
    assert all(row["sentence"] and row["file"].endswith(f"{SAMPLE}.json") for row in report["findings"])


def test_a_file_and_a_part_of_a_folder_are_checked_alone(topexplorer: Command, folder: SpecFolder) -> None:
    folder.api(SAMPLE)
    other = folder.api("taobao.other.get", category="trade", title={"zh": "别的", "en": "Other"})
    for path in (str(other), "specs/top/apis/trade"):
        ran = topexplorer("catalog", "check", path)
        assert ran.err == "1 file, errors: 0, warnings: 1\n"
        assert "taobao.other.get" in ran.out


def test_files_outside_any_spec_folder_are_known_by_their_content(topexplorer: Command, folder: SpecFolder) -> None:
    loose = topexplorer.root / "loose"
    loose.mkdir()
    shutil.copy(sample(folder, response=[field_row("t", type="object", model="Thing")]), loose)
    shutil.copy(folder.model("Thing", field_row("id")), loose)
    loose.joinpath("package.json").write_text('{"name": "x"}', encoding="utf-8")
    assert topexplorer("catalog", "check", "loose", "--strict").err == "2 files, errors: 0, warnings: 0\n"
    loose.joinpath("Thing.json").unlink()
    ran = topexplorer("catalog", "check", f"loose/{SAMPLE}.json")
    assert ran.code == 9
    assert "[unknown-model]" in ran.out


def test_a_folder_without_a_platform_file_is_checked_beside_those_in_use(topexplorer: Command, tmp_path: Path) -> None:
    own = SpecFolder(tmp_path / "home" / "own", platform=False)
    parts = {"docs": DOCS, "category": "trade", "access": "trade"}
    own.api(SAMPLE, **parts, response=[field_row("trade", type="object", platform_type="Trade", model="Trade")])
    assert topexplorer("catalog", "check", "own").code == 0
    own.api(TRADE, **parts)
    ran = topexplorer("catalog", "check", "own")
    assert ran.code == 9
    assert [line.rpartition(" ")[2] for line in ran.out.splitlines()] == ["[method-twice]"]


def test_a_copy_of_the_whole_catalog_stands_for_itself(topexplorer: Command) -> None:
    shutil.copytree(bundled_folder(), topexplorer.root / "copy")
    assert topexplorer("catalog", "check", "copy").code == 0


def test_a_broken_file_is_an_error_like_any_other(topexplorer: Command, folder: SpecFolder) -> None:
    sample(folder)
    folder.write("apis/tool/taobao.broken.get.json", b"{")
    ran = topexplorer("catalog", "check", "specs")
    assert ran.code == 9
    assert "not JSON" in ran.out
    assert "[unusable]" in ran.out


def test_what_a_terminal_would_act_on_is_made_visible(topexplorer: Command, folder: SpecFolder) -> None:
    folder.api(SAMPLE, docs="\x1b[31mred")
    assert "\x1b" not in topexplorer("catalog", "check", "specs").out


@pytest.mark.parametrize("path", ["nowhere", "empty", "empty/notes.json"])
def test_a_path_without_specs_ends_with_2(topexplorer: Command, path: str) -> None:
    (topexplorer.root / "empty").mkdir()
    (topexplorer.root / "empty" / "notes.json").write_text("{}", encoding="utf-8")
    ran = topexplorer("catalog", "check", path)
    assert (ran.code, ran.out) == (2, "")
    assert path in ran.err


# diff


def test_a_catalog_compared_with_itself_is_the_same(topexplorer: Command) -> None:
    ran = topexplorer("catalog", "diff", "bundled", "bundled")
    assert ran.code == 0
    assert [line.rpartition(" ")[2] for line in ran.out.splitlines()] == ["0", "0", "0", "0"]


def test_what_breaks_comes_before_what_does_not(topexplorer: Command, folder: SpecFolder, other: SpecFolder) -> None:
    sample(folder, field_row("a"), field_row("b"), response=[field_row("x")])
    sample(other, field_row("a"), field_row("c"), response=[], summary={"zh": "别的。", "en": "Other."})
    other.api("taobao.more.get")
    ran = topexplorer("catalog", "diff", "specs", "newer")
    assert ran.code == 9
    assert [line.split(maxsplit=2) for line in ran.out.splitlines()] == [
        ["breaking:", "2"],
        [SAMPLE, "b", "the parameter is gone"],
        [SAMPLE, "x", "the answer no longer has the field"],
        ["compatible:", "2"],
        [SAMPLE, "c", "new optional parameter"],
        ["taobao.more.get", "-", "new API"],
        ["texts", "that", "differ: 1"],
        ["saved", "profiles", "that break: 0"],
    ]


def test_what_is_only_added_ends_with_0(topexplorer: Command, folder: SpecFolder, other: SpecFolder) -> None:
    sample(folder)
    sample(other, field_row("a"))
    assert topexplorer("catalog", "diff", "specs", "newer").code == 0
    assert topexplorer("catalog", "diff", "newer", "specs").code == 9


def test_the_members_of_a_shared_model_are_compared(
    topexplorer: Command, folder: SpecFolder, other: SpecFolder
) -> None:
    for place, name in ((folder, "id"), (other, "number")):
        place.model("Thing", field_row(name))
        sample(place, response=[field_row("t", type="object", platform_type="Thing", model="Thing")])
    report = json.loads(topexplorer("catalog", "diff", "specs", "newer", "--json").out)
    assert [(row["kind"], row["where"]) for row in report["breaking"]] == [("field.gone", "t.id")]
    assert [(row["kind"], row["where"]) for row in report["compatible"]] == [("field.added", "t.number")]


def test_a_single_file_is_compared_with_the_same_api_only(topexplorer: Command) -> None:
    path = bundled_spec(TRADE)
    document = edited(path)
    document["params"] = [param for param in document["params"] if param["name"] != "include_oaid"]
    (topexplorer.root / "older.json").write_text(json.dumps(document), encoding="utf-8")
    ran = topexplorer("catalog", "diff", "older.json", "bundled", "--json")
    report = json.loads(ran.out)
    assert (ran.code, report["breaking"]) == (0, [])
    assert [(row["method"], row["where"]) for row in report["compatible"]] == [(TRADE, "include_oaid")]
    assert topexplorer("catalog", "diff", str(path), "bundled", "--json").code == 0


def save(topexplorer: Command, name: str, *words: str) -> None:
    assert topexplorer("profile", "save", name, *words).code == 0


def newer_trade(topexplorer: Command, **parts: Any) -> str:
    """The path of another version of the trade API."""
    path = topexplorer.root / "newer.json"
    path.write_text(json.dumps(edited(bundled_spec(TRADE), **parts)), encoding="utf-8")
    return str(path)


def broken(topexplorer: Command, new: str, code: int = 9) -> list[tuple[str, list[str]]]:
    """The profiles that break from the bundled catalog to `new`, with the sentences."""
    ran = topexplorer("catalog", "diff", "bundled", new, "--json")
    assert ran.code == code, ran.err
    rows = json.loads(ran.out)["profiles"]
    return [(row["name"], [problem["sentence"] for problem in row["problems"]]) for row in rows]


def test_a_profile_breaks_when_its_request_has_a_new_problem(topexplorer: Command) -> None:
    save(topexplorer, "full", TRADE, f"tid={TID}", "fields=tid,status", "include_oaid=true")
    save(topexplorer, "short", TRADE, f"tid={TID}", "fields=tid,status")
    save(topexplorer, "elsewhere", "taobao.time.get")
    params = [row for row in edited(bundled_spec(TRADE))["params"] if row["name"] != "include_oaid"]
    new = newer_trade(topexplorer, params=params)
    assert broken(topexplorer, new) == [
        ("full", ["include_oaid is not a parameter of this API; it is sent all the same"])
    ]
    text = topexplorer("catalog", "diff", "bundled", new).out.splitlines()[-1]
    assert text.split(maxsplit=3)[:3] == ["full", TRADE, "include_oaid"]


def test_profiles_of_an_api_that_is_gone_or_retired_break(
    topexplorer: Command, folder: SpecFolder, other: SpecFolder
) -> None:
    save(topexplorer, "保存", "taobao.sample.get", "a=1")
    sample(folder, field_row("a"))
    other.api("taobao.more.get")
    report = json.loads(topexplorer("catalog", "diff", "specs", "newer", "--json").out)
    assert report["profiles"][0]["problems"] == [{"where": None, "sentence": "the API is gone"}]
    reason = {"reason": {"zh": "旧", "en": "old"}, "instead": ["taobao.more.get"]}
    sample(other, field_row("a"), retired=reason)
    report = json.loads(topexplorer("catalog", "diff", "specs", "newer", "--json").out)
    (problem,) = report["profiles"][0]["problems"]
    assert problem["sentence"] == "the API is retired; call taobao.more.get instead"


def test_a_session_that_is_required_by_now_breaks_profiles_of_environments_without_one(
    topexplorer: Command, folder: SpecFolder, other: SpecFolder
) -> None:
    save(topexplorer, "here", SAMPLE, "a=1")
    save(topexplorer, "there", SAMPLE, "a=1", "--env", "dev")
    sample(folder, field_row("a"))
    sample(other, field_row("a"), session="required")
    report = json.loads(topexplorer("catalog", "diff", "specs", "newer", "--json").out)
    assert [row["name"] for row in report["profiles"]] == ["there"]
    assert report["breaking"][0]["kind"] == "session.required"


DOCUMENT = {
    "id": 1,
    "name": SAMPLE,
    "apiChineseName": "样例",
    "description": "样例。",
    "requestParams": [
        {"name": "a", "type": "String", "required": False, "description": "甲"},
        {"name": "b", "type": "Number", "required": True, "description": "乙"},
    ],
    "responseParams": [{"name": "x", "type": "String", "description": "丙"}],
}


def documents(topexplorer: Command) -> Path:
    path = topexplorer.root / "documents" / "taobao_sample_get.json"
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(DOCUMENT), encoding="utf-8")
    return path


def test_the_platforms_documents_are_compared_without_an_import(topexplorer: Command, folder: SpecFolder) -> None:
    sample(folder, field_row("a"), response=[field_row("x")])
    path = documents(topexplorer)
    archive = topexplorer.root / "documents.zip"
    with ZipFile(archive, "w") as file:
        file.write(path, "documents/taobao_sample_get.json")
    for new in (path, path.parent, archive):
        report = json.loads(topexplorer("catalog", "diff", "specs", str(new), "--json").out)
        assert [(row["kind"], row["where"]) for row in report["breaking"] if row["where"]] == [
            ("param.new_required", "b")
        ]
    assert not topexplorer.paths.imported_file.exists()


def test_what_was_imported_is_a_set_of_its_own(topexplorer: Command, folder: SpecFolder) -> None:
    sample(folder)
    nothing = topexplorer("catalog", "diff", "imported", "specs")
    assert (nothing.code, nothing.out) == (2, "")
    assert "no API has been imported yet" in nothing.err
    assert topexplorer("import", str(documents(topexplorer))).code == 0
    report = json.loads(topexplorer("catalog", "diff", "imported", "specs", "--json").out)
    assert {(row["kind"], row["where"]) for row in report["breaking"]} >= {("param.gone", "a"), ("field.gone", "x")}


def test_a_set_with_a_broken_file_is_not_compared(topexplorer: Command, folder: SpecFolder, other: SpecFolder) -> None:
    sample(folder)
    sample(other)
    other.write("apis/tool/taobao.broken.get.json", b"{")
    ran = topexplorer("catalog", "diff", "specs", "newer")
    assert (ran.code, ran.out) == (8, "")
    assert "taobao.broken.get.json" in ran.err


@pytest.mark.parametrize("path", ["nowhere", "notes.json", "empty"])
def test_a_path_without_apis_ends_with_2(topexplorer: Command, path: str) -> None:
    (topexplorer.root / "empty").mkdir()
    (topexplorer.root / "notes.json").write_text("{}", encoding="utf-8")
    ran = topexplorer("catalog", "diff", path, "bundled")
    assert (ran.code, ran.out) == (2, "")
    assert path in ran.err


def test_a_file_that_is_no_json_says_so(topexplorer: Command) -> None:
    (topexplorer.root / "bad.json").write_text("{", encoding="utf-8")
    ran = topexplorer("catalog", "diff", "bad.json", "bundled")
    assert ran.code == 8
    assert "not JSON" in ran.err
