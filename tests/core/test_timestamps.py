"""What a timestamp is, whether the platform takes it, and how far two clocks are apart."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.core.samples import NOW, encoded
from topexplorer.core.call import Answer, Exchange, NoAnswer, Outcome, RequestDraft
from topexplorer.core.language import LANGUAGES, Language
from topexplorer.core.timestamps import (
    FORMS,
    examples,
    header_date,
    read_timestamp,
    skew,
    timestamp_text,
    zone_name,
)
from topexplorer.core.values import GMT8, timestamp

SAYS = [Language(name) for name in LANGUAGES]
TEN_PAST = "Sat, 21 Nov 2026 02:40:00 GMT"


def test_every_example_is_read_as_the_form_that_it_is() -> None:
    for form, text in examples(NOW):
        reading = read_timestamp(text, NOW)
        assert (reading.form, reading.accepted) == (form.name, form.accepted), text
        if form.name not in ("date_only",):
            assert reading.off_by == 0, text


def test_the_accepted_forms_are_those_that_are_sent() -> None:
    written = {form.name: text for form, text in examples(NOW) if form.accepted}
    assert written == {"text": timestamp(NOW, "text"), "ms": timestamp(NOW, "ms")}


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("2026-11-21 10:30:00", "text"),
        ("1795228200000", "ms"),
        ("1795228200", "seconds"),
        ("1795228200.123", "float_seconds"),
        ("20261121103000", "compact"),
        ("2026-11-21T02:30:00Z", "zoned"),
        ("2026-11-21T10:30:00+08:00", "zoned"),
        ("2026-11-21 10:30:00 +0800", "zoned"),
        ("2026-11-21 10:30:00.5", "fraction"),
        ("2026/11/21 10:30:00", "slashes"),
        ("2026-11-21%2010%3A30%3A00", "encoded"),
        ("2026-11-21+10%3a30%3a00", "encoded"),
        ("2026-11-21 10:30", "no_seconds"),
        ("Sat, 21 Nov 2026 02:30:00 GMT", "http"),
        ("2026年11月21日 10:30:00", "chinese"),
        ("tomorrow", ""),
        ("", ""),
    ],
)
def test_a_form_is_named_and_only_two_are_accepted(text: str, form: str) -> None:
    reading = read_timestamp(text, NOW)
    assert reading.form == form
    assert reading.accepted == (form in ("text", "ms"))
    for say in SAYS:
        assert say.has(reading.sentence.key)
        assert "{" not in say.render(reading.sentence)


@pytest.mark.parametrize(
    ("hours", "zone"), [(-8, "GMT"), (-13, "GMT-5"), (1, "GMT+9"), (-2.5, "GMT+5:30"), (-15, "GMT-7")]
)
def test_the_wall_clock_of_another_zone_is_recognised(hours: float, zone: str) -> None:
    reading = read_timestamp(timestamp_text(NOW + timedelta(hours=hours, seconds=3)), NOW)
    assert reading.zone is not None
    assert zone_name(reading.zone) == zone
    assert f"time in {zone}, not in GMT+8" in SAYS[0].render(reading.sentence)


@pytest.mark.parametrize(
    ("seconds", "accepted", "key"),
    [
        (0, True, "stamp.good"),
        (-60, True, "stamp.good"),
        (61, True, "stamp.good_so_far"),
        (600, True, "stamp.good_so_far"),
        (601, False, "stamp.ahead"),
        (-900, False, "stamp.behind"),
    ],
)
def test_ten_minutes_either_way_are_allowed(seconds: int, accepted: bool, key: str) -> None:
    reading = read_timestamp(timestamp_text(NOW + timedelta(seconds=seconds)), NOW)
    assert (reading.accepted, reading.sentence.key, reading.off_by) == (accepted, key, seconds)


def test_a_day_that_does_not_exist_is_said_to_be_none() -> None:
    assert read_timestamp("2026-02-30 10:00:00", NOW).sentence.key == "stamp.no_such_time"
    assert read_timestamp("2026-11-21 25:00:00", NOW).sentence.key == "stamp.no_such_time"


def test_blanks_around_a_good_timestamp_are_named() -> None:
    assert read_timestamp(" 2026-11-21 10:30:00", NOW).sentence.key == "stamp.blanks"


@given(st.text(max_size=40))
def test_any_text_gets_a_sentence(text: str) -> None:
    reading = read_timestamp(text, NOW)
    assert SAYS[0].has(reading.sentence.key)


def test_every_form_has_its_words() -> None:
    for form in FORMS:
        assert form.accepted or all(say.has(f"stamp.form.{form.name}") for say in SAYS)


# Two clocks


def called(
    outcome: Outcome, headers: tuple[tuple[str, str], ...] = (), seconds: float = 0.2, method: str = "taobao.time.get"
) -> Exchange:
    return Exchange("call-1", encoded(RequestDraft(method)).redacted(), outcome, NOW, seconds, 200, headers)


def test_the_date_header_tells_the_skew() -> None:
    found = skew(called(NoAnswer("http"), (("Date", TEN_PAST),)))
    assert found is not None
    assert found.seconds == pytest.approx(600.4)
    assert (found.within, found.source) == (0.6, "date")
    assert found.is_remarkable
    assert not found.dooms


def test_without_a_header_the_platforms_own_answer_tells_it() -> None:
    body = b'{"time_get_response":{"time":"2026-11-21 10:10:00"}}'
    found = skew(called(Answer(body, "json", "time_get_response", None)))
    assert found is not None
    assert found.source == "time.get"
    assert found.dooms
    assert found.seconds == pytest.approx(-1199.6)
    assert skew(called(Answer(body, "json", "time_get_response", None), method="taobao.x.get")) is None


def test_what_the_answer_took_is_no_skew() -> None:
    found = skew(called(NoAnswer("http"), (("date", "Sat, 21 Nov 2026 02:30:05 GMT"),), seconds=10))
    assert found is not None
    assert found.seconds == 0


@pytest.mark.parametrize(("date", "shown"), [(TEN_PAST, True), ("Sat, 21 Nov 2026 02:30:30 GMT", False), ("?", False)])
def test_a_status_line_gets_a_figure_from_a_minute_on(date: str, shown: bool) -> None:
    found = skew(called(NoAnswer("http"), (("DATE", date),)))
    assert (found is not None and found.is_remarkable) == shown


@pytest.mark.parametrize("body", [b"", b"[]", b'{"time_get_response":{}}', b'{"time_get_response":{"time":"now"}}'])
def test_an_answer_that_tells_no_time_tells_no_skew(body: bytes) -> None:
    assert skew(called(Answer(body, "json", "time_get_response" if b"_" in body else None, None))) is None


def test_a_date_header_is_read_in_its_one_form() -> None:
    assert header_date((("date", TEN_PAST),)) == datetime(2026, 11, 21, 2, 40, tzinfo=UTC)
    for text in ("", "yesterday", "Sat, 31 Feb 2026 02:40:00 GMT", "Sat, 21 Foo 2026 02:40:00 GMT"):
        assert header_date((("date", text),)) is None
    assert NOW.astimezone(UTC).astimezone(GMT8) == NOW
