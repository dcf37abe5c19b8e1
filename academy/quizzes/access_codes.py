"""The code that is read out in the examination room, without which a quiz cannot be started."""

from __future__ import annotations

import hmac

from academy.audit.services import record
from academy.kernel import crypto
from academy.kernel.actor import Actor
from academy.kernel.authorization import require
from academy.kernel.db import db
from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l
from academy.kernel.limits import hit
from academy.kernel.text import nfc
from academy.kernel.unit_of_work import unit_of_work
from academy.quizzes.errors import CannotStart
from academy.quizzes.models import AccessCode
from academy.quizzes.policies import can_invigilate
from academy.quizzes.queries import get_visible_quiz

__all__ = ["require_code", "set_access_code"]

MIN_CODE, MAX_CODE = 4, 64
# wrong tries of one account at one quiz: a code of six letters and digits would take centuries
TRIES, WITHIN = 10, 600


def set_access_code(actor: Actor, quiz_id: int, code: str) -> None:
    """Give a quiz another code, or none with ""; the rules of the quiz stay the version they are.

    Kept as a keyed hash, not as a slow one: two hundred people send the code within a minute, and whoever has
    only the database cannot try codes without the installation's key.

    Raises:
        NotFound, Forbidden
        Invalid: too short or too long.
    """
    with unit_of_work() as work:
        quiz, course = get_visible_quiz(actor, quiz_id)
        require(actor, can_invigilate, course)
        typed, code = code, _plain(code)
        row = work.session.get(AccessCode, quiz_id)
        if typed and not MIN_CODE <= len(code) <= MAX_CODE:
            message = _l("A code has %(least)s to %(most)s letters or digits.", least=MIN_CODE, most=MAX_CODE)
            raise Invalid(message, rule="access-code.length", errors={"code": [message]})
        if code:
            row = row or AccessCode(quiz_id=quiz_id)
            row.mac, row.set_by_id = _mac(quiz_id, code), actor.account_id
            work.session.add(row)
        elif row is not None:
            work.session.delete(row)
        act = "quizzes.code.set" if code else "quizzes.code.remove"
        record(actor, act, "quiz", f"{course.slug}/{quiz.slug}")


def require_code(actor: Actor, quiz_id: int, code: str) -> None:
    """Go on only with the right code, if the quiz has one; compared in constant time.

    Raises:
        CannotStart: the code is missing or wrong.
        TooMany: too many were wrong.
    """
    row = db.session.get(AccessCode, quiz_id)
    if row is None:
        return
    code = _plain(code)[:MAX_CODE]
    if not code:
        raise CannotStart(
            _l("This quiz needs an access code."),
            rule="quiz.code",
            next_step=_l("Type the code that the invigilator has given out."),
        )
    right = hmac.compare_digest(row.mac, _mac(quiz_id, code))
    hit(f"quizzes.code:{quiz_id}:{actor.account_id}", limit=TRIES, per=WITHIN)
    if not right:
        raise CannotStart(
            _l("This is not the access code of this quiz."),
            rule="quiz.code",
            next_step=_l("Look at the code once more; capital and small letters are the same."),
        )


def _plain(code: str) -> str:
    """Without spaces, hyphens and case, which do not come through when a code is read out."""
    return "".join(letter for letter in nfc(code).casefold() if letter.isalnum())


def _mac(quiz_id: int, code: str) -> str:
    return crypto.mac("access-code", f"{quiz_id}:{code}")
