"""SDK packages are read as text: what their classes say becomes specs, and nothing of them ever runs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.foreign import AUTHOR, NOTE, PYTHON, REQUEST, RESPONSE, assert_all_usable, faults, read, read_any, specs
from topexplorer.core.importers.outcome import Outcome, Source
from topexplorer.core.importers.sdkjava import NO_ANSWER, JavaSdk
from topexplorer.core.importers.sdkpython import MAX_BYTES, PythonSdk
from topexplorer.core.spec import ApiSpec

# Python


def python(source: str | bytes) -> list[Outcome]:
    content = source if isinstance(source, bytes) else source.encode()
    return read(PythonSdk(), Source("top/api/rest/NoteRequest.py", content))


def test_a_python_class_gives_the_method_and_the_names_of_its_parameters() -> None:
    found = specs(python(PYTHON))
    assert list(found) == ["taobao.note.picture.upload", "taobao.notes.get"]
    spec = found["taobao.note.picture.upload"]
    assert [(param.name, param.type) for param in spec.params] == [
        ("note_id", "string"),
        ("picture", "file"),
        ("session", "string"),
    ]
    assert (spec.writes, spec.session, spec.response) == (True, "optional", ())
    assert spec.uncertain is not None
    assert spec.origin is not None
    assert spec.origin.kind == "sdk-python"


def test_python_that_is_no_request_is_no_document() -> None:
    assert python("class RestApi(object):\n\tdef getResponse(self): pass\n") == []


@pytest.mark.parametrize(
    ("source", "where", "key"),
    [
        ("def getapiname(:\n", "1:16", "import.bad_source"),
        ("x = 1\nclass A:\n def getapiname(self): return 'a b'\n", "3:2", "import.bad_method"),
        ("class A:\n def getapiname(self): return compute()\n", "2:2", "import.no_method"),
        ("class A:\n def getapiname(self): pass\n", "2:2", "import.no_method"),
        ("def getapiname(): pass\n" + "x = " + "(" * 100_000, "", "import.bad_source"),
        ("# def getapiname\n" + "-" * 100_000 + "1", "", "import.bad_source"),
        ("# def getapiname\nx = 1" + "+1" * 60_000, "", "import.bad_source"),
        ("# def getapiname\nx = a" + ".a" * 60_000, "", "import.bad_source"),
        ("# def getapiname" + " " * MAX_BYTES, "", "import.source_too_large"),
        ("# def getapiname \0", "", "import.bad_source"),
        ("# def getapiname 名".encode("gbk"), "1:18", "import.not_utf8"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_python_that_cannot_be_used_is_skipped_with_line_and_column(source: str | bytes, where: str, key: str) -> None:
    (found,) = faults(python(source))
    assert found[1] == key
    assert found[0] == where or key == "import.bad_source"


def test_a_name_that_python_allows_and_the_wire_does_not_is_refused() -> None:
    source = "class A:\n def __init__(self):\n  self.x = None\n def getapiname(self): return 'a.get'\n"
    translated = source + " def getTranslateParas(self): return {'x': 'a b\\x1b'}\n"
    assert faults(python(translated)) == [("3:3", "import.bad_name")]


# Java


def java(*sources: str) -> list[Outcome]:
    files = [Source(f"com/taobao/api/{number}.java", text.encode()) for number, text in enumerate(sources)]
    return read(JavaSdk(), *files)


@pytest.fixture
def notes() -> ApiSpec:
    """The API of the whole SDK, its files in an order in which each needs one that comes later."""
    return specs(java(REQUEST, RESPONSE, NOTE, AUTHOR))["taobao.notes.search"]


def test_a_java_request_gives_parameters_with_types_texts_and_limits(notes: ApiSpec) -> None:
    params = {param.name: param for param in notes.params}
    assert [(param.name, param.type, param.many) for param in notes.params] == [
        ("note_title", "string", False),
        ("page_no", "integer", False),
        ("start_time", "datetime", False),
        ("tags", "string", True),
        ("picture", "file", False),
        ("filter", "object", True),
        ("fields", "fields", False),
        ("extra", "json", False),
    ]
    title, page = params["note_title"], params["page_no"]
    assert (title.required, title.max_length, title.title.zh) == (True, 40, "笔记标题")
    assert title.summary is not None
    assert title.summary.zh == "笔记标题，支持\n模糊匹配"
    assert (page.required, page.minimum, page.maximum, params["tags"].max_items) == (False, 1, 100, 20)
    assert [(child.name, child.title.zh) for child in params["filter"].children] == [("option_name", "名称")]
    assert not notes.writes


def test_a_java_response_gives_the_answer_with_its_domain_classes(notes: ApiSpec) -> None:
    total, listed, labels = notes.response
    assert (total.name, total.type, total.title.zh) == ("total_results", "integer", "总数")
    assert (listed.name, listed.platform_type, listed.many) == ("notes", "Note", True)
    assert (labels.type, labels.many) == ("string", True)
    assert [child.name for child in listed.children] == ["title", "is_public", "replies", "author"]


def test_a_class_inside_itself_is_filled_in_once(notes: ApiSpec) -> None:
    _title, _public, replies, author = notes.response[1].children
    assert (replies.children, replies.platform_type, replies.many) == ((), "Note", True)
    assert [(child.name, child.children) for child in author.children] == [("nick", ()), ("best", ())]


def test_a_request_without_its_response_says_so() -> None:
    spec = specs(java(REQUEST))["taobao.notes.search"]
    assert (spec.uncertain, spec.response) == (NO_ANSWER, ())


def test_java_that_is_no_part_of_an_sdk_is_no_document() -> None:
    assert java('public class Main { public static void main(String[] a) { put("x", y); } }') == []


@pytest.mark.parametrize(
    ("source", "key"),
    [
        (REQUEST.replace("taobao.notes.search", "notes search\\u001b"), "import.bad_method"),
        (REQUEST.replace('"page_no"', '"page no"'), "import.bad_name"),
        (REQUEST + " " * 2 * 1024 * 1024, "import.source_too_large"),
    ],
)
def test_java_that_cannot_be_used_is_skipped(source: str, key: str) -> None:
    assert [found[1] for found in faults(java(source))] == [key]


def test_classes_that_name_each_other_without_end_become_a_reason(tmp_path: Path) -> None:
    count = 40
    fields = "".join(f'@ApiField("f{n}") private C{n} f{n};' for n in range(count))
    classes = [f"public class C{n} extends TaobaoObject {{ {fields} }}" for n in range(count)]
    outcomes = java(REQUEST, RESPONSE.replace("List<Note>", "List<C0>"), *classes)
    assert [key for _where, key in faults(outcomes)] in (["import.too_many_parts"], ["import.too_deep"])


@pytest.mark.parametrize(
    "piece", ["/*", '"', "'", "{", "class A {", "@ApiField(", "private ", "/** * ", "\n", "JSONWriter", "put("]
)
def test_a_java_file_of_megabytes_of_half_a_thing_is_read_at_once(piece: str) -> None:
    text = "/* getApiMethodName */" + piece * (400_000 // len(piece))
    assert specs(java(text)) == {}


PIECES = st.sampled_from(
    'class A extends TaobaoObject { } ( ) ; private String x @ApiField ( "n" ) List < > /** */ // \n getApiMethodName '
    'return "a.get" put this . = new JSONWriter , 5 " \' check checkMaxLength'.split(" ")
)


@given(st.lists(PIECES, max_size=60).map(" ".join))
def test_no_java_whatever_raises(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    outcomes = java("getApiMethodName " + text, REQUEST[:800] + text + REQUEST[800:])
    faults(outcomes)
    assert_all_usable(outcomes, tmp_path_factory.getbasetemp())


@given(st.integers(0, len(PYTHON)), st.text(max_size=10))
def test_no_python_whatever_raises(tmp_path_factory: pytest.TempPathFactory, place: int, text: str) -> None:
    source = PYTHON[:place] + text + PYTHON[place:]
    outcomes = read_any([Source("a.py", source.encode("utf-8", "replace"))])
    faults(outcomes)
    assert_all_usable(outcomes, tmp_path_factory.getbasetemp())
