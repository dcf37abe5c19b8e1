"""Shapes of courses, lessons and progress as a learner sees them."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from academy.kernel.shapes import Whole

LocalizedText = fields.Dict(keys=fields.String(), values=fields.String())


class OutlineOut(Schema):
    """A lesson in a course; ``state`` is null for those who are not enrolled."""

    lesson = fields.String(required=True)
    title = LocalizedText
    minutes = fields.Integer(required=True)
    exercises = fields.List(fields.String(), required=True)
    state = fields.String(allow_none=True)


class OwnStateOut(Schema):
    """One's own run through a course."""

    state = fields.String(required=True)
    percent = fields.Integer(required=True)
    lessons_done = fields.Integer(required=True)
    lessons = fields.Integer(required=True)


class CourseOut(Schema):
    """A course with its outline."""

    id = fields.Integer(required=True)
    course = fields.String(required=True)
    module = fields.String(required=True)
    title = LocalizedText
    summary = LocalizedText
    level = fields.String(required=True)
    periods = fields.Integer(required=True)
    languages = fields.List(fields.String(), required=True)
    topics = fields.List(fields.String(), required=True)
    outcomes = fields.List(fields.Dict(), required=True)
    prerequisites = fields.List(fields.String(), required=True)
    completion = fields.Dict(required=True)
    quizzes = fields.List(fields.Dict(), required=True)
    version = fields.Integer(required=True)
    outline = fields.List(fields.Nested(OutlineOut), required=True)
    enrollment = fields.Nested(OwnStateOut, allow_none=True)


class LessonQuery(Schema):
    """``lang``: the wanted language of the text."""

    lang = fields.String(validate=validate.OneOf(("vi", "en", "de")), load_default=None)


class BlockOut(Schema):
    """A block of the text; ``id`` is its anchor."""

    id = fields.String(required=True)
    kind = fields.String(required=True)
    text = fields.String(required=True)


class ExerciseOut(Schema):
    """An exercise without its answer; answer it at ``/exercises/{id}/responses``."""

    id = fields.Integer(required=True)
    key = fields.String(required=True)
    kind = fields.String(required=True)
    body = fields.Dict(required=True)


class LessonOut(Schema):
    """A lesson in one language."""

    course = fields.String(required=True)
    lesson = fields.String(required=True)
    lang = fields.String(required=True)
    languages = fields.List(fields.String(), required=True)
    title = fields.String(required=True)
    minutes = fields.Integer(required=True)
    version = fields.Integer(required=True)
    html = fields.String(required=True)
    blocks = fields.List(fields.Nested(BlockOut), required=True)
    exercises = fields.List(fields.Nested(ExerciseOut), required=True)
    position = fields.String(allow_none=True)


class EvidenceIn(Schema):
    """Active seconds since the last report, the block reached, and whether the end was reached."""

    seconds_active = Whole(
        required=True, validate=validate.Range(min=0, max=24 * 3600)
    )
    position = fields.String(load_default="", validate=validate.Length(max=120))
    finished = fields.Boolean(load_default=False, truthy={True}, falsy={False})


class EvidenceOut(Schema):
    """What was credited, in seconds, and how the lesson stands."""

    credited = fields.Integer(required=True)
    total = fields.Integer(required=True)
    finished = fields.Boolean(required=True)


class AnswerIn(Schema):
    """An answer in the form that the exercise's kind asks for."""

    answer = fields.Raw(required=True, allow_none=False)


class ResponseOut(Schema):
    """The grade of an answer: ``score`` from 0 to 1 as text."""

    id = fields.Integer(required=True)
    score = fields.String(required=True)
    pending = fields.Boolean(required=True)
    feedback = fields.List(fields.Dict(), required=True)
    solution = fields.Dict(required=True)


class UnmetOut(Schema):
    """A rule that stands between the learner and completion."""

    rule = fields.String(required=True)
    message = fields.Function(lambda rule: str(rule.message))
    lesson = fields.String()
    quiz = fields.String()
    have = fields.String()
    need = fields.String()


class LessonStateOut(Schema):
    """A lesson as the learner stands in it."""

    lesson = fields.String(required=True)
    state = fields.String(required=True)
    seconds = fields.Integer(required=True)
    answered = fields.Integer(required=True)


class ProgressRowOut(Schema):
    """A run through a course, in a list."""

    course = fields.String(required=True)
    title = LocalizedText
    state = fields.String(required=True)
    percent = fields.Integer(required=True)
    lessons_done = fields.Integer(required=True)
    lessons = fields.Integer(required=True)


class ProgressOut(ProgressRowOut):
    """A run through a course with its lessons and what is still missing."""

    outline = fields.List(fields.Nested(LessonStateOut), required=True)
    unmet = fields.List(fields.Nested(UnmetOut), required=True)


class ProgressListOut(Schema):
    """All own runs."""

    items = fields.List(fields.Nested(ProgressRowOut), required=True)
    next_cursor = fields.String(allow_none=True)
