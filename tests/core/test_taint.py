"""Masking by taint: every spelling, whatever stands around it, whole words left alone, and streams cut anywhere."""

from __future__ import annotations

import html
import json
import random
from base64 import b64encode, urlsafe_b64encode
from urllib.parse import quote, quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from topexplorer.core.taint import BLOCK, MASK, KnownSecrets, Strainer, Taint, spellings

PLAIN = "5f1e0c9a7b3d48e6a1c2d3e4f5a6b7c8"
ODD = "p/s+w=o&r\"d\\<%'订单~!"
SECRETS = (PLAIN, ODD, "6100a1b2c3d4e5f60718293a4b5c6d7e8f9001122334455667788")


def written(secret: str) -> dict[str, str]:
    """The secret as the software of others writes it: made here by other means than in the module."""
    small = "".join(f"%{p[:2].lower()}{p[2:]}" if n else p for n, p in enumerate(quote(secret, "").split("%")))
    data = secret.encode()
    return {
        "plain": secret,
        "percent": quote(secret, ""),
        "percent, small": small,
        "form": quote_plus(secret),
        "every byte percent": "".join(f"%{byte:02x}" for byte in data),
        "twice percent": quote(quote(secret, ""), ""),
        "in a query": f"https://eco.taobao.com/router/rest?{urlencode({'a': 1, 'x': secret})}&z=1",
        "json": json.dumps({"a": secret}),
        "json, own letters": json.dumps({"a": secret}, ensure_ascii=False),
        "json, slash escaped": json.dumps({"a": secret}).replace("/", "\\/"),
        "json in json": json.dumps({"a": json.dumps({"b": secret})}),
        "every letter escaped": "".join(f"\\u{ord(letter):04x}" for letter in secret),
        "every letter ESCAPED": "".join(f"\\u{ord(letter):04X}" for letter in secret),
        "html": f"<p>{html.escape(secret)}</p>",
        "form, plus as it is": quote(secret, "+"),
        "three times percent": quote(quote(quote(secret, ""), ""), ""),
        "twice percent, small": quote(small, ""),
        "odd letters escaped": "".join(c if c.isascii() and c.isalnum() else f"\\u{ord(c):04x}" for c in secret),
        "decimal entities": "".join(f"&#{ord(letter)};" for letter in secret),
        "hex entities": "".join(f"&#x{ord(letter):X};" for letter in secret),
        "odd letters as entities": "".join(c if c.isascii() and c.isalnum() else f"&#{ord(c)};" for c in secret),
        "CAPITALS": secret.upper(),
        "small": secret.lower(),
        "hex": data.hex(),
        "HEX": data.hex().upper(),
    }


@pytest.mark.parametrize("secret", SECRETS)
def test_every_spelling_is_masked_in_text_and_in_bytes(secret: str) -> None:
    taint = Taint([secret])
    for name, text in written(secret).items():
        shown = taint.mask(f"before {text} behind")
        left = [form.text for form in spellings(secret) if form.text in shown]
        assert left == [], name
        assert shown.startswith("before "), name
        assert MASK in shown, name
        assert taint.mask_body(f"before {text} behind".encode()) == shown.encode(), name
        assert taint.holds(text), name


@pytest.mark.parametrize("secret", SECRETS)
def test_base64_is_masked_wherever_the_secret_begins_and_leaves_no_letter_of_it(secret: str) -> None:
    taint = Taint([secret])
    for encode in (b64encode, urlsafe_b64encode):
        for before in (b"", b"a", b"ab", b"abc", b"Basic x:"):
            for behind in (b"", b"y", b"yz", b":end"):
                text = encode(before + secret.encode() + behind).decode()
                other = encode(before + b"\xb5" * len(secret.encode()) + behind).decode()
                shown = taint.mask(text)
                start, _mask, end = shown.partition(MASK)
                # What stays does not depend on the secret: it is the same for another one.
                assert (other.startswith(start), other.endswith(end)) == (True, True), (before, behind)
                assert taint.mask_body(text.encode()) == shown.encode()
                assert taint.mask(quote(text, "")).count(MASK) == 1
                assert MASK in taint.mask(text.replace("/", "\\/"))


@pytest.mark.parametrize("secret", SECRETS)
def test_base64_is_masked_however_its_lines_are_broken(secret: str) -> None:
    taint = Taint([secret])
    for width in (16, 64, 76):
        for before in range(width):
            whole = b64encode(b"x" * before + secret.encode() + b"y" * 90).decode()
            for line_end in ("\n", "\r\n", "\\n", "\\r\\n"):
                text = line_end.join(whole[at : at + width] for at in range(0, len(whole), width))
                shown = taint.mask(text)
                assert shown.count(MASK) == 1
                # What stays does not depend on the secret.
                start, _mask, end = shown.partition(MASK)
                other = b64encode(b"x" * before + b"\xb5" * len(secret.encode()) + b"y" * 90).decode()
                other = line_end.join(other[at : at + width] for at in range(0, len(other), width))
                assert (other.startswith(start), other.endswith(end)) == (True, True)
                assert taint.mask_body(text.encode()) == shown.encode()
                drawn = text.replace("\r", "\u240d").replace("\n", "\u240a")
                assert taint.mask(drawn) == shown.replace("\r", "\u240d").replace("\n", "\u240a")
    body = f"{'A' * (BLOCK - 50)}\n{b64encode(secret.encode() * 3).decode()[:60]}"
    body += f"\n{b64encode(secret.encode() * 3).decode()[60:]}"
    assert taint.mask_body(body.encode()).count(MASK.encode()) == 1
    assert Taint([secret]).mask("a line\nof words that has nothing of it\nand ends") == (
        "a line\nof words that has nothing of it\nand ends"
    )


def test_what_contains_or_overlaps_another_secret_is_masked_whole() -> None:
    taint = Taint(["abc123", "abc123def456", "456xyz789"])
    assert taint.mask("x abc123def456 y abc123 z") == f"x {MASK} y {MASK} z"
    assert taint.mask("abc123def456xyz789!") == f"{MASK}!"
    assert (Taint(["abc123"]) | Taint(["456xyz789"])).mask("abc123 456xyz789") == f"{MASK} {MASK}"


def test_short_secrets_are_masked_only_as_words_of_their_own() -> None:
    taint = Taint(["abc", "12"])
    assert taint.mask("abc abcd zabc abc_d (abc) 订abc") == f"{MASK} abcd zabc abc_d ({MASK}) 订{MASK}"
    assert taint.mask_body(b'{"total":120,"s":"abc","t":"cabcab"}') == b'{"total":120,"s":"******","t":"cabcab"}'
    assert taint.mask("YWJj 616263") == "YWJj 616263"


def test_json_stays_json_when_a_number_is_a_secret() -> None:
    taint = Taint(["61234567"])
    body = b'{"a": 61234567 , "b":[61234567,1], "c":"x:61234567, y"}'
    assert json.loads(taint.mask_body(body)) == {"a": None, "b": [None, 1], "c": "x:null, y"}
    assert taint.mask_body(b'{"c":"tid 61234567"}') == f'{{"c":"tid {MASK}"}}'.encode()


def test_a_number_with_a_secret_in_it_is_masked_whole_and_words_only_where_they_stand_alone() -> None:
    assert Taint(["61234567"]).mask_body(b'{"a":-61234567.5,"b":161234567}') == b'{"a":null,"b":null}'
    taint = Taint(["a-longer-secret"], words=["hunter22", "a-longer-secret"])
    assert taint.mask("hunter22 hunter223 a-longer-secrets") == f"{MASK} hunter223 {MASK}s"
    assert (Taint(["x-secret"]) | taint).mask("hunter223 x-secret") == f"hunter223 {MASK}"


def test_nothing_is_touched_where_there_is_no_secret() -> None:
    body = json.dumps({"title": "订单 abc", "n": 12, "url": "https://a.b/?c=%E8%AE%A2"}).encode()
    assert Taint(SECRETS).mask_body(body) is body
    text = body.decode()
    assert Taint(SECRETS).mask(text) is text
    assert Taint().mask(PLAIN) == PLAIN
    assert Taint([""]).mask("") == ""
    assert [bool(Taint()), bool(Taint([PLAIN]))] == [False, True]


def test_no_repr_shows_a_secret() -> None:
    assert PLAIN not in repr(Taint([PLAIN])) + repr(KnownSecrets([PLAIN]))


@given(
    st.lists(st.text("abAB+/=% 订", min_size=6, max_size=9), min_size=1, max_size=4),
    st.text("abAB+/=% 订", max_size=30),
)
def test_no_text_keeps_a_secret_after_masking(secrets: list[str], text: str) -> None:
    masked = Taint(secrets).mask("".join(f"{text}{secret}{quote(secret, safe='')}" for secret in secrets))
    assert [secret for secret in secrets if secret in masked] == []


@given(st.integers(0, 2**32), st.lists(st.integers(1, 90), min_size=1, max_size=40))
def test_a_stream_cut_anywhere_is_masked_as_the_whole_is(seed: int, sizes: list[int]) -> None:
    luck = random.Random(seed)
    secrets = ["secret-one/0123456789", "abc", "0123456789abcdefghij"]
    taint = Taint(secrets)
    forms = [form.text for secret in secrets for form in spellings(secret)]
    text = "".join(
        luck.choice([luck.choice(forms), "abc", "abcd", " ", '"k":', "订", "xy"]) for _ in range(40)
    ).encode()
    strainer, at = Strainer(taint), 0
    pieces: list[bytes] = []
    while at < len(text):
        size = sizes[len(pieces) % len(sizes)]
        pieces.append(strainer.feed(text[at : at + size]))
        at += size
    assert b"".join((*pieces, strainer.close())) == taint.mask_body(text)


def test_a_secret_across_the_blocks_of_a_large_body_is_masked() -> None:
    taint = Taint([PLAIN])
    for offset in (-40, -32, -16, -1, 0, 1):
        start = BLOCK + offset
        body = b"x" * start + PLAIN.encode() + b"y" * BLOCK
        assert taint.mask_body(body) == b"x" * start + MASK.encode() + b"y" * BLOCK


def test_what_is_learned_later_is_masked_from_then_on() -> None:
    known = KnownSecrets(["first-secret"])
    before = known.taint
    assert known.mask("first-secret second-secret") == f"{MASK} second-secret"
    known.learn(["second-secret", ""])
    assert known.mask("first-secret second-secret") == f"{MASK} {MASK}"
    assert known.mask_body(b"second-secret") == MASK.encode()
    assert known.holds("a second%2dsecret")
    known.learn(["first-secret"])
    assert known.taint is not before
    assert known.taint is known.taint
