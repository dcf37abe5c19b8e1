"""Forms never show what marshmallow says to programmers."""

from __future__ import annotations

import pytest
from marshmallow import Schema, ValidationError, fields, validate

from academy.questions.field_messages import messages_by_field
from academy.questions.registry import kinds


class Form(Schema):
    name = fields.String(required=True)
    short = fields.String(validate=validate.Length(max=3))
    long = fields.String(validate=validate.Length(min=2))
    part = fields.Float(validate=validate.Range(0, 1))
    count = fields.Integer(validate=validate.Range(min=1))
    tone = fields.String(validate=validate.OneOf(["a", "b"]))


def test_measures_and_gaps_are_said_in_our_words(app):
    with pytest.raises(ValidationError) as refused:
        Form().load({"short": "1234", "long": "1", "part": 2, "count": 0, "tone": "c", "more": 1})
    said = {name: str(texts[0]) for name, texts in messages_by_field(refused.value.messages).items()}
    assert said == {
        "name": "This is missing.",
        "short": "At most 3.",
        "long": "At least 2.",
        "part": "Between 0 and 1.",
        "count": "At least 1.",
        "tone": "Choose one of these: a, b.",
        "more": "This field is not known here.",
    }


def test_no_empty_question_is_refused_in_the_words_of_the_library(app):
    for kind in kinds():
        with pytest.raises(ValidationError) as refused:
            kind.spec_schema().load({})
        said = [str(text) for texts in messages_by_field(refused.value.messages).values() for text in texts]
        assert said and not any("required field" in text for text in said), kind.kind
