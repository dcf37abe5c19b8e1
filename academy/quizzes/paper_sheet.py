"""Printed variants of a quiz: from slots to the data of the printer's template, and to the table of keys."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from academy.catalog.formula_tree import flat
from academy.kernel.i18n import _, localized, ngettext
from academy.kernel.spreadsheet import to_xlsx
from academy.plugins.contract import Printed
from academy.questions.on_paper import letter, number_on_paper
from academy.questions.queries import VersionRow, print_item
from academy.quizzes.paper_text import blocks_of, pictures_in, runs_of
from academy.quizzes.rules import QuizRules
from academy.quizzes.views import shown_seed

__all__ = ["TEMPLATE", "Sheet", "key_table", "key_xlsx", "pictures_of", "sheet_of"]

TEMPLATE = Path(__file__).parent / "typst" / "paper.typ"
MAX_WIDTH, MAX_HEIGHT = 150, 90
"""Millimetres that a picture may take."""
_NUMBERED = re.compile(r"^\d{1,2}\. ")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """One variant: what the template needs for the paper and for its key."""

    code: str
    title: str
    course: str
    lang: str
    about: str
    questions: tuple[Mapping[str, Any], ...]

    def paper(self) -> dict[str, Any]:
        return self._data("paper", foot=_("Paper %(code)s", code=self.code))

    def key(self) -> dict[str, Any]:
        return self._data("key", foot=_("Key of paper %(code)s", code=self.code)) | {"about": ""}

    def _data(self, kind: str, *, foot: str) -> dict[str, Any]:
        questions = [dict(one) for one in self.questions]
        if kind == "paper":
            for one in questions:
                del one["key"], one["item"]
        return _frame(kind, self.lang, self.title, self.course) | {
            "code": self.code,
            "about": self.about,
            "foot": foot,
            "questions": questions,
        }


def sheet_of(
    code: str,
    seed: int,
    slots: Sequence[tuple[VersionRow, Decimal]],
    *,
    rules: QuizRules,
    course: Mapping[str, str],
    lang: str,
    picture: Callable[[str], Mapping[str, Any] | None],
) -> Sheet:
    """One variant, as it stands on paper; call it with the language of the paper in force.

    Args:
        seed: of the variant.
        slots: the versions in order, with their weights.
        picture: path among the course's media → ``{"file", "ratio"}``, None if it cannot be printed.
    """
    same_weight = len({weight for _version, weight in slots}) == 1
    questions = []
    for number, (version, weight) in enumerate(slots, 1):
        printed = print_item(version, shown_seed(rules, seed, number, version.kind), lang)
        points = "" if same_weight else _points(weight, lang)
        questions.append(_question(number, printed, version, weight, points, lang, picture))
    count = len(slots)
    about = [ngettext("%(num)s question", "%(num)s questions", count)]
    if rules.minutes:
        about.append(ngettext("Time: %(num)s minute", "Time: %(num)s minutes", rules.minutes))
    return Sheet(
        code=code,
        title=localized(rules.title, lang),
        course=localized(course, lang),
        lang=lang,
        about=" · ".join(about),
        questions=tuple(questions),
    )


def pictures_of(version: VersionRow, seed: int, lang: str) -> set[str]:
    """Paths of the pictures that an item shows on paper."""
    printed = print_item(version, seed, lang)
    paths = {block["path"] for block in pictures_in(blocks_of(printed.text))}
    return paths | ({printed.picture} if printed.picture else set())


def key_table(sheets: Sequence[Sheet]) -> dict[str, Any]:
    """The keys of all variants side by side, for the template."""
    first = sheets[0]
    rows = [
        {
            "number": number,
            "keys": [_plain_key(sheet.questions[number - 1]) for sheet in sheets],
        }
        for number in range(1, len(first.questions) + 1)
    ]
    return _frame("table", first.lang, first.title, first.course) | {
        "code": "",
        "about": "",
        "foot": _("All keys"),
        "codes": [sheet.code for sheet in sheets],
        "rows": rows,
    }


def key_xlsx(sheets: Sequence[Sheet]) -> bytes:
    """The same as a workbook: a row a question, per variant the right answer and the question's key in the bank."""
    columns = [_("Question")]
    for sheet in sheets:
        columns += [_("Paper %(code)s", code=sheet.code), _("Bank, %(code)s", code=sheet.code)]
    rows = []
    for index in range(len(sheets[0].questions)):
        row: list[Any] = [index + 1]
        for sheet in sheets:
            question = sheet.questions[index]
            row += ["\n".join(_plain_key(question)), question["item"]]
        rows.append(row)
    return to_xlsx(_("All keys"), columns, rows)


def _plain_key(question: Mapping[str, Any]) -> list[str]:
    return ["".join(flat(text) if style == "m" else text for style, text in line) for line in question["key"]]


def _question(
    number: int,
    printed: Printed,
    version: VersionRow,
    weight: Decimal,
    points: str,
    lang: str,
    picture: Callable[[str], Mapping[str, Any] | None],
) -> dict[str, Any]:
    text = blocks_of(printed.text)
    if printed.picture:
        text.append({"k": "picture", "path": printed.picture, "alt": printed.picture_alt})
    for block in pictures_in(text):
        block |= _placed(picture(block["path"]))
    is_marked = bool(printed.choices) and not printed.rows and not printed.lines
    return {
        "number": number,
        "label": _("Question %(n)s.", n=number),
        "points": points,
        "weight": number_on_paper(format(weight.normalize(), "f"), lang),
        "text": text,
        "hint": printed.hint,
        "choices": [
            {"letter": letter(index), "runs": runs_of(choice)} for index, choice in enumerate(printed.choices)
        ],
        "rows": [runs_of(_escaped(row)) for row in printed.rows],
        "boxes": bool(printed.choices) and bool(printed.rows),
        "columns": [runs_of(column) for column in printed.columns],
        "bank": [runs_of(entry) for entry in printed.bank],
        "lines": printed.lines,
        "marks": len(printed.choices) if is_marked else 0,
        "letters": [letter(index) for index in range(len(printed.choices))],
        "key": [runs_of(_escaped(line)) for line in printed.key],
        "item": f"{version.key} · v{version.number}",
    }


def _escaped(row: str) -> str:
    """A row that begins like a numbered list stays a line."""
    return _NUMBERED.sub(lambda found: found[0].replace(".", "\\."), row)


def _placed(found: Mapping[str, Any] | None) -> dict[str, Any]:
    """File and width of a picture, in millimetres, so that it fits; no file if it cannot be printed."""
    if found is None:
        return {"file": "", "width": 0}
    ratio = found["ratio"] or 1.5
    return {"file": found["file"], "width": round(min(MAX_WIDTH, MAX_HEIGHT * ratio), 1)}


def _points(weight: Decimal, lang: str) -> str:
    return "(" + _("%(n)s points", n=number_on_paper(format(weight.normalize(), "f"), lang)) + ")"


def _frame(kind: str, lang: str, title: str, course: str) -> dict[str, Any]:
    return {
        "kind": kind,
        "lang": lang,
        "title": title,
        "course": course,
        "by": course,
        "words": {
            "page": _("page"),
            "code": _("Paper"),
            "name": _("Full name"),
            "number": _("Candidate number"),
            "end": _("– End –"),
            "sheet": _("Answer sheet"),
            "sheet_hint": _(
                "Fill the circle of the letter you choose; write all other answers on the line, or on the paper itself where the line says nothing."
            ),
            "key": _("Key for the marker"),
            "keys": _("Keys of all papers"),
            "question": _("Question"),
            "right": _("Right answer"),
            "points": _("Points"),
            "item": _("In the bank"),
        },
    }
