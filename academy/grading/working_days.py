"""Working days: Monday to Friday, without the public holidays that have a fixed date.

Fixed holidays: Labour Code 45/2019/QH14, art. 112 (1 January, 30 April, 1 May, 2 September). Days that follow
the moon or a decision of the year (Tết, the Hùng kings' day, exchanged days) are named by the scheme.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime, timedelta

from academy.kernel import clock

FIXED_HOLIDAYS = frozenset(((1, 1), (4, 30), (5, 1), (9, 2)))


def is_working_day(day: date, days_off: Collection[date] = ()) -> bool:
    return day.weekday() < 5 and (day.month, day.day) not in FIXED_HOLIDAYS and day not in days_off


def end_of_working_day(start: datetime, days: int, days_off: Collection[date] = ()) -> datetime:
    """The end of the last of ``days`` working days after the local day of ``start``, in UTC.

    The day itself does not count: what is released on a Friday can be appealed against from Monday on, and
    already on that Friday.
    """
    day = clock.local(start).date()
    while days > 0:
        day += timedelta(days=1)
        if is_working_day(day, days_off):
            days -= 1
    return clock.day_end(day)
