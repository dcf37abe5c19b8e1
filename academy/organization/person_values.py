"""How what people type or spreadsheets hold becomes a person's data: one reader for each field.

A reader takes text, a date or a number (as a spreadsheet gives it) and returns the value that is stored,
or raises :class:`BadValue`. Forms, the API and imports read through the same readers.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from academy.kernel import clock
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean, fold
from academy.organization.models import PERSON_KINDS

EARLIEST_BIRTH = 1900

# code -> (what is wrong, what to do about it); both may name %(…)s parameters
PROBLEMS: dict[str, tuple[Any, Any]] = {
    "missing": (_l("This is missing."), _l("Fill it in.")),
    "too_long": (_l("This is longer than %(limit)s characters."), _l("Shorten it.")),
    "name_letters": (
        _l("“%(value)s” is no name: it holds figures or signs, or no letter."),
        _l("Write the full name in letters, family name first."),
    ),
    "username": (
        _l("“%(value)s” cannot be a user name."),
        _l("Use 1 to 80 letters, figures, dots or hyphens, without spaces."),
    ),
    "date": (_l("“%(value)s” is no date."), _l("Write day/month/year, such as 05/09/1985.")),
    "date_number": (
        _l("The date came as the number %(value)s."),
        _l("Give the column the format Date in the spreadsheet, or write it as text such as 05/09/1985."),
    ),
    "birth_date": (_l("Nobody was born on %(value)s."), _l("Check the year.")),
    "sex": (_l("“%(value)s” is not understood."), _l("Write nam or nữ, or leave it empty.")),
    "kind": (
        _l("“%(value)s” is no kind of staff."),
        _l("Write cán bộ, công chức, viên chức, không chuyên trách, nước ngoài or khác."),
    ),
    "email": (_l("“%(value)s” is no e-mail address."), _l("Write it like ten@hanoi.example.")),
    "phone": (_l("“%(value)s” is no telephone number."), _l("Write 8 to 15 figures, such as 0912 345 678.")),
    "personal_number": (
        _l("A personal number has 12 figures; this one has %(digits)s."),
        _l("Give the column the format Text in the spreadsheet, so that zeros in front stay, and type it again."),
    ),
}

KIND_WORDS = {
    "cadre": "can bo",
    "civil_servant": "cong chuc",
    "public_employee": "vien chuc",
    "part_timer": "khong chuyen trach",
    "foreign": "nuoc ngoai",
    "other": "khac",
}
_KINDS = (
    {code: code for code in PERSON_KINDS}
    | {word: code for code, word in KIND_WORDS.items()}
    | {code.replace("_", " "): code for code in PERSON_KINDS}
    | {"nguoi hoat dong khong chuyen trach": "part_timer"}
)
_SEXES = {"nam": "m", "m": "m", "male": "m", "nu": "f", "f": "f", "female": "f", "khac": "x", "x": "x", "other": "x"}
_NOT_IN_NAMES = re.compile(r"[0-9<>{}\[\]=@#$%^*|\\/_+~!?;:\"]")
_DAY_FIRST = re.compile(r"(\d{1,2})\s*[/.-]\s*(\d{1,2})\s*[/.-]\s*(\d{4})")
_YEAR_FIRST = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})(?:[T ]00:00(?::00)?)?")
_EMAIL = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\.]+(?:\.[^\s@<>\"',;:()\[\]\\.]+)+")


class BadValue(Exception):
    """A value that cannot be stored; ``code`` is one of :data:`PROBLEMS`, ``params`` fill its texts."""

    def __init__(self, code: str, **params: Any) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


def problem_texts(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong and what to do about it, in the reader's language."""
    reason, remedy = PROBLEMS[code]
    return str(reason) % params, str(remedy) % params


def read_fields(given: Mapping[str, Any]) -> dict[str, Any]:
    """Read several fields at once; an empty one becomes None (or ``""`` where the column is text).

    Raises:
        Invalid: with the problems by field.
        TypeError: a name is not a field of a person.
    """
    values, errors = {}, {}
    for field, raw in given.items():
        if field not in READERS:
            raise TypeError(f"{field} is no field of a person")
        try:
            values[field] = READERS[field](raw)
        except BadValue as bad:
            errors[field] = [" ".join(problem_texts(bad.code, bad.params))]
    if errors:
        raise Invalid(_l("Please correct the fields named below."), rule="organization.person", errors=errors)
    return values


def mask(personal_number: str | None) -> str:
    """A personal number as it is shown: ``001•••••••01``; it discloses sex, year and place of birth."""
    return f"{personal_number[:3]}•••••••{personal_number[-2:]}" if personal_number else ""


def _text(raw: Any) -> str:
    """A cell as typed: whole numbers without ``.0``, days as dd/mm/yyyy, else cleaned text."""
    if raw is None:
        return ""
    if isinstance(raw, float) and raw.is_integer():
        raw = int(raw)
    if isinstance(raw, datetime):
        raw = raw.date()
    if isinstance(raw, date):
        return raw.strftime("%d/%m/%Y")
    return clean(str(raw))


def _limited(limit: int) -> Callable[[Any], str]:
    def read(raw: Any) -> str:
        text = _text(raw)
        if len(text) > limit:
            raise BadValue("too_long", limit=limit)
        return text

    return read


def _full_name(raw: Any) -> str:
    name = _limited(200)(raw)
    if not name:
        raise BadValue("missing")
    if _NOT_IN_NAMES.search(name) or not any(character.isalpha() for character in name):
        raise BadValue("name_letters", value=name[:60])
    return name


def _username(raw: Any) -> str | None:
    name = _text(raw)
    odd = any(unicodedata.category(character)[0] not in "LMN" and character not in "._-@" for character in name)
    if odd or len(name) > 80:
        raise BadValue("username", value=name[:60])
    return name or None


def _external_key(raw: Any) -> str | None:
    return _limited(80)(raw) or None


def read_date(raw: Any) -> date | None:
    """A day: dd/mm/yyyy, ISO, or a spreadsheet's date.

    Raises:
        BadValue: something else.
    """
    if raw is None or isinstance(raw, datetime):
        return raw.date() if raw else None
    if isinstance(raw, date):
        return raw
    if isinstance(raw, int | float):
        raise BadValue("date_number", value=_text(raw))
    text = _text(raw)
    if not text:
        return None
    day_first, year_first = _DAY_FIRST.fullmatch(text), _YEAR_FIRST.fullmatch(text)
    try:
        if day_first:
            day, month, year = map(int, day_first.groups())
            return date(year, month, day)
        if year_first:
            return date(*map(int, year_first.groups()))
    except ValueError:
        pass
    raise BadValue("date", value=text[:60])


def _birth_date(raw: Any) -> date | None:
    day = read_date(raw)
    if day is not None and not EARLIEST_BIRTH <= day.year <= clock.today().year - 10:
        raise BadValue("birth_date", value=_text(day))
    return day


def _from(words: Mapping[str, str], code: str) -> Callable[[Any], str | None]:
    def read(raw: Any) -> str | None:
        text = _text(raw)
        if not text:
            return None
        if fold(text) not in words:
            raise BadValue(code, value=text[:60])
        return words[fold(text)]

    return read


def _email(raw: Any) -> str:
    text = _limited(200)(raw)
    if text and not _EMAIL.fullmatch(text):
        raise BadValue("email", value=text[:60])
    return text


def _phone(raw: Any) -> str:
    text = _text(raw)
    digits = re.sub(r"[\s().-]", "", text)
    if isinstance(raw, int | float) and len(digits) == 9:
        digits = "0" + digits  # a number cell loses the zero in front of every Vietnamese number
    if digits and not re.fullmatch(r"\+?\d{8,15}", digits, re.ASCII):
        raise BadValue("phone", value=text[:60])
    return digits


def _personal_number(raw: Any) -> str | None:
    digits = re.sub(r"[\s.-]", "", _text(raw))
    if digits and not re.fullmatch(r"\d{12}", digits, re.ASCII):
        raise BadValue("personal_number", digits=sum(character.isdecimal() for character in digits))
    return digits or None


READERS: dict[str, Callable[[Any], Any]] = {
    "full_name": _full_name,
    "username": _username,
    "external_key": _external_key,
    "kind": _from(_KINDS, "kind"),
    "birth_date": _birth_date,
    "birth_place": _limited(200),
    "sex": _from(_SEXES, "sex"),
    "email": _email,
    "phone": _phone,
    "personal_number": _personal_number,
}
