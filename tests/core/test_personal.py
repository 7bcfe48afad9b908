"""Personal data is found by name and by looks and replaced by fakes of the same shape; everything else survives."""

from __future__ import annotations

import json
import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import exchange
from topexplorer.core.call import Answer, NoAnswer, Refusal, RequestDraft
from topexplorer.core.disguise import hidden_exchange, with_placeholders, without_personal
from topexplorer.core.fakes import check_digit, fake, stars
from topexplorer.core.personal import Disguise
from topexplorer.core.personalnames import BY_NAME, SPARED, Kind, kind_of
from topexplorer.core.text import cell_width

KEY = b"a key of this test"
REAL: dict[Kind, tuple[str, ...]] = {
    "name": ("张三", "欧阳小明", "Li Lei", "张*"),
    "mobile": ("13812345678", "+86 138-1234-5678", "138****5678"),
    "phone": ("0571-88155188", "010-62345678"),
    "email": ("li.lei@163.com",),
    "address": ("文三路478号3栋2单元501室", "浙江省杭州市西湖区转塘街道", "12 Main St"),
    "zip": ("310012",),
    "nick": ("tb小星78", "sandbox_b", "t**3"),
    "id": ("2088123412341234", "AAHf7c-kAAYz", "https://a.example/u/123.jpg"),
    "idcard": ("110101199003074514",),
    "birthday": ("1990-03-07",),
    "ip": ("203.0.113.195",),
    "geo": ("30.274085",),
    "words": ("请送到门卫，谢谢 Li",),
    "shop": ("某某旗舰店",),
    "app": ("23456789",),
}
CASES = [(kind, text) for kind, texts in REAL.items() for text in texts]


@pytest.mark.parametrize(("kind", "text"), CASES)
def test_a_fake_has_the_shape_of_the_real_thing(kind: Kind, text: str) -> None:
    made = fake(kind, text, KEY)
    assert made != text
    assert made == fake(kind, text, KEY)
    assert made != fake(kind, text, b"another key")
    assert [cell_width(char) for char in made] == [cell_width(char) for char in text]
    shape = [(char.isdigit(), char.isalpha(), char.isascii()) for char in text]
    assert kind == "idcard" or [(char.isdigit(), char.isalpha(), char.isascii()) for char in made] == shape
    shapes = {"mobile": r"(\+86 )?1[3-9]\d[-*\d]+", "phone": r"0\d{2,3}-\d+", "email": r"\S+@\S+\.com"}
    assert re.fullmatch(shapes.get(kind, ".*"), made)


def test_every_kind_has_fakes_and_names() -> None:
    assert set(REAL) == set(get_args(Kind)) == set(BY_NAME.values())


def test_special_fakes_stay_valid() -> None:
    made = fake("idcard", "110101199003074514", KEY)
    assert check_digit(made[:17]) == made[17]
    assert 1960 <= int(fake("birthday", "1990-03-07", KEY)[:4]) <= 2004
    assert all(int(octet) < 256 for octet in fake("ip", "203.0.113.195", KEY).split("."))
    assert fake("address", "文三路478号", KEY)[2::4] == "路号"
    assert fake("nick", "***", KEY) == "***"


@given(st.sampled_from(get_args(Kind)), st.text(max_size=30))
def test_any_text_gets_a_fake_as_wide_as_it_is(kind: Kind, text: str) -> None:
    assert len(fake(kind, text, KEY)) == len(text)
    assert stars(kind, text) is not None


def test_stars_leave_enough_to_tell_two_apart() -> None:
    assert stars("name", "张小明") == "张**"
    assert stars("mobile", "13812345678") == "138****5678"
    assert stars("idcard", "110101199003074514") == "1*************4514"
    assert stars("email", "lilei@163.com") == "l***@163.com"
    assert stars("address", "浙江省杭州市西湖区文三路478号") == "浙江省杭州市西湖区***"
    assert stars("address", "文三路478号") == "***"
    assert stars("nick", "小星tb78") == "小***8"
    assert [stars("phone", text) for text in ("8888666", "88886666")] == ["******6", "******66"]


@pytest.mark.parametrize(
    ("address", "region"),
    [
        ("浙江省 杭州市 西湖区 文三路1号", "浙江省 杭州市 西湖区"),
        ("北京市朝阳区建国路", "北京市朝阳区"),
        ("上海市浦东新区张江", "上海市浦东新区"),
        ("江苏省苏州市昆山市花桥镇", "江苏省苏州市昆山市"),
        ("四川省凉山彝族自治州西昌市", "四川省凉山彝族自治州西昌市"),
        ("河北省石家庄市赵县", "河北省石家庄市赵县"),
        ("内蒙古自治区呼和浩特市新城区", "内蒙古自治区呼和浩特市新城区"),
        ("浙江省杭州市翡翠小区3幢", "浙江省杭州市"),
        ("北京市朝阳门内大街 8 号", "北京市"),
        ("北京市望京西园四区", "北京市"),
        ("杭州市万科东区3幢", "杭州市"),
        ("杭州市阳光城市花园3幢", "杭州市"),
        ("浙江省杭州市四季社区3号", "浙江省杭州市"),
        ("蒋村街道文三路100号翡翠小区3幢2单元1201室", ""),
        ("文三路 99 号北京朝阳小区 3 幢 1201", ""),
        ("望京西园四区 410 楼 1201 室", ""),
        ("科技园区 5 号", ""),
        ("阳光城市花园3幢", ""),
        ("华联超市楼上", ""),
    ],
)
def test_of_an_address_only_the_region_that_it_begins_with_is_left(address: str, region: str) -> None:
    assert stars("address", address) == f"{region}***"


@given(st.sampled_from(get_args(Kind)), st.text(min_size=1, max_size=30))
def test_stars_always_hide_something(kind: Kind, text: str) -> None:
    assert "*" in stars(kind, text) or not text.strip()


TRADE = {
    "tid": 3141592653589793238,
    "oid_str": "3141592653589793239",
    "num_iid": 13812345678,
    "outer_iid": "13812345678",
    "title": "夏季新款 iPhone 13812 壳 2026-01-12",
    "price": "138.00",
    "created": "2026-01-12 13:01:02",
    "modified_ms": "1389512345678",
    "out_sid": "YT1381234567890",
    "receiver_state": "浙江省",
    "receiver_city": "杭州市",
    "pic_path": "https://img.example/13812345670/a.jpg",
    "receiver_name": "张小明",
    "receiver_mobile": "13812345678",
    "receiver_phone": "",
    "receiver_address": "文三路478号\t3栋",
    "buyer_nick": "tb小星78",
    "buyer_open_uid": "AAHf7c-kAAYz",
    "user_id": 2088001,
    "buyer_memo": "急，电话 13912345678 或 lilei@163.com",
    "promo": "拨打 13912345678 或 0571-88155188",
    "card": "证件 110101199003074514，不是 110101199003074515",
    "seller_nick": "童装小铺",
    "buyer_nicks": {"string": ["tb小星78", "别人"]},
    "contact": {"name": "李雷", "phone": "010-62345678"},
    "prop": {"name": "颜色", "value": "红"},
    "content": json.dumps({"buyer_nick": "tb小星78", "tid": 3141592653589793238}, ensure_ascii=False),
}
KEPT = (
    *("tid", "oid_str", "num_iid", "outer_iid", "title", "price", "created", "modified_ms", "out_sid"),
    *("receiver_state", "receiver_city", "receiver_phone", "prop", "pic_path"),
)
GONE = ("张小明", "文三路478号", "tb小星78", "AAHf7c", "2088001", "13912345678", "lilei", "88155188", "62345678")


def test_a_document_keeps_everything_that_is_not_personal() -> None:
    disguise = Disguise(KEY)
    for ascii_only in (True, False):
        body = json.dumps({"trade": TRADE}, ensure_ascii=ascii_only, indent=1).encode()
        hidden = json.loads(disguise.body(body))["trade"]
        assert {name: hidden[name] for name in KEPT} == {name: TRADE[name] for name in KEPT}
        text = json.dumps(hidden, ensure_ascii=False)
        assert [part for part in (*GONE, "李雷", "110101199003074514", "童装小铺") if part in text] == []
        assert hidden["card"].endswith("，不是 110101199003074515")
        assert re.fullmatch(r"1[3-9]\d{9}", hidden["receiver_mobile"])
        assert hidden["buyer_nicks"]["string"][0] == hidden["buyer_nick"]
        assert json.loads(hidden["content"])["buyer_nick"] == hidden["buyer_nick"]
        assert json.loads(hidden["content"])["tid"] == TRADE["tid"]
        assert isinstance(hidden["user_id"], int)


def test_only_what_is_personal_changes_in_the_bytes() -> None:
    body = b'{"a" : [1,\t{"receiver_mobile":"13812345678" ,"price": 1.10}],  "b":"\\u5f20 \xff"}'
    hidden = Disguise(KEY).body(body)
    assert len(hidden) == len(body)
    assert re.sub(rb'(?<=mobile":")\d+', b"13812345678", hidden) == body
    assert hidden != body
    plain = b'{"tid": 3141592653589793238, "title": "\\u5f20", "items": [1, 2]}'
    assert Disguise(KEY).body(plain) is plain


def test_stars_keep_json_readable_and_spare_the_own_shop() -> None:
    hidden = json.loads(Disguise(b"", "stars").body(json.dumps(TRADE).encode()))
    assert hidden["receiver_mobile"] == "138****5678"
    assert hidden["user_id"] == "***"
    assert hidden["seller_nick"] == "童装小铺"
    assert hidden["num_iid"] == TRADE["num_iid"]


def test_xml_is_rewritten_the_same_way() -> None:
    body = (
        "<trade><tid>3141592653589793238</tid><receiver_name>张&amp;三</receiver_name><num_iid>13812345678</num_iid>"
        '<buyer_nicks list="true"><string>tb小星78</string><string>x</string></buyer_nicks>'
        "<memo>13912345678</memo></trade>"
    ).encode()
    hidden = Disguise(KEY).body(body).decode()
    assert "<tid>3141592653589793238</tid>" in hidden
    assert "<num_iid>13812345678</num_iid>" in hidden
    assert [part for part in ("张", "三", "tb小星78", "13912345678") if part in hidden] == []
    assert hidden.count("&amp;") == 1


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_any_json_stays_json_of_the_same_structure(document: object) -> None:
    for style in ("fake", "stars"):
        hidden = json.loads(Disguise(KEY, style).body(json.dumps({"nick": document}).encode()))
        assert hidden.keys() == {"nick"}


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-12 13:01:02",
        "3141592653589793238",
        "￥138.00 × 2",
        "v1.13.812345678",
        "X13812345678",
        "13812345678901",
        "order_13812345678",
        "110101199003074515",
        "a@b",
        "5f1e0c9a13812345678a7b3d",
        "0571-881551888888",
        "UPC 036000291452",
        "运单 031234567890",
    ],
)
def test_what_only_resembles_personal_data_survives(text: str) -> None:
    assert Disguise(KEY).text(text) == text


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("派件员：李师傅-13812345678 正在派件", "13812345678"),
        ("13812345678-杭州西湖站", "13812345678"),
        ("李四_13812345678_杭州", "13812345678"),
        ("手机号.13812345678", "13812345678"),
        ("tel13812345678", "13812345678"),
        ("Mobile-13812345678", "13812345678"),
        ("buyer_mobile_13812345678", "13812345678"),
        ("13812345678-13912345678", "13912345678"),
        ("18412345678-1234", "18412345678-1234"),
        ("0571-88886666-8001", "88886666-8001"),
        ("电话0571-88886666转8001", "88886666"),
        ("010 62345678", "62345678"),
        ("邮箱\nli.lei@163.com", "li.lei"),
        ("电话\n13812345678\n", "13812345678"),
        ("证件-110101199003074514", "110101199003074514"),
    ],
)
def test_a_number_is_found_beside_hyphens_and_letters_of_another_script(text: str, hidden: str) -> None:
    for style in ("fake", "stars"):
        disguise = Disguise(KEY, style)
        assert hidden not in disguise.text(text)
        for ascii_only in (True, False):
            body = json.dumps({"status_desc": text, "tail": "x"}, ensure_ascii=ascii_only)
            shown = json.loads(disguise.body(body.encode()))
            assert hidden not in shown["status_desc"]
            assert [char for char in shown["status_desc"] if not char.isascii()] == [c for c in text if not c.isascii()]


NAMES = st.text(alphabet="王李张伟敏静沈曾彭岚汀沐", min_size=2, max_size=3)


@given(st.lists(NAMES, unique=True, max_size=30))
def test_whoever_has_the_name_of_a_fake_gets_a_fake_too_and_the_first_stays(names: list[str]) -> None:
    disguise = Disguise(KEY)
    first = {name: disguise.value("receiver_name", name) for name in names}
    for name in (*first.values(), *names):
        assert disguise.value("buyer_nick", name) != name
    assert {name: disguise.value("receiver_name", name) for name in names} == first
    body = json.dumps([{"receiver_name": name} for name in (*names, *first.values())], ensure_ascii=False).encode()
    once, again = json.loads(disguise.body(body)), json.loads(disguise.body(body))
    assert once == again
    assert [one["receiver_name"] for one in once[: len(names)]] == list(first.values())
    assert [one for one, real in zip(once, json.loads(body), strict=True) if one == real] == []


def test_one_person_has_one_fake_whatever_a_field_calls_him() -> None:
    for text in ("张小明", "13812345678", "li.lei@163.com", "tb_xiaoming"):
        disguise = Disguise(KEY)
        names = ("buyer_nick", "receiver_name", "alipay_id", "memo", "receiver_mobile")
        assert len({disguise.value(name, text) for name in names}) == 1, text
        alone = {fake(kind, text, KEY) for kind in ("nick", "name", "id")}
        assert len(alone) == 1 or text == "张小明"
    assert fake("nick", "张小明", KEY) == fake("name", "张小明", KEY)
    assert re.fullmatch(r"1[3-9]\d{9}", fake("nick", "13812345678", KEY))


def test_a_literal_is_the_fake_of_no_other() -> None:
    made = fake("nick", "张小明", KEY)
    disguise = Disguise(KEY, literals={made: "shop"})
    assert disguise.value("nick", "张小明") not in ("张小明", made)
    assert disguise.text(disguise.value("nick", "张小明")) == disguise.value("nick", "张小明")


def test_fakes_are_consistent_and_never_disguised_twice() -> None:
    disguise = Disguise(KEY, literals={"童装小铺": "shop", "23456789": "app"})
    once = disguise.text("app 23456789 of 童装小铺, call 13812345678")
    assert disguise.text(once) == once
    assert disguise.value("seller_nick", "童装小铺") in once
    assert disguise.value("nick", "童装小铺") in once
    assert disguise.value("app_key", "23456789") in once
    assert disguise.value("mobile", "13812345678") in once
    assert disguise.text("123456789 and 234567890") == "123456789 and 234567890"
    shown = disguise.value("nick", "童装小铺")
    assert disguise.text("童装…") == f"{shown[:2]}…"


def test_literals_of_a_form_are_hidden_until_the_form_says_something_else() -> None:
    disguise = Disguise(KEY, literals={"童装小铺": "shop"})
    disguise.typed({"张小明": "name"})
    assert "张小明" not in disguise.text("送给张小明")
    disguise.typed({"李雷雷": "name"})
    assert disguise.text("送给张小明") == "送给张小明"
    assert "童装小铺" not in disguise.text("童装小铺")


def test_several_values_with_commas_are_faked_one_by_one() -> None:
    disguise = Disguise(KEY)
    first, second = disguise.value("nicks", "sandbox_b,tb小星78").split(",")
    assert first == disguise.value("nick", "sandbox_b")
    assert second == disguise.value("nick", "tb小星78")
    assert json.loads(disguise.value("param0", '{"mobile":"13812345678","n":1}'))["n"] == 1
    assert "13812345678" not in disguise.value("param0", '{"mobile":"13812345678","n":1}')


def test_names_are_known_in_camel_case_too_and_ids_are_spared() -> None:
    assert kind_of("receiverMobile") == kind_of("receiver-mobile") == "mobile"
    assert kind_of("title") is None
    spared = ("tid", "num_iid", "out_sid", "pic_url", "created", "price")
    assert [name for name in spared if not SPARED.search(name)] == []
    assert [name for name in ("promo", "content", "memo", "remark") if SPARED.search(name)] == []


def test_an_exchange_is_hidden_in_all_its_parts() -> None:
    draft = RequestDraft("taobao.sample.get", {"receiver_name": "张小明", "tid": "1"})
    disguise = Disguise(KEY)
    for outcome in (
        Answer(b'{"x_response":{"receiver_name":"\xe5\xbc\xa0\xe5\xb0\x8f\xe6\x98\x8e"}}', "json", "x_response", "r"),
        Refusal(15, "call 13812345678", "isv.x:13812345678", "13812345678", None, b'{"receiver_name":"13812345678"}'),
        Refusal(15, "", "isv.x", None, None, b'{"e":{"code":15,"sub_code":"isv.x:13812345678"}}'),
        Refusal(15, "", "isv.x", None, None, b"<e><code>15</code><sub_code>isv.x:13812345678</sub_code></e>"),
        NoAnswer("connect", "13812345678", b"call 13812345678"),
    ):
        real = exchange(outcome, draft=draft)
        hidden = hidden_exchange(real, disguise)
        shown = repr((hidden, hidden.body, hidden.request.params, hidden.request.base_string, hidden.draft.values))
        assert "13812345678" not in shown
        assert "张小明" not in shown
        assert dict(hidden.request.params)["tid"] == "1"
        assert type(hidden.outcome) is type(outcome)
        starred = hidden_exchange(real, Disguise(b"", "stars"))
        assert starred.request is real.request


def test_what_may_be_kept_or_passed_on_holds_no_person_and_no_fake() -> None:
    draft = RequestDraft("a", {"receiver_mobile": "13812345678", "tid": "1", "memo": "13912345678", "title": "x"})
    kept, names = without_personal(draft)
    assert kept.values == {"tid": "1", "title": "x"}
    assert names == ("receiver_mobile", "memo")
    assert with_placeholders(draft).values["receiver_mobile"] == "<receiver_mobile>"
    plain = RequestDraft("a", {"tid": "1"})
    assert without_personal(plain) == (plain, ())
    assert with_placeholders(plain) is plain
