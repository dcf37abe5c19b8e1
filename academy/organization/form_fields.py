"""What the organization's forms send, read into what services take."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.organization.import_file import MAX_BYTES
from academy.organization.person_values import BadValue, problem_texts, read_date

PERSON_FIELDS = (
    "full_name",
    "external_key",
    "kind",
    "birth_date",
    "birth_place",
    "sex",
    "personal_number",
    "email",
    "phone",
)


def day(form: Mapping[str, str], name: str) -> date | None:
    """A day from a date field, or from text where the browser has none; None if empty.

    Raises:
        Invalid: it is no day.
    """
    try:
        return read_date(form.get(name, ""))
    except BadValue as bad:
        raise Invalid(
            _l("Please correct the fields named below."),
            errors={name: [" ".join(problem_texts(bad.code, bad.params))]},
        ) from bad


def person_fields(form: Mapping[str, str]) -> dict[str, str]:
    """The fields of a person that the form holds."""
    return {name: form[name] for name in PERSON_FIELDS if name in form}


def number(text: str | None) -> int | None:
    """An id from an address; None if there is none or it is no number."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 16 else None


def read_upload(file: Any) -> bytes:
    """The bytes of an uploaded file, one more than allowed at most; what was kept of it on disk is removed."""
    try:
        return file.stream.read(MAX_BYTES + 1)
    finally:
        file.close()
