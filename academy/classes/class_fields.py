"""What a class may be called and say of itself: fields as they are typed, checked and ready to be stored."""

from __future__ import annotations

import re
from typing import Any

from sqlalchemy import select

from academy.classes.models import MODES, ClassRun
from academy.kernel.db import db
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.text import clean
from academy.organization.models import Person

__all__ = ["checked_code", "checked_fields"]

CODE = re.compile(r"[A-Z0-9][A-Z0-9._-]{0,39}")
TEXTS = {"title": 300, "decision_no": 80, "place": 200, "signer_title": 200, "signer_name": 200}
DAYS = ("decision_date", "opens_on", "closes_on")


def checked_code(code: str) -> str:
    """A class's code as it is stored.

    Raises:
        Invalid: it has other signs, or is too long.
    """
    code = clean(code).upper()
    if not CODE.fullmatch(code):
        raise Invalid(
            _l("Please correct the fields named below."),
            errors={"code": [_l("Letters A–Z, digits, hyphen and full stop, at most 40.")]},
        )
    return code


def checked_fields(fields: dict[str, Any], run: ClassRun | None = None) -> dict[str, Any]:
    """The fields as they are stored.

    Raises:
        Invalid: naming every field at fault.
        TypeError: a field that classes do not have.
    """
    values: dict[str, Any] = {}
    errors: dict[str, list] = {}
    for name, value in fields.items():
        if name in TEXTS:
            values[name] = clean(value or "", multiline=name == "signer_title")
            if len(values[name]) > TEXTS[name]:
                errors[name] = [_l("At most %(most)s characters.", most=TEXTS[name])]
        elif name == "mode" and value not in MODES:
            errors[name] = [_l("Choose one of the list.")]
        elif name in (*DAYS, "mode", "supervisor_id", "instructor_ids"):
            values[name] = value
        else:
            raise TypeError(f"a class has no field {name}")
    if "title" in values and not values["title"]:
        errors["title"] = [_l("Give the class a title.")]
    opens = values.get("opens_on", run.opens_on if run else None)
    closes = values.get("closes_on", run.closes_on if run else None)
    if opens and closes and closes < opens:
        errors["closes_on"] = [_l("The class cannot close before it opens.")]
    errors |= _unknown_people(values)
    if errors:
        raise Invalid(_l("Please correct the fields named below."), errors=errors)
    return values


def _unknown_people(values: dict[str, Any]) -> dict[str, list]:
    named = {
        "supervisor_id": [values.get("supervisor_id")],
        "instructor_ids": values.get("instructor_ids") or [],
    }
    wanted = {person for people in named.values() for person in people if person is not None}
    if not wanted:
        return {}
    known = set(
        db.session.scalars(select(Person.id).where(Person.id.in_(wanted), Person.deactivated_at.is_(None)))
    )
    return {
        field: [_l("There is no such person.")]
        for field, people in named.items()
        if any(person is not None and person not in known for person in people)
    }
