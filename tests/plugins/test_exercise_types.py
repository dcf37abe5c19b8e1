"""Every kind of exercise of a course module: specs, presenting, grading, answers of any shape."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

import pytest
from marshmallow import ValidationError
from werkzeug.datastructures import MultiDict

from academy.kernel.errors import AcademyError
from academy.plugins.contract import ExerciseType, Grade, Printed
from tests.plugins.examples import ANSWERS, specs_of
from tests.plugins.subjects import every_type, examples, sentences, shown_on_purpose

GARBAGE = (
    None, "", " ", "x", "0", "\x00", "\u202e", "a" * 100_000, 0, -1, 1.5, True, False, [], [[]], [None], ["x"], {},
    {"x": 1}, {"turns": "x"}, {"turns": []}, {"document": "x", "ranges": [[0, 1]]}, {"ranges": [[1]]},
    {"document": None, "ranges": [[-1, 10**9]]}, [[0, 5]], {"1": {"2": {"3": []}}}, float("inf"),
    "'; DROP TABLE person; --", "🙂" * 300,
)  # fmt: skip


@every_type
def test_kind_implements_the_protocol_and_hasexamples(kind):
    assert isinstance(kind, ExerciseType)
    assert kind.kind in ANSWERS, "add examples to tests/plugins/examples.py"
    assert examples(kind), "no item of this kind in content/"


@every_type
def test_items_of_the_content_keep_the_schema(kind):
    for key, raw in specs_of(kind.kind):
        try:
            spec = kind.spec_schema().load(raw)
        except ValidationError as error:
            pytest.fail(f"{key}: {error.messages}")
        json.dumps(spec)
        assert kind.spec_schema().load(json.loads(json.dumps(spec))) == spec, f"{key}: loading twice differs"


@every_type
def test_schema_refuses_what_is_no_spec(kind):
    for data in ({}, {"nonsense": 1}, {"text": None}):
        with pytest.raises(ValidationError):
            kind.spec_schema().load(data)


@every_type
@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_presenting_is_plain_data_and_always_the_same(kind, lang):
    for spec, _answers in examples(kind):
        before = json.dumps(spec, sort_keys=True)
        for seed in (0, 1, 2**40):
            first = json.dumps(kind.present(spec, seed, lang), ensure_ascii=False, sort_keys=True)
            assert first == json.dumps(kind.present(spec, seed, lang), ensure_ascii=False, sort_keys=True)
        assert json.dumps(spec, sort_keys=True) == before, "presenting changed the spec"


SECRET_NAMES = {
    "correct", "answer", "answers", "accept", "accepted", "solution", "explanation", "feedback", "debrief",
    "transcript", "targets", "hidden", "hidden_rows", "homophones", "expected",
}  # fmt: skip


@every_type
def test_presenting_and_public_text_betray_nothing(kind):
    for spec, _answers in examples(kind):
        for lang in ("vi", "en", "de"):
            view, public = kind.present(spec, 7, lang), kind.text(spec, lang)
            assert not SECRET_NAMES & set(_names(view)), "a name in the view says it holds an answer"
            shown = json.dumps(view, ensure_ascii=False)
            for secret in sentences(kind.solution(spec, 7, lang)):
                if secret not in shown_on_purpose(spec, lang):
                    assert secret not in shown, f"shown before release: {secret}"
                    assert secret not in public, f"found by search before release: {secret}"


@every_type
@pytest.mark.parametrize("lang", ["vi", "en", "de"])
def test_items_can_be_printed_and_only_the_key_tells(kind, lang):
    for spec, _answers in examples(kind):
        sheet = kind.print(spec, 7, lang)
        assert isinstance(sheet, Printed) and sheet == kind.print(spec, 7, lang)
        assert sheet.text.strip() and sheet.key and all(line.strip() for line in sheet.key if line)
        told = "\n".join([sheet.text, sheet.hint, *sheet.choices, *sheet.rows, *sheet.columns, *sheet.bank])
        for secret in sentences(kind.solution(spec, 7, lang)):
            if secret not in shown_on_purpose(spec, lang):
                assert secret not in told, f"printed for candidates: {secret}"


def _names(data: Any) -> Iterator[str]:
    if isinstance(data, Mapping):
        for name, inner in data.items():
            yield str(name)
            yield from _names(inner)
    elif isinstance(data, list | tuple):
        for inner in data:
            yield from _names(inner)


@every_type
def test_grading_is_bounded_repeatable_and_plain(kind):
    for spec, answers in examples(kind):
        grades = [kind.grade(spec, answer, 3) for answer in answers]
        for answer, grade in zip(answers, grades, strict=True):
            _sound(grade)
            assert kind.grade(spec, answer, 3) == grade, "the same answer, another grade"
            assert kind.check_answer(spec, json.loads(json.dumps(answer))) == answer, "checking twice differs"
        assert grades[0].score == max(grade.score for grade in grades)
        _sound(kind.grade(spec, None, 3))
        assert kind.grade(spec, None, 3).score == 0


def _sound(grade: Grade) -> None:
    assert isinstance(grade.score, Decimal) and 0 <= grade.score <= 1
    assert grade.score == round(grade.score, 4)
    json.dumps(dict(grade.details))
    for remark in grade.feedback:
        assert remark.tone in {"right", "wrong", "info"}
        assert remark.text.get("vi") and remark.text.get("en")


@every_type
def test_garbage_is_refused_or_graded(kind):
    spec, _answers = examples(kind)[0]
    for garbage in GARBAGE:
        try:
            answer = kind.check_answer(spec, garbage)
        except AcademyError as error:
            assert error.status in (409, 422)
        else:
            json.dumps(answer)
            _sound(kind.grade(spec, answer, 1))


@every_type
def test_forms_without_fields_are_no_answer(kind):
    assert kind.read_form(MultiDict(), "ex-1") is None
    assert kind.read_form(MultiDict({"ex-2": "x", "other": "y"}), "ex-1") is None
