"""Foreign documents and classes made up for the tests of the importers, and reading them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from topexplorer.core.importers import IMPORTERS
from topexplorer.core.importers.outcome import Imported, Importer, Outcome, Skipped, Source
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.spec import ApiSpec
from topexplorer.core.specfiles import document, examine

METHOD = "taobao.sample.notes.get"
SAID = [Language(name) for name in LANGUAGES]

PYTHON = """'''
made for a test
'''
from top.api.base import RestApi
import os; os.abort()
class NotePictureUploadRequest(RestApi):
\tdef __init__(self,domain='gw.example',port=80):
\t\tRestApi.__init__(self,domain, port)
\t\tself.note_id = None
\t\tself.picture = None
\t\tself.session_key = None
\tdef getapiname(self):
\t\treturn 'taobao.note.picture.upload'
\tdef getMultipartParas(self):
\t\treturn ['picture']
\tdef getTranslateParas(self):
\t\treturn {'session_key': 'session'}
class NotesGetRequest(RestApi):
\tdef getapiname(self):
\t\treturn 'taobao.notes.get'
class Other:
\tpass
"""
REQUEST = """package com.taobao.api.request;
import com.taobao.api.internal.util.RequestCheckUtils;
/**
 * TOP API: taobao.notes.search request
 *
 * @author nobody
 */
public class NotesSearchRequest extends BaseTaobaoRequest<NotesSearchResponse> {
    private static final long serialVersionUID = 1L;
    /**
     * 笔记标题，支持<br/>模糊匹配
     * @since 1.0
     */
    private String noteTitle;
    /** 页码 */
    private Long pageNo;
    /** 开始时间 */
    private Date startTime;
    private String tags; /* a "list" of { texts */
    private FileItem picture;
    /** 筛选条件 */
    private String filter;
    /** 只返回 */
    private String fields;
    private Map<String, String> extra;
    private String notOnTheWire = "{";

    public void setNoteTitle(String noteTitle) {
        this.noteTitle = noteTitle;
    }
    public void setFilter(String filter) {
        this.filter = filter;
    }
    public void setFilter(List<FilterOption> filter) {
        this.filter = new JSONWriter(false,true).write(filter);
    }
    public String getApiMethodName() {
        return "taobao.notes.search";
    }
    public Map<String, String> getTextParams() {
        TaobaoHashMap txtParams = new TaobaoHashMap();
        txtParams.put("note_title", this.noteTitle);
        txtParams.put("page_no", this.pageNo);
        txtParams.put("start_time", this.startTime);
        txtParams.put("tags", this.tags);
        txtParams.put("filter", this.filter);
        txtParams.put("fields", this.fields);
        txtParams.put("extra", this.extra);
        if(this.udfParams != null) {
            txtParams.putAll(this.udfParams);
        }
        return txtParams;
    }
    public Map<String, FileItem> getFileParams() {
        Map<String, FileItem> params = new HashMap<String, FileItem>();
        params.put("picture", this.picture);
        return params;
    }
    public void check() throws ApiRuleException {
        RequestCheckUtils.checkNotEmpty(noteTitle, "noteTitle");
        RequestCheckUtils.checkMaxLength(this.noteTitle, 40, "noteTitle");
        RequestCheckUtils.checkMinValue(pageNo, 1L, "pageNo");
        RequestCheckUtils.checkMaxValue(pageNo, 100L, "pageNo");
        RequestCheckUtils.checkMaxListSize(tags, 20, "tags");
    }
    /**
     * 条件
     */
    public static class FilterOption extends TaobaoObject {
        /** 名称 */
        @ApiField("option_name")
        private String optionName;
    }
}
"""
RESPONSE = """package com.taobao.api.response;
public class NotesSearchResponse extends TaobaoResponse {
    private static final long serialVersionUID = 1L;
    /** 总数 */
    @ApiField("total_results")
    private Long totalResults;
    /** 笔记列表 */
    @ApiListField("notes")
    @ApiField("note")
    private List<Note> notes;
    @ApiListField("labels")
    @ApiField("string")
    private List<String> labels;
    public Long getTotalResults( ) { return this.totalResults; }
}
"""
NOTE = """package com.taobao.api.domain;
/** 笔记 */
public class Note extends TaobaoObject {
    /** 标题 */
    @ApiField("title")
    private String title;
    /** 是否公开 */
    @ApiField("is_public")
    private Boolean isPublic;
    /** 回复 */
    @ApiListField("replies")
    @ApiField("note")
    private List<Note> replies;
    /** 作者 */
    @ApiField("author")
    private Author author;
}
"""
AUTHOR = """public class Author extends TaobaoObject {
    @ApiField("nick") private String nick;
    @ApiField("best") private Note best;
}
"""


def row(name: str, type: object = "String", text: str = "", **more: Any) -> dict[str, Any]:
    """A parameter or field as the platform's documents have it."""
    return {"name": name, "type": type, "description": text, **more}


def official(**parts: Any) -> dict[str, Any]:
    """A short document."""
    return {
        "name": METHOD,
        "apiChineseName": "查询笔记",
        "description": "按编号查询笔记。",
        "id": 12345,
        "requestParams": [row("note_id", "Number", "笔记编号，一次一个", required=True, minValue=1)],
        "responseParams": [row("note", "Note", "笔记", subParams=[row("note_id", "Number", "编号")])],
        **parts,
    }


def full() -> dict[str, Any]:
    """A document with everything that the platform's site answers."""
    document = official(
        labels=[{"key": "2", "displayName": "￥免费"}, {"key": "no_need", "displayName": "不需用户授权"}],
        errorCodes=[
            {"errorCode": "isv.note-not-exist", "errorMsg": "笔记不存在", "solution": "换一个编号"},
            {"errorCode": "1008", "errorMsg": "编号非法", "solution": ""},
        ],
        applyScopes=[{"descprition": "", "name": "笔记查询", "url": "//open.example/1"}],
        rspSampleJson='{\r\n  "note": {}\r\n}',
        rspSampleSimplifyJson="",
        rspSampleXml="<note/>",
        apiErrDemoJson='{"error_response":{"code":50}}',
        apiErrDemoXml="<error_response/>",
        sdkDemos=[{"name": "JAVA", "descprition": "req.setNoteId(1L);"}],
        faqs=[],
        publicParams=[row("method")],
        gmtModified=1696982432000,
    )
    del document["id"]
    document["requestParams"] = [
        row("note_id", "Number", "笔记编号，一次一个", required=True, demoValue="123", defaultValue="", maxLength=None),
        row("fields", "String[]", "返回字段", maxListSize="20", demoValue="note_id", defaultValue="note_id"),
        row("price", "Price", "价格", demoValue="见具体值"),
    ]
    return document


def encoded(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=True).encode()


def read(importer: Importer, *sources: Source) -> list[Outcome]:
    """Everything that the importer says of the files that it takes."""
    found: list[Outcome] = []
    for source in sources:
        if importer.takes(source):
            found += importer.read(source)
    return [*found, *importer.finish()]


def read_any(sources: Iterable[Source]) -> list[Outcome]:
    """The same, each file by the first importer that takes it."""
    importers = [importer() for importer in IMPORTERS]
    found: list[Outcome] = []
    for source in sources:
        taker = next((importer for importer in importers if importer.takes(source)), None)
        found += taker.read(source) if taker else ()
    for importer in importers:
        found += importer.finish()
    return found


def specs(outcomes: Iterable[Outcome]) -> dict[str, ApiSpec]:
    return {outcome.spec.method: outcome.spec for outcome in outcomes if isinstance(outcome, Imported)}


def faults(outcomes: Iterable[Outcome]) -> list[tuple[str, str]]:
    """Place and reason of everything skipped, after checking that both languages have a sentence for it."""
    skipped = [outcome for outcome in outcomes if isinstance(outcome, Skipped)]
    for outcome in skipped:
        for say in SAID:
            assert say.has(outcome.reason.key), outcome.reason.key
            assert "{" in str(outcome.reason.values) or "{" not in say.render(outcome.reason), outcome.reason
    return [(outcome.where, outcome.reason.key) for outcome in skipped]


def assert_all_usable(outcomes: Iterable[Outcome], folder: Path) -> None:
    """Every API passes the examination of a spec file, and is read from it as it was."""
    for spec in specs(outcomes).values():
        path = folder / "examined.json"
        path.write_text(json.dumps(document(spec)), encoding="utf-8")
        assert examine(path, "api") == spec
