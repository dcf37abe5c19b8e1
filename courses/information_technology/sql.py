"""The exercise kind ``information_technology:sql``: write a query, judged by what it gives.

An answer is run on the data shown and on a second, hidden data set of the same form, and both results are
compared with those of the author's query. So any way of asking the right question is right, and a query that
only repeats the figures of the shown data is not.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from typing import Any, ClassVar

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from academy.sdk import Feedback, Grade, Invalid, Localized, Printed, _l, localized, nfc
from courses.information_technology import sql_words as words
from courses.information_technology.comparison import Difference, difference
from courses.information_technology.sandbox import (
    MAX_QUERY,
    DataRefused,
    QueryResult,
    SandboxFailed,
    run_queries,
)
from courses.information_technology.tables import columns_by_table, shown_tables

HALF_WHEN_NEAR, ALL_OR_NOTHING = "half_when_near", "all_or_nothing"
CREDIT_RULES: Mapping[str, object] = {
    HALF_WHEN_NEAR: _l(
        "Half when near: full marks if right on the shown and the hidden data; half if right on the shown data "
        "only, or if only the order of rows is wrong"
    ),
    ALL_OR_NOTHING: _l("All or nothing: right on both data sets, or no marks"),
}
MAX_SCRIPT = 60_000
MAX_ROWS_KEPT = 30
MAX_CELL_KEPT = 200


class SqlSpec(Schema):
    """``prompt``, ``tables`` (CREATE TABLE), ``rows`` and ``hidden_rows`` (INSERT), ``solution``, ``ordered``;
    ``hint``, ``explanation`` and ``credit`` may be left out. Loading runs the solution on both data sets."""

    class Meta:
        unknown = RAISE

    prompt = Localized(required=True, error_messages={"required": _l("The question has no text.")})
    tables = fields.String(required=True, validate=validate.Length(1, MAX_SCRIPT))
    rows = fields.String(required=True, validate=validate.Length(1, MAX_SCRIPT))
    hidden_rows = fields.String(required=True, validate=validate.Length(1, MAX_SCRIPT))
    solution = fields.String(required=True, validate=validate.Length(1, MAX_QUERY))
    ordered = fields.Boolean(load_default=False)
    hint = Localized()
    explanation = Localized()
    credit = fields.String(validate=validate.OneOf(tuple(CREDIT_RULES)))

    @pre_load
    def _given(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(key): value for key, value in data.items() if value is not None}
        return data

    @validates_schema
    def _solution_works(self, data: Mapping[str, Any], **named: Any) -> None:
        shown, hidden = _solved(data["tables"], data["rows"], data["hidden_rows"], data["solution"])
        if not shown.rows:
            raise ValidationError(_l("The solution finds no row in the data shown."), "rows")
        if not difference(
            shown.rows,
            hidden.rows,
            columns=(len(shown.columns), len(hidden.columns)),
            ordered=data["ordered"],
        ):
            raise ValidationError(
                _l("The solution gives the same result on both data sets: a constant would pass."),
                "hidden_rows",
            )
        if data["ordered"] and not re.search(r"\border\s+by\b", data["solution"], re.IGNORECASE):
            raise ValidationError(_l("The order counts, but the solution has no ORDER BY."), "solution")


@lru_cache(maxsize=256)
def _solved(tables: str, rows: str, hidden_rows: str, solution: str) -> tuple[QueryResult, QueryResult]:
    """The author's solution on both data sets; remembered, for files are checked more than once.

    Raises:
        ValidationError: a script or the solution does not work; by field.
    """
    fields_of_data = ("rows", "hidden_rows")
    try:
        [[shown], [hidden]] = run_queries(tables, [rows, hidden_rows], [solution])
        for result in (shown, hidden):
            if result.error is not None:
                remarks = words.error_feedback(solution, result.error, columns_by_table(tables, rows))
                raise ValidationError([localized(remark.text) for remark in remarks], "solution")
    except DataRefused as refusal:
        where = "tables" if refusal.loading == "tables" else fields_of_data[refusal.data]
        raise ValidationError(_l("SQLite refuses this: %(why)s", why=str(refusal)), where) from refusal
    except SandboxFailed as failure:
        raise ValidationError(_l("The query cannot be tried at the moment."), "solution") from failure
    return shown, hidden


class SqlExercise:
    """Answer: a query as text."""

    kind: ClassVar[str] = "information_technology:sql"
    title: ClassVar[Mapping[str, str]] = {"vi": "Truy vấn SQL", "en": "SQL query", "de": "SQL-Abfrage"}
    spec_schema: ClassVar[type[Schema]] = SqlSpec
    template: ClassVar[str] = "information_technology/sql.html"
    template_is_pure: ClassVar[bool] = True
    editor: ClassVar[str] = "information_technology/sql_editor.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        """``text``, ``tables`` with the rows shown, the ``script`` that makes them, and how it is judged."""
        return {
            "text": localized(spec["prompt"], lang),
            "tables": shown_tables(spec["tables"], spec["rows"], lang),
            "script": {"tables": spec["tables"], "rows": spec["rows"]},
            "ordered": spec["ordered"],
            "hint": localized(spec.get("hint") or {}, lang),
            "max_length": MAX_QUERY,
        }

    def read_form(self, form: Any, name: str) -> str | None:
        value = form.get(name) or ""
        return value if value.strip() else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        return checked_query(answer)

    def grade(self, spec: Mapping[str, Any], answer: str | None, seed: int) -> Grade:
        """Run answer and solution on both data sets and compare.

        Raises:
            SandboxFailed: nothing can be said about the answer now; it waits to be graded.
        """
        rule = spec.get("credit") or HALF_WHEN_NEAR
        if answer is None:
            return _grade(Decimal(0), rule, "empty", [Feedback(text=words.EMPTY, tone="wrong")])
        (wanted, mine), (wanted_hidden, mine_hidden) = run_queries(
            spec["tables"], [spec["rows"], spec["hidden_rows"]], [spec["solution"], answer]
        )
        if wanted.error or wanted_hidden.error:
            raise SandboxFailed(f"the solution gave no result: {wanted.error or wanted_hidden.error}")
        if mine.error is not None:
            columns = columns_by_table(spec["tables"], spec["rows"])
            remarks = words.error_feedback(answer, mine.error, columns)
            return _grade(Decimal(0), rule, "error", remarks, kind=mine.error.kind)
        shown = _compared(mine, wanted, spec["ordered"])
        hidden = _compared(mine_hidden, wanted_hidden, spec["ordered"])
        verdict = _verdict(mine, shown, hidden)
        return _grade(_score(verdict, rule), rule, verdict, _remarks(verdict, shown), result=_evidence(mine))

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "query": spec["solution"].strip(),
            "explanation": localized(spec.get("explanation") or {}, lang),
        }

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        tables = columns_by_table(spec["tables"], spec["rows"])
        forms = [f"{name} ({', '.join(columns)})" for name, columns in tables.items()]
        return "\n".join([localized(spec["prompt"], lang), *forms])

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The tables as they are shown, room for a query, and the author's own as key: others may be right too."""
        tables = [
            "\n".join(
                [
                    f"**{table['name']}**",
                    "",
                    _table_line([column["name"] for column in table["columns"]]),
                    _table_line(["---"] * len(table["columns"])),
                    *(_table_line(row) for row in table["rows"]),
                ]
            )
            for table in shown_tables(spec["tables"], spec["rows"], lang)
        ]
        return Printed(
            text="\n\n".join([localized(spec["prompt"], lang), *tables]),
            lines=6,
            hint=localized(words.ON_PAPER, lang),
            key=tuple(spec["solution"].strip().splitlines()),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec: dict[str, Any] = {
            name: _lines(form.get(name))
            for name in ("tables", "rows", "hidden_rows", "solution", "credit")
            if (form.get(name) or "").strip()
        }
        for name in ("prompt", "hint", "explanation"):
            texts = {lang: form.get(f"{name}.{lang}") or "" for lang in ("vi", "en", "de")}
            if any(text.strip() for text in texts.values()):
                spec[name] = {lang: text for lang, text in texts.items() if text.strip()}
        spec["ordered"] = bool(form.get("ordered"))
        return spec


def _table_line(cells: Sequence[Any]) -> str:
    """A row of a Markdown table."""
    return "| " + " | ".join(str(cell).replace("|", "\\|").replace("\n", " ") for cell in cells) + " |"


def checked_query(answer: Any) -> str:
    """A query in its normal form: NFC, plain line ends and spaces.

    Raises:
        Invalid: not a text, empty, or longer than :data:`MAX_QUERY` characters.
    """
    message = None
    if not isinstance(answer, str) or "\x00" in answer or not _is_encodable(answer):
        message = _l("Answer with a query.")
    elif not answer.strip():
        message = _l("The answer is empty.")
    elif len(answer) > MAX_QUERY:
        message = _l("Write at most %(n)s characters.", n=MAX_QUERY)
    if message is not None:
        raise Invalid(message, rule="answer.form", errors={"answer": [message]})
    return nfc(_lines(answer)).strip()


def _is_encodable(text: str) -> bool:
    """Whether every character is one: JSON may hold halves of surrogate pairs."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _lines(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " ")


def _compared(mine: QueryResult, wanted: QueryResult, ordered: bool) -> Difference | None:
    if mine.error is not None:
        return Difference(kind="error")
    return difference(
        mine.rows, wanted.rows, columns=(len(mine.columns), len(wanted.columns)), ordered=ordered
    )


def _verdict(mine: QueryResult, shown: Difference | None, hidden: Difference | None) -> str:
    """``right``, ``constant`` (reads no table), ``shown_only``, ``order`` or ``wrong``."""
    if shown is None:
        if not mine.read:
            return "constant"
        return "right" if hidden is None else "shown_only"
    only_order = shown.kind == "order" and (hidden is None or hidden.kind == "order")
    return "order" if only_order else "wrong"


def _score(verdict: str, rule: str) -> Decimal:
    if verdict == "right":
        return Decimal(1)
    near = verdict in ("shown_only", "order") and rule == HALF_WHEN_NEAR
    return Decimal("0.5") if near else Decimal(0)


def _remarks(verdict: str, shown: Difference | None) -> list[Feedback]:
    if shown is not None:
        return words.difference_feedback(shown)
    if verdict == "right":
        return [Feedback(text=words.RIGHT, tone="right")]
    remark = Feedback(text=words.NO_TABLE_READ if verdict == "constant" else words.ONLY_SHOWN, tone="wrong")
    return [remark]


def _grade(score: Decimal, rule: str, verdict: str, remarks: Sequence[Feedback], **evidence: Any) -> Grade:
    return Grade(score=score, feedback=tuple(remarks), details={"rule": rule, "verdict": verdict, **evidence})


def _evidence(mine: QueryResult) -> dict[str, Any]:
    """The result on the data shown, shortened, to be kept with the answer."""
    return {
        "columns": [column[:MAX_CELL_KEPT] for column in mine.columns],
        "rows": [
            [value[:MAX_CELL_KEPT] if isinstance(value, str) else value for value in row]
            for row in mine.rows[:MAX_ROWS_KEPT]
        ],
        "count": len(mine.rows),
    }
