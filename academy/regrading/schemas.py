"""What the API takes and gives about regrades."""

from __future__ import annotations

from marshmallow import Schema, fields, validate

from academy.regrading.states import ACTIONS, LINE_STATES, STATES


class RegradesQuery(Schema):
    """Regrades in one state or in any, a page at a time."""

    state = fields.String(load_default="", validate=validate.OneOf(("", *STATES)))
    limit = fields.Integer(load_default=40, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class LinesQuery(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(min=1, max=200))
    cursor = fields.String(load_default=None)


class RegradeRowOut(Schema):
    id = fields.Integer(required=True)
    course = fields.String(required=True, attribute="course_slug")
    question = fields.String(required=True, attribute="key")
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    reason = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    proposer = fields.String(required=True)


class CountsOut(Schema):
    """Attempts: ``regraded`` get another grade, of which marks rise, fall, or stay; ``passing`` and ``failing`` flip;
    ``documented`` of the changed have a certificate; ``left`` are left alone, by problem; ``applied`` are carried out."""

    examined = fields.Integer(required=True)
    regraded = fields.Integer(required=True)
    raised = fields.Integer(required=True)
    lowered = fields.Integer(required=True)
    passing = fields.Integer(required=True)
    failing = fields.Integer(required=True)
    documented = fields.Integer(required=True)
    applied = fields.Integer(required=True)
    left = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)


class RegradeOut(Schema):
    """A regrade with what it would do (``drafted``, ``proposed``) or did (``done``); ``what`` in a sentence.

    ``being_sat`` open attempts with the version, and ``newer`` ones that closed after the preview, are not in it.
    """

    id = fields.Integer(required=True)
    course = fields.String(required=True, attribute="course.slug")
    question = fields.String(required=True, attribute="key")
    words = fields.String(required=True)
    action = fields.String(required=True, validate=validate.OneOf(ACTIONS))
    state = fields.String(required=True, validate=validate.OneOf(STATES))
    what = fields.String(required=True)
    from_version = fields.Integer(required=True, allow_none=True)
    to_version = fields.Integer(required=True, allow_none=True)
    option = fields.String(required=True)
    reverses = fields.Integer(required=True, allow_none=True, attribute="reverses_id")
    reversed_by = fields.Integer(required=True, allow_none=True)
    reason = fields.String(required=True)
    created_at = fields.AwareDateTime(required=True)
    proposer = fields.String(required=True)
    proposed_at = fields.AwareDateTime(required=True, allow_none=True)
    decider = fields.String(required=True)
    decided_at = fields.AwareDateTime(required=True, allow_none=True)
    decision_note = fields.String(required=True)
    done_at = fields.AwareDateTime(required=True, allow_none=True)
    counts = fields.Nested(CountsOut, required=True)
    being_sat = fields.Integer(required=True)
    newer = fields.Integer(required=True)


class LineOut(Schema):
    """What happens to one attempt; scores 0 to 1, marks 0 to 10. ``problem`` says why it is left alone."""

    attempt = fields.Integer(required=True, attribute="attempt_id")
    slot = fields.Integer(required=True)
    name = fields.String(required=True)
    quiz = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    state = fields.String(required=True, validate=validate.OneOf(LINE_STATES))
    problem = fields.String(required=True)
    score_before = fields.String(required=True, allow_none=True)
    score_after = fields.String(required=True, allow_none=True)
    mark_before = fields.String(required=True, allow_none=True)
    mark_after = fields.String(required=True, allow_none=True)
    passed_before = fields.Boolean(required=True, allow_none=True)
    passed_after = fields.Boolean(required=True, allow_none=True)
    documents = fields.List(fields.String(), required=True)
