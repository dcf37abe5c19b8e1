"""What can be wrong with a list of people: with the file as a whole, and with a line of it.

Findings are kept as a code with parameters and put into words for whoever reads them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from academy.kernel.i18n import _l
from academy.organization.errors import UnreadableList
from academy.organization.person_values import PROBLEMS as VALUE_PROBLEMS

FILE_PROBLEMS: dict[str, tuple[Any, Any]] = {
    "empty": (_l("The file is empty."), _l("Choose the file with the list of people.")),
    "too_large": (_l("The file is larger than %(limit)s MB."), _l("Split the list and import the parts.")),
    "too_many": (_l("The list has more than %(limit)s lines."), _l("Split the list and import the parts.")),
    "old_excel": (
        _l("This is a file of Excel 97–2003 (.xls)."),
        _l("Open it in the spreadsheet program and save it as .xlsx or as CSV UTF-8."),
    ),
    "broken": (
        _l("The file cannot be read as a spreadsheet."),
        _l("Open it in the spreadsheet program, save it again as .xlsx, and choose the new file."),
    ),
    "quotes": (
        _l("Near line %(line)s a quotation mark is not closed."),
        _l("Correct the line, or save the list as .xlsx."),
    ),
    "encoding": (
        _l("The letters of the file cannot be read (encoding: %(guess)s)."),
        _l("Save it as .xlsx or as CSV UTF-8."),
    ),
    "legacy": (
        _l("The list is written in an old font encoding (TCVN3/ABC or VNI): “%(example)s”."),
        _l("Convert it to Unicode first, for instance with the conversion tool of UniKey, and save it as .xlsx."),
    ),
    "no_headings": (
        _l("No line with headings was found. A list needs at least: %(missing)s."),
        _l("Name the columns as in the template, which can be downloaded here."),
    ),
    "twice": (
        _l("Two columns are headed “%(heading)s” or alike."),
        _l("Leave only one of them, or head the other differently."),
    ),
    "outdated": (
        _l("Since the list was checked, something that it touches has changed. Nothing was imported."),
        _l("Upload the list again and look at the new verdicts."),
    ),
    "no_lines": (_l("Below the headings there is no line."), _l("Fill in one line for each person.")),
}

LINE_PROBLEMS: dict[str, tuple[Any, Any]] = VALUE_PROBLEMS | {
    "no_key": (
        _l("The staff code is missing."),
        _l("Give every person a staff code that stays the same, or a user name."),
    ),
    "same_key": (
        _l("The staff code stands in line %(line)s too."),
        _l("Remove one of the two lines, or correct the code."),
    ),
    "same_username": (
        _l("The user name, or one that looks like it, stands in line %(line)s too."),
        _l("Give each person a user name of his own."),
    ),
    "same_number": (
        _l("The personal number stands in line %(line)s too."),
        _l("Compare both with the identity cards."),
    ),
    "taken_username": (
        _l("The user name %(value)s, or one that looks like it, is somebody else's."),
        _l("Choose another, for instance with the birth year."),
    ),
    "other_username": (
        _l("This person signs in as %(value)s."),
        _l("Leave the user name empty or as it is: an import does not change it."),
    ),
    "taken_number": (
        _l("The personal number is recorded for somebody else."),
        _l("Compare both with the identity cards."),
    ),
    "elsewhere": (
        _l("This staff code belongs to somebody whom you do not manage."),
        _l("Check the code, or ask the office of the city for the transfer."),
    ),
    "left": (_l("This person has left the service."), _l("Take the person back on the record page first.")),
    "no_unit": (
        _l("The unit is missing."),
        _l("Write the unit's code, or choose a unit for the whole list when you upload it."),
    ),
    "unknown_unit": (
        _l("No unit has the code %(value)s."),
        _l("Look the code up in the list of units or in the template's second sheet."),
    ),
    "closed_unit": (_l("The unit %(value)s is closed."), _l("Write the code of the unit that took over.")),
    "not_yet_unit": (_l("The unit %(value)s does not exist on that day."), _l("Choose a later day.")),
    "foreign_unit": (
        _l("You do not manage people at the unit %(value)s."),
        _l("Write one of your own units, or ask an officer of that unit."),
    ),
    "later_posting": (
        _l("A posting that begins on %(value)s stands in the way."),
        _l("Choose a later day in the column “from”."),
    ),
}

NOTES: dict[str, Any] = {
    "new_position": _l("The position “%(value)s” is new and will be added."),
    "new_account": _l("An account %(value)s will be made; its first password is issued afterwards."),
}


def unreadable(code: str, **params: Any) -> UnreadableList:
    """The refusal of a file as a whole; ``error.code`` and ``error.params`` can be kept and worded later."""
    reason, remedy = FILE_PROBLEMS[code]
    error = UnreadableList(_Filled(reason, params), next_step=_Filled(remedy, params), errors={"file": [_Filled(reason, params)]})
    error.code, error.params = code, params
    return error


def line_texts(code: str, params: Mapping[str, Any]) -> tuple[str, str]:
    """What is wrong with a line and what to do about it, in the reader's language."""
    reason, remedy = LINE_PROBLEMS[code]
    return str(reason) % params, str(remedy) % params


def note_text(code: str, params: Mapping[str, Any]) -> str:
    return str(NOTES[code]) % params


class _Filled:
    """A lazy text whose parameters are filled in when it is read."""

    def __init__(self, text: Any, params: Mapping[str, Any]) -> None:
        self._text, self._params = text, params

    def __str__(self) -> str:
        return str(self._text) % self._params
