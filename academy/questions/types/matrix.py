"""A table to mark: rows of statements, columns of what may hold for them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from marshmallow import RAISE, Schema, fields, validate, validates_schema

from academy.kernel.i18n import _l, localized
from academy.plugins.contract import Grade, Printed
from academy.questions import credit
from academy.questions.fields import Localized, SpecSchema, names_are_distinct, texts_are_distinct, wrong_at
from academy.questions.forms import LANG, ROW, fields_below, fields_like, nested, ticked
from academy.questions.options import AUTHORS_ORDER, in_seeded_order, opaque_id
from academy.questions.types.core import CoreType, not_an_answer

ONE, SEVERAL = "one", "several"
CREDIT_RULES = (credit.EACH_PART, credit.ALL_OR_NOTHING, credit.RIGHT_MINUS_WRONG)
MAX_ROWS, MAX_COLUMNS = 12, 6
_NAME = validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens."))
_FORM = re.compile(
    rf"(?:text|explanation){LANG}|mode|credit|columns{ROW}\.(?:id|text{LANG})"
    rf"|rows{ROW}\.(?:id|text{LANG}|correct\.is-[a-z0-9-]{{1,32}})"
)
_PARTS = frozenset(("text", "explanation", "mode", "credit", "columns", "rows"))


class ColumnSchema(Schema):
    """What may hold for a row."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=200)


class RowSchema(Schema):
    """A row and the ids of the columns that are right for it."""

    class Meta:
        unknown = RAISE

    id = fields.String(required=True, validate=_NAME)
    text = Localized(required=True, max_length=500)
    correct = fields.List(
        fields.String(),
        required=True,
        validate=validate.Length(1, MAX_COLUMNS, error=_l("Mark what is right in this row.")),
        error_messages={"required": _l("Mark what is right in this row.")},
    )


class MatrixSpec(SpecSchema):
    """``rows`` and ``columns``; ``mode`` says whether one or several columns of a row may be marked."""

    mode = fields.String(load_default=ONE, validate=validate.OneOf((ONE, SEVERAL)))
    columns = fields.List(
        fields.Nested(ColumnSchema),
        required=True,
        validate=validate.Length(2, MAX_COLUMNS, error=_l("Give from {min} to {max} columns.")),
        error_messages={"required": _l("Give the columns of the table.")},
    )
    rows = fields.List(
        fields.Nested(RowSchema),
        required=True,
        validate=validate.Length(2, MAX_ROWS, error=_l("Give from {min} to {max} rows.")),
        error_messages={"required": _l("Give the rows of the table.")},
    )
    credit = fields.String(validate=validate.OneOf(CREDIT_RULES))

    @validates_schema
    def _table_is_clear(self, data: Mapping[str, Any], **named: Any) -> None:
        for part in ("columns", "rows"):
            names_are_distinct(data[part], part)
            texts_are_distinct([row["text"] for row in data[part]], part)
        known = {column["id"] for column in data["columns"]}
        for index, row in enumerate(data["rows"]):
            if len(set(row["correct"])) < len(row["correct"]) or not known.issuperset(row["correct"]):
                raise wrong_at(_l("Name columns of the table, each once."), "rows", index, "correct")
            if data["mode"] == ONE and len(row["correct"]) != 1:
                raise wrong_at(
                    _l("One column of each row may be marked: exactly one is right."),
                    "rows",
                    index,
                    "correct",
                )


class Matrix(CoreType):
    """Answer: presented id of a row → list of presented ids of columns; rows may be missing.

    The rule ``right_minus_wrong`` counts rows where one column is marked: the share of rows marked right less
    that of rows marked wrong. Where several may be marked it counts cells: the share of right cells marked less
    the share of wrong cells marked.
    """

    kind = "matrix"
    title = {"vi": "Bảng lựa chọn", "en": "Table to mark", "de": "Tabelle zum Ankreuzen"}
    spec_schema = MatrixSpec
    credit_rules = CREDIT_RULES
    keeps_authors_order = True

    def _rows(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(row["text"], "row"): row for row in spec["rows"]}

    def _columns(self, spec: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
        return {opaque_id(column["text"], "column"): column for column in spec["columns"]}

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        rows, columns = self._rows(spec), self._columns(spec)
        order = list(rows) if seed == AUTHORS_ORDER else in_seeded_order(rows, seed)
        return {
            "text": localized(spec["text"], lang),
            "many": spec["mode"] == SEVERAL,
            # columns are often a scale: they keep their order
            "columns": [{"id": name, "text": localized(one["text"], lang)} for name, one in columns.items()],
            "rows": [{"id": name, "text": localized(rows[name]["text"], lang)} for name in order],
        }

    def _public_parts(self, spec: Mapping[str, Any], lang: str) -> list[str]:
        return [localized(part["text"], lang) for part in (*spec["columns"], *spec["rows"])]

    def read_form(self, form: Any, name: str) -> dict[str, list[str]] | None:
        marked = {
            row: [value for value in form.getlist(field) if value]
            for row, field in fields_below(form, name).items()
        }
        return {row: values for row, values in marked.items() if values} or None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> dict[str, list[str]]:
        rows, columns = self._rows(spec), self._columns(spec)
        most = 1 if spec["mode"] == ONE else len(columns)
        if not isinstance(answer, Mapping) or not all(
            row in rows
            and isinstance(marked, list)
            and 1 <= len(marked) <= most
            and all(isinstance(name, str) and name in columns for name in marked)
            for row, marked in answer.items()
        ):
            raise not_an_answer(_l("Mark the table shown."))
        return {row: [name for name in columns if name in answer[row]] for row in rows if row in answer}

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        rule, marked, key = self.credit_rule(spec), answer or {}, self._right(spec)
        hits = {row: set(marked.get(row, ())) == right for row, right in key.items()}
        rows = self._rows(spec)
        return Grade(
            score=self._score(rule, spec, key, marked, hits),
            details={"rule": rule, "parts": {rows[row]["id"]: hit for row, hit in hits.items()}},
        )

    def _score(
        self,
        rule: str,
        spec: Mapping[str, Any],
        key: Mapping[str, set[str]],
        marked: Mapping[str, list[str]],
        hits: Mapping[str, bool],
    ) -> Decimal:
        right = sum(hits.values())
        if rule == credit.ALL_OR_NOTHING:
            return credit.FULL if right == len(hits) else credit.NOTHING
        if rule == credit.EACH_PART:
            return credit.share(right, len(hits))
        if spec["mode"] == ONE:
            return credit.share(max(2 * right - len(marked), 0), len(hits))
        cells = {f"{row} {column}" for row in key for column in self._columns(spec)}
        wanted = {f"{row} {column}" for row, columns in key.items() for column in columns}
        chosen = {f"{row} {column}" for row, columns in marked.items() for column in columns}
        return credit.chosen_options(rule, right=wanted, wrong=cells - wanted, chosen=chosen)

    def _right(self, spec: Mapping[str, Any]) -> dict[str, set[str]]:
        names = {column["id"]: name for name, column in self._columns(spec).items()}
        return {row: {names[one] for one in data["correct"]} for row, data in self._rows(spec).items()}

    def _key(self, spec: Mapping[str, Any], lang: str) -> dict[str, Any]:
        columns = self._columns(spec)
        return {
            "rows": {
                row: [name for name in columns if name in right] for row, right in self._right(spec).items()
            }
        }

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """The table as it stands on a sheet; the marker's key names the right columns row by row."""
        view, key = self.present(spec, seed, lang), self._right(spec)
        texts = {column["id"]: column["text"] for column in view["columns"]}
        return Printed(
            text=view["text"],
            rows=tuple(row["text"] for row in view["rows"]),
            columns=tuple(texts.values()),
            hint=str(
                _l("Mark all that apply in each row.") if view["many"] else _l("Mark one box in each row.")
            ),
            key=tuple(
                f"{row['text']}: {', '.join(text for name, text in texts.items() if name in key[row['id']])}"
                for row in view["rows"]
            ),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        spec = nested(fields_like(form, _FORM), _PARTS)
        for row in spec.get("rows", ()):
            ticked(row, "correct")
        return spec
