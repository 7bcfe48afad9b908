"""Whatever a developer pastes is read as the call that it describes, or refused in one sentence."""

from __future__ import annotations

import json
import random
import string
from collections.abc import Callable
from urllib.parse import quote, urlencode

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from tests.core.wrong_signs import call
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.signlab.pasted import LONGEST, MOST_PARAMETERS
from topexplorer.core.signlab.reading import read

PARAMS = {
    "method": "taobao.item.seller.get",
    "app_key": "12345678",
    "session": "6100abc",
    "timestamp": "2024-05-01 12:00:00",
    "sign_method": "hmac",
    "fields": "num_iid,title",
    "nick": "商家 a&b=c+d 100%😀",
    "memo": 'it\'s "quoted" \\ $x',
}
SIGN = "0123456789ABCDEF0123456789ABCDEF"
ALL = {**PARAMS, "sign": SIGN}
Pasting = Callable[[dict[str, str]], str]


def quoted(text: str) -> str:
    """A literal as Java, JavaScript, C# and JSON have it."""
    return json.dumps(text, ensure_ascii=False)


def single(text: str) -> str:
    """A literal as PHP has it in single quotes."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def shell(text: str) -> str:
    return "'" + text.replace("'", "'\\''") + "'"


def curl(params: dict[str, str]) -> str:
    options = " \\\n  ".join(f"--data-urlencode {shell(f'{name}={text}')}" for name, text in params.items())
    return f"$ curl -sS -X POST -H 'Accept: application/json' \\\n  {options} \\\n  https://gw.example/r | jq ."


def http(params: dict[str, str]) -> str:
    first = dict(list(params.items())[:3])
    rest = dict(list(params.items())[3:])
    head = f"POST /router/rest?{urlencode(first)} HTTP/1.1\r\nHost: gw.example\r\n"
    return f"{head}Content-Type: application/x-www-form-urlencoded;charset=utf-8\r\n\r\n{urlencode(rest)}"


PASTINGS: dict[str, tuple[str, Pasting]] = {
    "url": ("url", lambda p: f"http://gw.example/router/rest?{urlencode(p)}"),
    "url with %20": ("url", lambda p: f"https://gw.example/router/rest?{urlencode(p, quote_via=quote)}#top"),
    "query": ("url", lambda p: f"?{urlencode(p)}"),
    "form": ("form", urlencode),
    "http": ("http", http),
    "curl": ("curl", curl),
    "curl -d": ("curl", lambda p: f'curl "https://gw.example/router/rest" -d "{urlencode(p)}"'),
    "curl -G": ("curl", lambda p: f"curl -G https://gw.example/r -d '{urlencode(p)}' --max-time 5"),
    "curl -F": ("curl", lambda p: "curl " + " ".join(f"-F {shell(f'{n}={t}')}" for n, t in p.items()) + " https://x"),
    "log": (
        "log",
        lambda p: (
            f"2024-05-01 12:00:01^_^taobao.item.seller.get^_^12345678^_^10.0.0.1^_^Linux^_^"
            f"top-sdk-java-20210101^_^https://gw.example/router/rest^_^{urlencode(p)}^_^Read timed out"
        ),
    ),
    "python": ("python", lambda p: f"params = {p!r}\n"),
    "python dict()": ("python", lambda p: f"params = dict({', '.join(f'{n}={t!r}' for n, t in p.items())})"),
    "python assignments": ("python", lambda p: "def f():\n" + "".join(f"  p[{n!r}] = {t!r}\n" for n, t in p.items())),
    "requests": ("python", lambda p: f"requests.post('https://gw.example', data={p!r}, timeout=3)  # None"),
    "php": ("php", lambda p: "$p = array(" + ", ".join(f"{single(n)} => {single(t)}" for n, t in p.items()) + ");"),
    "php []": ("php", lambda p: "\n".join(f"$p[{single(n)}] = {single(t)};" for n, t in p.items())),
    "java": ("java", lambda p: "\n".join(f"params.put({quoted(n)}, {quoted(t)});" for n, t in p.items())),
    "java pairs": (
        "java",
        lambda p: "".join(f"l.add(new BasicNameValuePair({quoted(n)}, {quoted(t)}));" for n, t in p.items()),
    ),
    "javascript": ("javascript", lambda p: "const p = {" + ", ".join(f"{n}: {quoted(t)}" for n, t in p.items()) + "}"),
    "csharp": (
        "csharp",
        lambda p: (
            "var d = new Dictionary<string, string> {"
            + ", ".join(f"{{{quoted(n)}, {quoted(t)}}}" for n, t in p.items())
            + "};"
        ),
    ),
    "csharp Add": ("csharp", lambda p: "".join(f"d.Add({quoted(n)}, {quoted(t)});\n" for n, t in p.items())),
    "json": ("json", lambda p: json.dumps(p, ensure_ascii=False, indent=2)),
    "json escaped": ("json", json.dumps),
    "json around": ("json", lambda p: json.dumps({"url": "x", "data": p, "ok": True})),
    "json pairs": ("json", lambda p: json.dumps([{"name": n, "value": t} for n, t in p.items()])),
    "lines": ("lines", lambda p: "# a call\n" + "\n".join(f"{n}={t}" for n, t in p.items())),
}


@pytest.mark.parametrize("name", PASTINGS)
def test_a_call_is_read_in_order_from_every_form(name: str) -> None:
    form, paste = PASTINGS[name]
    pasted = read(paste(ALL))
    assert pasted.form == form
    assert pasted.params == tuple(PARAMS.items())
    assert (pasted.sign, pasted.sign_method) == (SIGN, "hmac")
    assert not pasted.warnings
    assert pasted.refused is None


@pytest.mark.parametrize("name", sorted(PASTINGS.keys() - {"lines", "python dict()"}))
@pytest.mark.parametrize("seed", range(6))
def test_random_values_survive_every_form(name: str, seed: int) -> None:
    program = call(random.Random(seed))
    params = {key: text for key, text in program.sent if "\n" not in text}
    _form, paste = PASTINGS[name]
    pasted = read(paste({**params, "sign": SIGN}))
    assert pasted.params == tuple(params.items())
    assert pasted.sign == SIGN


@pytest.mark.parametrize("last", ["timestamp", "title"])
def test_a_url_that_was_printed_before_it_was_encoded_is_read_with_its_blanks(last: str) -> None:
    params = {"method": "a.b", "timestamp": "2024-05-01 12:00:00", "title": "red  wool socks", "sign": SIGN}
    params[last] = params.pop(last)
    written = "&".join(f"{name}={text}" for name, text in params.items())
    end = "" if last == "timestamp" else "&v=2.0"
    pasted = read(f"2024-05-01 12:00:01 GET https://gw.example/router/rest?{written}{end} took 12 ms, x = 1&y")
    del params["sign"]
    assert pasted.form == "url"
    assert dict(pasted.params) == {**params, **({"v": "2.0"} if end else {})}
    assert pasted.sign == SIGN


def test_what_java_prints_for_a_map_is_read() -> None:
    pasted = read("DEBUG params: {app_key=1, fields=a,b, method=taobao.time.get, sign=" + SIGN + "}")
    assert pasted.params == (("app_key", "1"), ("fields", "a,b"), ("method", "taobao.time.get"))
    assert (pasted.form, pasted.code, pasted.sign) == ("java", "java", SIGN)


@pytest.mark.parametrize("sign", [SIGN, SIGN.lower(), f"  {SIGN}\n", "ZpgMsRUhTlnm6XjSFIk0+A==", "A" * 64])
def test_a_sign_by_itself_is_read(sign: str) -> None:
    pasted = read(sign)
    assert (pasted.form, pasted.sign, pasted.params) == ("sign", sign.strip(), ())


def test_a_body_that_is_signed_whole_stays_a_body() -> None:
    body = '{"tid":1,"memo":"中文 +%"}'
    pasted = read(
        f"curl 'https://gw.example/r?v=2.0&sign={SIGN}' -H 'Content-Type: application/json' --data-raw '{body}'"
    )
    assert (pasted.params, pasted.body, pasted.sign) == ((("v", "2.0"),), body, SIGN)
    pasted = read("POST /router/batch?v=2.0 HTTP/1.1\r\nContent-Type: text/plain\r\n\r\na=1\r\n-S-\r\nb=2")
    assert pasted.body == "a=1\r\n-S-\r\nb=2"


def test_a_callback_is_read_with_the_headers_that_are_signed() -> None:
    pasted = read(
        "POST /spi?method=qimen.demo&empty=&sign=098E HTTP/1.1\r\nContent-Type: text/xml;charset=UTF-8\r\n"
        "top-sign-list: X-Nick,X-Missing\r\nX-Nick: %E6%B7%98\r\n\r\n<a>1</a>"
    )
    assert pasted.params == (("X-Nick", "淘"), ("X-Missing", ""), ("method", "qimen.demo"), ("empty", ""))
    assert (pasted.sign_method, pasted.body, pasted.sign) == ("md5", "<a>1</a>", "098E")


def test_files_nulls_and_expressions_are_told_from_values() -> None:
    curl_line = read("curl https://x -F v=2.0 -F 'image=@/pictures/a b.jpg;type=image/jpeg' -d @body.txt")
    assert (curl_line.params, curl_line.files) == ((("v", "2.0"),), (("image", "/pictures/a b.jpg"),))
    assert [warning.key for warning in curl_line.warnings] == ["signlab.read.file"]
    code = read("p = {'v': '2.0', 'memo': None, 'timestamp': now(), 'on': True, 'n': 12, 'q': 'a' 'b'}")
    assert code.params == (("v", "2.0"), ("on", "True"), ("n", "12"), ("q", "ab"))
    assert code.nulls == ("memo",)
    assert [warning.key for warning in code.warnings] == ["signlab.read.expression"]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("p = {'method': 'm', 'v': True}", "True"),
        ("$p = ['method' => 'm', 'v' => true];", "1"),
        ("const p = {method: 'm', v: true}", "true"),
        ('p.put("method", "m"); p.put("v", String.valueOf(9007199254740993L));', "9007199254740993"),
        ('p.put("method", "m"); p.put("v", "a" + "b");', "ab"),
        ("p = {'method': 'm', 'v': {'a': [1, True, None]}}", '{"a":[1,true,null]}'),
        ('{"method": "m", "v": {"a": [1.10, true, null]}}', '{"a":[1.10,true,null]}'),
        (r"p = {'method': 'm', 'v': '\u6dd8\x41\n'}", "淘A\n"),
        (r"$p = ['method' => 'm', 'v' => 'a\nb'];", r"a\nb"),
        (r"p = {'method': 'm', 'v': r'\\d'}", "\\\\d"),
    ],
)
def test_a_literal_becomes_the_text_that_the_language_sends(text: str, value: str) -> None:
    assert dict(read(text).params)["v"] == value


def test_an_app_secret_in_the_text_is_dropped_and_said() -> None:
    for name in ("app_secret", "appSecret", "secret", "client_secret"):
        pasted = read(urlencode({**ALL, name: "canary5ecret"}))
        assert "canary5ecret" not in repr(pasted) + str(pasted.params) + str(pasted.raw)
        assert [warning.key for warning in pasted.warnings] == ["signlab.read.secret_dropped"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (urlencode({**PARAMS, "Sign": SIGN}), "signlab.read.sign_name"),
        (f"{urlencode(ALL)}&nick=b", "signlab.read.twice"),
        (f"method=a.b&sign={SIGN}&nick=%CC%D4%B1%A6", "signlab.read.not_utf8"),
    ],
)
def test_what_is_odd_about_a_paste_is_said(text: str, key: str) -> None:
    pasted = read(text)
    assert pasted.sign == SIGN
    assert [warning.key for warning in pasted.warnings] == [key]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "signlab.read.empty"),
        (" \n\ufeff", "signlab.read.empty"),
        ("hello there", "signlab.read.nothing"),
        ("x" * (LONGEST + 1), "signlab.read.too_long"),
        ("&".join(f"a{at}=1" for at in range(MOST_PARAMETERS + 1)), "signlab.read.too_many"),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_sentence(text: str, key: str) -> None:
    refused = read(text).refused
    assert refused
    assert refused.key == key
    for name in LANGUAGES:
        assert "{" not in Language(name).render(refused)


HOSTILE = {
    "quotes": '"\\' * (LONGEST // 2),
    "apostrophes": "'" * LONGEST,
    "brackets": '{"a":' * (LONGEST // 5),
    "open lists": "[" * LONGEST,
    "slashes": "/" * LONGEST,
    "question marks": "?a=" * (LONGEST // 3),
    "spaces": "{" + " " * (LONGEST - 1),
    "maps": "{a=" * (LONGEST // 3),
    "stars": "/*" * (LONGEST // 2),
    "curl": "curl " + "-d '" * ((LONGEST - 5) // 4),
    "words": "p.put(" * (LONGEST // 6),
    "one value": "method=a.b&sign=" + "A" * 32 + "&x=" + "%E6%B7%98" * 100_000,
    "log": "^_^a=1&" * (LONGEST // 7),
    "blanks": "?a=b" + " x&y=z 12:00:0" * (LONGEST // 14),
}


@pytest.mark.timeout(20)
@pytest.mark.parametrize("name", HOSTILE)
def test_a_megabyte_of_anything_is_read_or_refused(name: str) -> None:
    assert read(HOSTILE[name][:LONGEST]).form


WORDS = ("=>", "sign", "method=", "curl ", "-d ", "POST /a?", "^_^", ".put(", "None", "0x", "\ud800")
PIECES = st.sampled_from([*"{}[]()\"'`=&:,;?+%\\\n$#@<>/", *WORDS])


@example("curl")
@example("curl -d")
@example("curl ?=")
@example("secret=abc")
@example("POST ")
@example("POST \n\n")
@example('{"a":' + "[" * 5000)
@given(
    st.one_of(st.text(), st.lists(st.one_of(PIECES, st.text(string.printable, max_size=4)), max_size=40).map("".join))
)
def test_no_text_whatever_makes_reading_fail(text: str) -> None:
    pasted = read(text)
    assert pasted.refused is not None or pasted.params or pasted.body or pasted.sign
    assert len(pasted.raw) == len(pasted.params)
