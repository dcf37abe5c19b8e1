"""The "my answers" file: what a browser could not send, signed, to be handed to an invigilator.

The page gets a key of its attempt (HMAC of the installation's secret over attempt and person) and signs the
file with it, without any link to the academy. What a good signature proves: the file was made by somebody
who had this attempt's page open, signed in as its learner, and nobody without the key has changed it since —
not the person who carries the file, not a neighbour who would hand it in under another attempt. What it
does not prove: when the answers were given. The key lies in the learner's own browser, and whoever can read
it there can sign other answers, or a file made after the end. Taking a file in after the deadline is
therefore a decision of a person, with a reason, in the journal; see :mod:`academy.quizzes.answers_import`.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from marshmallow import EXCLUDE, Schema, ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from academy.kernel import crypto
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.shapes import Whole
from academy.quizzes.page_fields import MAX_SLOTS
from academy.quizzes.schemas import FORM_VALUE, MAX_SEQUENCE

FORMAT = "academy-answers/1"
MAX_BYTES = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FileAnswer:
    """An answer as the page's fields held it, under the number that the page gave the change."""

    slot: int
    sequence: int
    fields: Mapping[str, Any]

    @property
    def form(self) -> MultiDict[str, str]:
        return MultiDict(self.fields)


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswersFile:
    """A file that was read; whether its signature is good, :func:`is_signed_for` says. ``made_at``: as claimed."""

    attempt_id: int
    made_at: datetime
    answers: tuple[FileAnswer, ...]
    payload: str
    signature: str


class _Answer(Schema):
    class Meta:
        unknown = EXCLUDE

    slot = Whole(required=True, validate=validate.Range(1, MAX_SLOTS))
    sequence = Whole(required=True, validate=validate.Range(1, MAX_SEQUENCE))
    fields_ = fields.Dict(
        keys=fields.String(), values=FORM_VALUE, required=True, data_key="fields", attribute="fields"
    )


class _Payload(Schema):
    class Meta:
        unknown = EXCLUDE

    format = fields.String(required=True, validate=validate.Equal(FORMAT))
    attempt = Whole(required=True, validate=validate.Range(1, 2**53))
    made_at = fields.AwareDateTime(required=True)
    answers = fields.List(fields.Nested(_Answer), required=True, validate=validate.Length(max=MAX_SLOTS))


class _File(Schema):
    class Meta:
        unknown = EXCLUDE

    payload = fields.String(required=True)
    signature = fields.String(required=True, validate=validate.Length(max=200))


def file_key(attempt_id: int, person_id: int) -> str:
    """The key of an attempt's files, for its learner's page only."""
    return crypto.mac("answers-file", f"{attempt_id}:{person_id}")


def sign(payload: str, key: str) -> str:
    """HMAC-SHA-256 (RFC 2104) of the payload, as ``answers-file.js`` makes it."""
    return hmac.new(key.encode(), payload.encode(), hashlib.sha256).hexdigest()


def is_signed_for(file: AnswersFile, person_id: int) -> bool:
    """Whether the file was signed with the key of its attempt, which is that person's; in constant time."""
    expected = sign(file.payload, file_key(file.attempt_id, person_id))
    return hmac.compare_digest(expected.encode(), file.signature.encode())


def read_answers_file(data: bytes | str) -> AnswersFile:
    """Read a file as it was handed in; its signature is not judged yet.

    Raises:
        Invalid: it is none of ours, too large or damaged.
    """
    if len(data) > MAX_BYTES:
        raise _unreadable()
    try:
        outer = _File().load(json.loads(data))
        told = _Payload().load(json.loads(outer["payload"]))
        # what no database column or signature can hold
        outer["payload"].encode()
    except (ValueError, TypeError, RecursionError, ValidationError) as fault:
        raise _unreadable() from fault
    answers = tuple(FileAnswer(**row) for row in told["answers"])
    if len({one.slot for one in answers}) != len(answers) or not all(map(_are_texts, answers)):
        raise _unreadable()
    return AnswersFile(
        attempt_id=told["attempt"],
        made_at=told["made_at"],
        answers=answers,
        payload=outer["payload"],
        signature=outer["signature"],
    )


def _are_texts(answer: FileAnswer) -> bool:
    return all(
        isinstance(one, str) and "\x00" not in one
        for value in answer.fields.values()
        for one in (value if isinstance(value, list) else [value])
    )


def _unreadable() -> Invalid:
    message = _l("This is not a file of answers, or it has been damaged on its way.")
    return Invalid(
        message,
        rule="answers-file.format",
        errors={"file": [message]},
        next_step=_l("Take the file once more from the learner's own device, as the page saved it."),
    )
