"""What the client signs, the sandbox accepts; what was changed on the way, it does not, whatever the change."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import parse_qsl, urlencode

import httpx
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sandbox.test_wire import multipart
from tests.sandbox.wire import FORM, ITEM, NOON, TRADE, Outsider, small
from tests.workbench import Clock, workbench
from topexplorer.assemble import Workbench
from topexplorer.core.call import RequestDraft, SignedRequest, TimestampForm
from topexplorer.core.gateway import GATEWAYS
from topexplorer.core.spec import ApiSpec
from topexplorer.engine.wire import Wire

BEFORE_THE_SIGN_IS_ACCEPTED = frozenset({3, 9, 21, 22, 24, 25, 28, 29, 30, 31, 32, 33, 34, 43, 47})
SIGN_METHODS = ("md5", "hmac", "hmac-sha256")
TEXTS = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(codec=None), max_size=20),  # half characters too
    st.integers().map(str),
    st.sampled_from(
        ["true", "是", "-3d", "a,b，c", " x ", "a=b&c=d", "%41", "+", "\r\n", "\x00", '{"a":[1]}', '"', "é"]
    ),
)
NAMES = st.one_of(st.text(min_size=1, max_size=12), st.sampled_from(["partner_id", "a b", "a=b", 'q"', "日期", "Sign"]))


@cache
def bench() -> Workbench:
    """The client and the sandbox as the program puts them together; its files go with the process."""
    folder = TemporaryDirectory()
    _folders.append(folder)
    (Path(folder.name) / "picture.jpg").write_bytes(b"\xff\xd8--\r\n" * 50)
    return workbench(Path(folder.name), clock=Clock(NOON))


_folders: list[TemporaryDirectory[str]] = []


@st.composite
def drafts(draw: st.DrawFn) -> RequestDraft:
    """Any form of any API in the catalog, filled in with anything."""
    catalog = bench().catalog
    spec = catalog[draw(st.sampled_from(sorted(catalog.entries)))]
    plain = [param.name for param in spec.params if param.type != "file"]
    filled = draw(st.lists(st.sampled_from(plain), unique=True, max_size=8)) if plain else []
    values = {name: draw(TEXTS) for name in filled}
    values |= draw(st.dictionaries(NAMES, TEXTS, max_size=2))
    return RequestDraft(
        spec.method,
        values,
        files=_files(spec) if draw(st.booleans()) else {},
        format=draw(st.sampled_from(["json", "xml"])),
        simplify=draw(st.booleans()),
        sign_method=draw(st.sampled_from(SIGN_METHODS)),
    )


def _files(spec: ApiSpec) -> dict[str, str]:
    return {param.name: f"{_folders[0].name}/picture.jpg" for param in spec.params if param.type == "file"}


def sent(signed: SignedRequest) -> int:
    """The code with which the sandbox answers what the client puts on the wire; 0 for an answer."""
    wire = Wire(httpx.ASGITransport(app=bench().sandbox), 30)
    assert asyncio.run(wire.post(signed)) == 200
    return bench().sandbox.log[-1].code


@settings(max_examples=150)
@given(drafts())
@example(RequestDraft("taobao.time.get", {'q"': "\r\n\x00", "a=b": "&"}))
@example(RequestDraft("taobao.time.get", {"a\udc80": "\ud800"}))
def test_whatever_the_client_signs_has_a_right_sign(draft: RequestDraft) -> None:
    signed = bench().engine.prepare(draft)
    retired = bench().catalog[draft.api].retired is not None
    assert (sent(signed) in BEFORE_THE_SIGN_IS_ACCEPTED) == retired


@settings(max_examples=80)
@given(st.dictionaries(NAMES, TEXTS, max_size=4), st.sampled_from(SIGN_METHODS))
@example({'q"': "\r\n\x00", "a\r\nb": "--x", "a=b": "&", "\\": "\\"}, "md5")
def test_texts_beside_a_file_have_a_right_sign(values: dict[str, str], sign_method: str) -> None:
    files = _files(bench().catalog["taobao.item.img.upload"])
    draft = RequestDraft("taobao.item.img.upload", {"num_iid": "1", **values}, files=files, sign_method=sign_method)
    assert sent(bench().engine.prepare(draft)) not in BEFORE_THE_SIGN_IS_ACCEPTED


def test_every_api_of_the_catalog_accepts_the_clients_sign_in_both_timestamp_forms() -> None:
    catalog = bench().catalog
    for method in catalog.entries:
        spec = catalog[method]
        values = {param.name: param.example for param in spec.params if param.example and param.type != "file"}
        code = sent(bench().engine.prepare(RequestDraft(method, values, files=_files(spec))))
        assert (code in BEFORE_THE_SIGN_IS_ACCEPTED) == (spec.retired is not None), (method, code)


@dataclass(frozen=True)
class Sent:
    """A correct call as its bytes, in one of the ways an SDK may send it."""

    query: bytes
    body: bytes
    content_type: str

    def spoiled(self, place: int, what: str, byte: int) -> Sent:
        """One byte of query and body replaced, put in, or taken out."""
        place %= len(self.query) + len(self.body)
        in_query = place < len(self.query)
        old = self.query if in_query else self.body
        at = place if in_query else place - len(self.query)
        new = old[:at] + (b"" if what == "without" else bytes([byte])) + old[at + (what != "with") :]
        return Sent(new, self.body, self.content_type) if in_query else Sent(self.query, new, self.content_type)

    def meant(self) -> object:
        """The parameters and the text that are signed; blank values mean nothing. None for what cannot be read."""
        try:
            if self.content_type == FORM:
                parts = [pair for text in (self.query, self.body) for pair in text.split(b"&") if b"=" in pair]
                pairs = parse_qsl(b"&".join(parts).decode(), keep_blank_values=True, errors="strict")
                return sorted(pair for pair in pairs if pair[1]), ""
            call = GATEWAYS["top"].parse(self.query, self.content_type, self.body)
        except ValueError:
            return None
        return sorted(pair for pair in call.params if pair[1]), call.body


@cache
def outsider() -> Outsider:
    return Outsider(small())


BUSINESS = {
    "fields": "title,parts",
    "q": "a b",
    "extra": '{"备注":"a=b&c+d%20"}',
    "names": "a,b",
    "ids": "12,3",
    "nick": "",
}


def ways() -> Iterator[tuple[str, Sent]]:
    """One call in every way it may travel, in every sign method."""
    for sign_method in SIGN_METHODS:
        params = outsider().system("taobao.sample.things.get", sign_method=sign_method) | BUSINESS
        signed = outsider().signed(params)
        system = {name: text for name, text in signed.items() if name not in BUSINESS}
        yield f"body/{sign_method}", Sent(b"", urlencode(signed).encode(), FORM)
        yield f"query/{sign_method}", Sent(urlencode(signed).encode(), b"", FORM)
        yield f"both/{sign_method}", Sent(urlencode(system).encode(), urlencode(BUSINESS).encode(), FORM)
        kind = "multipart/form-data; boundary=xyz"
        yield f"multipart/{sign_method}", Sent(urlencode(system).encode(), multipart(BUSINESS, {}, "xyz"), kind)
        text = '{"note":"测试","more":[1,2]}'
        query = urlencode(outsider().signed(params, text)).encode()
        yield f"json/{sign_method}", Sent(query, text.encode(), "application/json;charset=utf-8")


WAYS = dict(ways())


def code_of(call: Sent) -> int:
    """The code of the answer, 0 when it is none."""
    status, _headers, _body = outsider().send_raw("POST", call.query, call.body, call.content_type.encode())
    assert status == 200
    return outsider().sandbox.log[-1].code


@pytest.mark.parametrize("way", WAYS)
def test_a_call_is_accepted_in_every_way_it_may_travel(way: str) -> None:
    assert code_of(WAYS[way]) == 0


@settings(max_examples=600)
@given(
    st.sampled_from(sorted(WAYS)),
    st.integers(0, 2000),
    st.sampled_from(["instead", "with", "without"]),
    st.one_of(st.integers(0, 255), st.sampled_from(list(b'&=%+;" -\r\n0aA'))),
)
def test_no_call_with_one_changed_byte_is_accepted_with_other_values(
    way: str, place: int, what: str, byte: int
) -> None:
    right = WAYS[way]
    changed = right.spoiled(place, what, byte)
    code = code_of(changed)
    assert code in BEFORE_THE_SIGN_IS_ACCEPTED or changed.meant() == right.meant(), (code, changed)


@pytest.mark.parametrize("byte", b"&=+")
def test_no_byte_of_a_form_can_be_replaced_by_a_telling_one(byte: int) -> None:
    for way in ("both/md5", "multipart/hmac"):
        right = WAYS[way]
        for place in range(len(right.query) + len(right.body)):
            changed = right.spoiled(place, "instead", byte)
            if changed != right and code_of(changed) not in BEFORE_THE_SIGN_IS_ACCEPTED:
                assert changed.meant() == right.meant(), changed


def test_a_form_does_not_pass_as_a_signed_text_nor_a_text_as_a_form() -> None:
    form, text = WAYS["both/md5"], WAYS["json/md5"]
    assert code_of(Sent(form.query, form.body, "text/plain")) == 25
    assert code_of(Sent(text.query, text.body, FORM)) == 25
    assert code_of(Sent(text.query, b"", "application/json;charset=utf-8")) == 25


@pytest.mark.parametrize("form", ["text", "ms"])
def test_both_timestamp_forms_of_the_client_are_accepted(form: TimestampForm, tmp_path: Path) -> None:
    settings_file = tmp_path / "config" / "config.toml"
    settings_file.parent.mkdir(parents=True, exist_ok=True)
    settings_file.write_text(f'[environments.sandbox]\ntimestamp = "{form}"\n')
    mine = workbench(tmp_path, clock=Clock(NOON))
    signed = mine.engine.prepare(RequestDraft("taobao.trade.fullinfo.get", {"tid": str(TRADE), "fields": "tid"}))
    assert (len(dict(signed.params)["timestamp"]) == 13) == (form == "ms")
    wire = Wire(httpx.ASGITransport(app=mine.sandbox), 30)
    assert asyncio.run(wire.post(signed)) == 200
    assert mine.sandbox.log[-1].code == 0
    assert str(ITEM) not in repr(mine.sandbox.log)
