"""Tables to mark and entries to be sorted, in Moodle XML.

Moodle itself has neither. Where each row has one answer, the question becomes one of matching, and tags say what it
was; a table with several marks in a row is written for the plugin ``qtype_matrix``, which is read, too.
"""

from __future__ import annotations

import re
from decimal import Decimal

from academy.kernel.safe_xml import XmlElement
from academy.kernel.text import nfc
from academy.questions import credit
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import escape_markdown, is_plain, plain_text
from academy.questions.exchange.moodle_page import Page, Plan, text_of
from academy.questions.exchange.moodle_source import Fields, Source, number_of
from academy.questions.exchange.neutral import Body, Groups, Note, Pairs, Table

__all__ = ["as_it_was", "read_matrix", "write_groups", "write_table"]

NOWHERE = "–"
_GRADES = {credit.ALL_OR_NOTHING: "kprime", credit.EACH_PART: "all"}
_GRADES_HERE = {grade: rule for rule, grade in _GRADES.items()}


def write_table(page: Page, body: Table) -> Plan:
    columns = [plain_text(column) for column in body.columns]
    if not all(map(is_plain, body.columns)):
        page.notes.append(Note("plain"))
    if body.several or len(set(columns)) < len(columns):
        return _matrix(page, body)
    page.notes.append(Note("as_matching"))
    if body.rule != credit.EACH_PART:
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    rights = [columns[right[0]] for right in body.right]
    return _matching(page, list(zip(body.rows, rights, strict=True)), columns, "matrix", body.rule)


def write_groups(page: Page, body: Groups) -> Plan:
    page.notes.append(Note("as_matching"))
    groups = [plain_text(group) for group in body.groups]
    if not all(map(is_plain, body.groups)):
        page.notes.append(Note("plain"))
    if body.rule == credit.ALL_OR_NOTHING:
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    nowhere = next(NOWHERE * n for n in range(1, len(groups) + 2) if NOWHERE * n not in groups)
    if None in body.right:
        page.notes.append(Note("nowhere", {"sign": nowhere}))
    rights = [nowhere if right is None else groups[right] for right in body.right]
    return _matching(page, list(zip(body.entries, rights, strict=True)), groups, "placing", body.rule)


def _matching(page: Page, rows: list[tuple[str, str]], choices: list[str], kind: str, rule: str) -> Plan:
    """Rows with their answers; the tag ``order`` says which answer was which column."""
    used = list(dict.fromkeys(right for _left, right in rows))
    unused = [choice for choice in choices if choice not in used]
    pool = [*used, *unused]

    def parts() -> None:
        page.line(2, "<shuffleanswers>true</shuffleanswers>")
        for left, right in (*rows, *(("", choice) for choice in unused)):
            page.text(2, "subquestion", left, more=f"<answer>{text_of(right)}</answer>")

    order = ".".join(str(pool.index(choice) + 1) for choice in choices)
    return "matching", parts, {"rule": rule, "usual": True, "settings": {"kind": kind, "order": order}}


def as_it_was(source: Source, body: Pairs) -> Body:
    """Pairs that were a table or entries to be sorted, by their tags; else as they are."""
    kind, order = source.settings.get("kind"), source.settings.get("order", "")
    if kind not in ("matrix", "placing") or not re.fullmatch(r"\d{1,2}(?:\.\d{1,2})*", order):
        return body
    pool = list(dict.fromkeys((*(right for _left, right in body.pairs), *body.distractors)))
    numbers = [int(word) - 1 for word in order.split(".")]
    if len(set(numbers)) < len(numbers) or not all(0 <= number < len(pool) for number in numbers):
        return body
    choices = [pool[number] for number in numbers]
    lefts = tuple(left for left, _right in body.pairs)
    rights = [choices.index(right) if right in choices else None for _left, right in body.pairs]
    rule = source.settings.get("credit", "")
    if kind == "placing":
        return Groups(entries=lefts, groups=tuple(choices), right=tuple(rights), rule=rule)
    if None in rights:
        return body
    right = tuple((index,) for index in rights if index is not None)
    return Table(rows=lefts, columns=tuple(choices), right=right, rule=rule)


# --- the plugin qtype_matrix ----------------------------------------------------------------------


def _matrix(page: Page, body: Table) -> Plan:
    page.notes.append(Note("plugin", {"name": "qtype_matrix"}))
    if body.rule == credit.RIGHT_MINUS_WRONG:
        page.notes.append(Note("credit", {"rule": "#each_part"}))
    if not all(map(is_plain, body.rows)):
        page.notes.append(Note("plain"))

    def parts() -> None:
        page.line(2, f"<grademethod>{_GRADES.get(body.rule, 'all')}</grademethod>")
        page.line(2, f"<multiple>{int(body.several)}</multiple>")
        page.line(2, "<shuffleanswers>1</shuffleanswers>")
        page.line(2, "<usedndui>0</usedndui>")
        empty = '<description format="html"><text></text></description>'
        said = '<feedback format="html"><text></text></feedback>'
        for row in body.rows:
            page.line(2, f"<row>{_short(row)}{empty}{said}</row>")
        for column in body.columns:
            page.line(2, f"<col>{_short(column)}{empty}</col>")
        for right in body.right:
            cells = (int(index in right) for index in range(len(body.columns)))
            weights = "".join(f"<weight-of-col>{cell}</weight-of-col>" for cell in cells)
            page.line(2, f"<weights-of-row>{weights}</weights-of-row>")

    return "matrix", parts, {"rule": body.rule, "usual": True}


def _short(text: str) -> str:
    return text_of(plain_text(text)).replace("text>", "shorttext>")


def read_matrix(source: Source) -> Fields:
    rows, columns = source.element.all("row"), source.element.all("col")
    weights = [
        [number_of("".join(cell.texts()).strip() or "0") for cell in row.all("weight-of-col")]
        for row in source.element.all("weights-of-row")
    ]
    if len(weights) != len(rows) or any(len(cells) != len(columns) for cells in weights):
        raise Unmappable("missing_part", detail="weights-of-row")
    if any(cell not in (Decimal(0), Decimal(1)) for cells in weights for cell in cells):
        source.notes.append(Note("weights"))
    grade = source.element.words("grademethod")
    rule = source.settings.get("credit") or _GRADES_HERE.get(grade, "")
    if not rule:
        source.notes.append(Note("scoring", {"rule": "#each_part"}))
    right = tuple(tuple(index for index, cell in enumerate(cells) if cell > 0) for cells in weights)
    body = Table(
        rows=tuple(_text(source, row) for row in rows),
        columns=tuple(_text(source, column) for column in columns),
        right=right,
        several=source.flag("multiple"),
        rule=rule,
    )
    said = [text for row in rows if (text := source.markdown(row.find("feedback")))]
    if not said:
        return {"body": body}
    source.notes.append(Note("feedback_joined"))
    explanation = source.markdown(source.element.find("generalfeedback"))
    return {"body": body, "explanation": "\n\n".join(filter(None, (explanation, *said)))}


def _text(source: Source, element: XmlElement) -> str:
    short = escape_markdown(nfc(element.words("shorttext")))
    more = source.markdown(element.find("description"))
    return f"{short}: {more}" if short and more else short or more
