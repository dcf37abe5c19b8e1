"""What readers see of dates, marks and figures, in each language."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest
from flask import Flask, render_template_string
from flask_babel import Babel, force_locale

from academy.kernel import clock
from academy.web import format as reads

NBSP = "\u00a0"


@pytest.fixture(scope="module")
def page():
    """An app that knows the filters and nothing else."""
    app = Flask("formats")
    Babel(app, default_locale="vi")
    reads.init_filters(app)
    return app


@pytest.fixture(params=["vi", "en", "de"])
def language(page, request):
    with page.test_request_context(), force_locale(request.param):
        yield request.param


@pytest.fixture
def vietnamese(page):
    with page.test_request_context(), force_locale("vi"):
        yield


def test_a_day_reads_the_same_in_every_language(language):
    assert reads.day(date(2026, 1, 2)) == "02/01/2026"


def test_an_instant_is_dated_by_the_clock_in_hanoi(vietnamese):
    late = datetime(2026, 6, 30, 17, 30, tzinfo=UTC)
    assert reads.day(late) == "01/07/2026"
    assert reads.time(late) == "00:30"
    assert reads.moment(late) == "01/07/2026, 00:30"


def test_seconds_are_shown_where_storing_is_confirmed(vietnamese):
    assert reads.time(datetime(2026, 11, 22, 3, 42, 7, tzinfo=UTC), seconds=True) == "10:42:07"


def test_a_deadline_names_its_weekday(language):
    expected = {"vi": "Thứ Sáu", "en": "Friday", "de": "Freitag"}[language]
    assert reads.weekday_date(date(2026, 11, 27)) == f"{expected}, 27/11/2026"


@pytest.mark.parametrize(
    ("value", "vi", "en"),
    [
        (Decimal("4.6"), "4,6", "4.6"),
        (Decimal("10"), "10,0", "10.0"),
        (Decimal("0"), "0,0", "0.0"),
        (Decimal("4.950"), "5,0", "5.0"),
        (Decimal("4.949"), "4,9", "4.9"),
        (Decimal("8.25"), "8,3", "8.3"),
        ("7.5", "7,5", "7.5"),
    ],
)
def test_marks_have_one_decimal_and_the_readers_sign(language, value, vi, en):
    assert reads.mark(value) == (en if language == "en" else vi)


def test_counts_are_grouped_as_the_reader_does(language):
    assert reads.number(70695) == ("70,695" if language == "en" else "70.695")


@pytest.mark.parametrize(
    ("share", "shown"),
    [
        (Decimal("0.974"), {"vi": "97,4%", "en": "97.4%", "de": f"97,4{NBSP}%"}),
        (1, {"vi": "100%", "en": "100%", "de": f"100{NBSP}%"}),
        (0, {"vi": "0%", "en": "0%", "de": f"0{NBSP}%"}),
        (0.0005, {"vi": "0,1%", "en": "0.1%", "de": f"0,1{NBSP}%"}),
    ],
)
def test_percentages(language, share, shown):
    assert reads.percent(share) == shown[language]


def test_sizes_use_a_no_break_space(language):
    comma = "." if language == "en" else ","
    assert reads.filesize(812) == f"812{NBSP}B"
    assert reads.filesize(1023) == f"1{NBSP}KB"
    assert reads.filesize(26010) == f"25{comma}4{NBSP}KB"
    assert reads.filesize(5 * 1024**3) == f"5{NBSP}GB"


def test_lengths_of_time(page):
    with page.test_request_context(), force_locale("en"):
        assert reads.minutes(1) == f"1{NBSP}minute"
        assert reads.minutes(0) == f"0{NBSP}minutes"
        assert reads.minutes(120) == f"2{NBSP}hours"
        assert reads.minutes(80) == f"1{NBSP}hour 20{NBSP}minutes"
        assert reads.span(0) == f"0{NBSP}seconds"
        assert reads.span(61) == f"1{NBSP}minute 1{NBSP}second"
        assert reads.span(3600) == f"1{NBSP}hour"


def test_days_are_counted_on_the_calendar_of_hanoi(page):
    with page.test_request_context(), force_locale("en"), clock.frozen("2026-11-22T16:59:00Z"):
        assert reads.in_days(date(2026, 11, 22)) == "today"
        assert reads.in_days(datetime(2026, 11, 22, 17, 0, tzinfo=UTC)) == "tomorrow"
        assert reads.in_days(date(2026, 11, 21)) == "yesterday"
        assert reads.in_days(date(2026, 11, 27)) == "in 5 days"
        assert reads.in_days(date(2026, 11, 1)) == "21 days ago"


def test_scripts_read_instants_in_utc():
    assert reads.iso(datetime.fromisoformat("2026-11-22T10:42:07+07:00")) == "2026-11-22T03:42:07Z"
    assert reads.iso(date(2026, 11, 22)) == "2026-11-22"


def test_nothing_reads_as_nothing(page):
    filters = "date weekday_date time datetime mark number percent minutes span filesize in_days iso".split()
    text = "|".join("{{ none | " + name + " }}" for name in filters)
    with page.test_request_context():
        assert render_template_string(text) == "|" * (len(filters) - 1)


def test_what_ends_at_midnight_ends_with_the_day_before(vietnamese):
    end = datetime(2026, 11, 29, 17, tzinfo=UTC)
    assert reads.last_moment(end) == "29/11/2026, 23:59:59"
    assert reads.last_moment(end, weekday=True) == "Chủ Nhật, 29/11/2026, 23:59:59"
    assert reads.last_moment(None) == ""
