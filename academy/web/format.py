"""How dates, marks, figures and sizes read, as Jinja filters.

Days are ``dd/mm/yyyy`` in every language and times are those of Hanoi; figures follow the reader's language.
Between a number and its unit stands a no-break space. ``None`` reads as nothing.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal

from babel import Locale
from babel.dates import format_date
from babel.numbers import format_decimal, format_percent
from flask import Flask
from flask_babel import get_locale

from academy.kernel import clock
from academy.kernel.i18n import DEFAULT_LOCALE, _, _n, current_language

NO_BREAK = "\u00a0"
Number = int | float | Decimal


def init_filters(app: Flask) -> None:
    """Make every filter of this module known to templates."""
    filters = (day, weekday_date, time, moment, last_moment, mark, number, percent, minutes, span, filesize)
    names = {"day": "date", "moment": "datetime"}
    for function in (*filters, in_days, iso):
        app.jinja_env.filters[names.get(function.__name__, function.__name__)] = function


def day(value: date | datetime | None) -> str:
    """``27/11/2026``; an instant is first seen on a clock in Hanoi. Jinja: ``date``."""
    return _day_of(value).strftime("%d/%m/%Y") if value else ""


def weekday_date(value: date | datetime | None) -> str:
    """``Thứ Sáu, 27/11/2026``: where a deadline is meant."""
    if not value:
        return ""
    return f"{format_date(_day_of(value), 'EEEE', locale=_locale())}, {day(value)}"


def time(value: datetime | None, *, seconds: bool = False) -> str:
    """``10:42``, or ``10:42:07`` with ``seconds``."""
    return clock.local(value).strftime("%H:%M:%S" if seconds else "%H:%M") if value else ""


def moment(value: datetime | None, *, seconds: bool = False) -> str:
    """``27/11/2026, 10:42``. Jinja: ``datetime``."""
    return f"{day(value)}, {time(value, seconds=seconds)}" if value else ""


def last_moment(value: datetime | None, *, weekday: bool = False) -> str:
    """The last second of what ends at an instant: ``29/11/2026, 23:59:59``, not midnight of the day after."""
    if not value:
        return ""
    last = value - timedelta(seconds=1)
    return f"{weekday_date(last) if weekday else day(last)}, {time(last, seconds=True)}"


def iso(value: date | datetime | None) -> str:
    """What ``<time datetime>`` and scripts read: an instant in UTC with ``Z``, or a day."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    return value.isoformat() if value else ""


def in_days(value: date | datetime | None) -> str:
    """A day beside today, in words: "today", "tomorrow", "in 5 days", "3 days ago"."""
    if not value:
        return ""
    distance = (_day_of(value) - clock.today()).days
    if distance in (-1, 0, 1):
        return {-1: _("yesterday"), 0: _("today"), 1: _("tomorrow")}[distance]
    if distance > 0:
        return _n("in %(num)s day", "in %(num)s days", distance)
    return _n("%(num)s day ago", "%(num)s days ago", -distance)


def mark(value: Decimal | int | float | str | None) -> str:
    """A mark with one decimal, halves up as the register rounds: ``4,6`` in Vietnamese and German."""
    if value is None or value == "":
        return ""
    rounded = Decimal(str(value)).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return format_decimal(rounded, format="0.0", locale=_locale())


def number(value: Number | None) -> str:
    """A count or measure with the reader's grouping: ``70.695`` in Vietnamese and German, ``70,695`` in English."""
    return "" if value is None else format_decimal(value, locale=_locale())


def percent(share: Number | None) -> str:
    """A share of 1 as a percentage with at most one decimal: ``97,4%``, in German ``97,4 %``."""
    if share is None:
        return ""
    rounded = (Decimal(str(share)) * 100).quantize(Decimal("0.1"), rounding=ROUND_HALF_UP) / 100
    locale = _locale()
    pattern = re.sub(r"0(?=[^0#]*%)", "0.#", locale.percent_formats[None].pattern)
    return format_percent(rounded, format=pattern, locale=locale)


def minutes(value: int | None) -> str:
    """A length of time: "25 minutes", "2 hours", "1 hour 20 minutes"."""
    if value is None:
        return ""
    whole, rest = divmod(round(value), 60)
    parts = []
    if whole:
        parts.append(_n("%(num)s hour", "%(num)s hours", whole))
    if rest or not whole:
        parts.append(_n("%(num)s minute", "%(num)s minutes", rest))
    return " ".join(part.replace(" ", NO_BREAK) for part in parts)


def span(seconds: int | None) -> str:
    """A length of time to the second: "1 hour 20 minutes", "9 minutes 5 seconds", "40 seconds"."""
    if seconds is None:
        return ""
    whole, rest = divmod(max(0, round(seconds)), 60)
    parts = [minutes(whole)] if whole else []
    if rest or not whole:
        parts.append(_n("%(num)s second", "%(num)s seconds", rest).replace(" ", NO_BREAK))
    return " ".join(parts)


def filesize(octets: int | None) -> str:
    """``812 B``, ``25,4 KB``, ``3,2 MB``: steps of 1,024, one decimal above bytes."""
    if octets is None:
        return ""
    size, unit = Decimal(octets), "B"
    for larger in ("KB", "MB", "GB"):
        if size < 1000:
            break
        size, unit = size / 1024, larger
    shown = size if unit == "B" else size.quantize(Decimal("0.1"), rounding=ROUND_HALF_UP)
    return f"{format_decimal(shown, format='#,##0.#', locale=_locale())}{NO_BREAK}{unit}"


def _day_of(value: date | datetime) -> date:
    return clock.local(value).date() if isinstance(value, datetime) else value


def _locale() -> Locale:
    locale = get_locale()
    if locale is not None and locale.language == current_language():
        return locale
    return Locale.parse(DEFAULT_LOCALE)
