"""Quizzes, their versions, attempts, and the log of answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    UniqueConstraint,
    false,
    text,
)
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.crypto import EncryptedText
from academy.kernel.db import Exact, Json, Model, UtcDateTime, primary_key, timestamp

ACTIVE, RETIRED = "active", "retired"
CONTENT, STUDIO = "content", "studio"
OPEN, SUBMITTED, EXPIRED = "open", "submitted", "expired"

MARKING, REGRADE, APPEAL, LATE = "marking", "regrade", "appeal", "late"
SOURCES = (MARKING, REGRADE, APPEAL, LATE)

_ONE_OPEN = text(f"state = '{OPEN}'")


class Quiz(Model):
    """A quiz of a course under its stable slug; its rules stand in its versions."""

    __tablename__ = "quiz"
    __table_args__ = (
        UniqueConstraint("course_id", "slug"),
        CheckConstraint(f"state IN ('{ACTIVE}', '{RETIRED}')", name="state"),
        CheckConstraint(f"origin IN ('{CONTENT}', '{STUDIO}')", name="origin"),
    )

    id: Mapped[int] = primary_key()
    course_id: Mapped[int] = mapped_column(ForeignKey("course.id", ondelete="CASCADE"))
    slug: Mapped[str] = mapped_column(String(80))
    state: Mapped[str] = mapped_column(String(10), default=ACTIVE)
    origin: Mapped[str] = mapped_column(String(10), default=STUDIO)
    current_number: Mapped[int]


class QuizVersion(Model):
    """The rules of a quiz from a moment on; never changed. ``settings`` as :mod:`quizzes.schemas` loads them."""

    __tablename__ = "quiz_version"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    number: Mapped[int]
    settings: Mapped[dict]
    hash: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Attempt(Model):
    """One person's attempt at one version of a quiz, in one run through the course.

    ``number`` counts the attempts of a run (see :func:`academy.quizzes.enrollments.standing`). That a
    person has at most one open attempt at a quiz, and never more than the limit, is a rule of the
    schema. ``deadline`` is what the learner is told; ``accepts_until`` adds the grace. ``score`` is
    the unrounded share of the points, ``mark`` the ten-point mark made of it. ``device`` names the one on
    which it is being sat, None where the quiz does not care. ``extra_minutes`` were granted while it was sat.

    ``closes_at`` is when the quiz closes for its learner; what the learner may pause is copied from the
    accommodation at the start. It is paused from ``paused_from`` to ``paused_until``, which never lies behind the
    deadline: once that has passed, the clock runs again without anybody doing anything. ``paused_seconds``: all
    pauses together.
    """

    __tablename__ = "attempt"
    __table_args__ = (
        UniqueConstraint("quiz_id", "enrollment_id", "number"),
        Index(
            "uq_attempt_one_open",
            "quiz_id",
            "person_id",
            unique=True,
            sqlite_where=_ONE_OPEN,
            postgresql_where=_ONE_OPEN,
        ),
        Index("ix_attempt_overdue", "accepts_until", sqlite_where=_ONE_OPEN, postgresql_where=_ONE_OPEN),
        Index("ix_attempt_person_id", "person_id"),
        # those that are being sat or were a moment ago, and the figures of a quiz, come from this index alone
        Index("ix_attempt_quiz_id", "quiz_id", "submitted_at", "mark", "passed"),
        Index("ix_attempt_enrollment_id", "enrollment_id"),
        CheckConstraint("number >= 1 AND (attempt_limit IS NULL OR number <= attempt_limit)", name="limit"),
        CheckConstraint(f"state IN ('{OPEN}', '{SUBMITTED}', '{EXPIRED}')", name="state"),
        CheckConstraint(f"(state = '{OPEN}') = (submitted_at IS NULL)", name="closed"),
        CheckConstraint("mark IS NULL OR mark BETWEEN 0 AND 10", name="mark"),
    )

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id"))
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("person.id"))
    enrollment_id: Mapped[int] = mapped_column(ForeignKey("enrollment.id"))
    number: Mapped[int]
    attempt_limit: Mapped[int | None]
    seed: Mapped[int] = mapped_column(BigInteger)
    lang: Mapped[str] = mapped_column(String(2))
    state: Mapped[str] = mapped_column(String(10), default=OPEN)
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    deadline: Mapped[datetime | None] = mapped_column(UtcDateTime)
    accepts_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    submitted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pending: Mapped[bool] = mapped_column(default=False)
    score: Mapped[Decimal | None] = mapped_column(Exact(7, 6))
    mark: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    passed: Mapped[bool | None]
    device: Mapped[str | None] = mapped_column(String(80))
    extra_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    closes_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    pauses: Mapped[int] = mapped_column(default=0, server_default="0")
    pause_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    pause_past_close: Mapped[bool] = mapped_column(default=False, server_default=false())
    paused_from: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    paused_seconds: Mapped[int] = mapped_column(default=0, server_default="0")


class AttemptItem(Model):
    """A slot of an attempt: the version that was drawn, and the answer stored last.

    ``penalty`` is the share of the weight that a wrong answer costs; ``score`` has it in it already.
    """

    __tablename__ = "attempt_item"
    __table_args__ = (
        CheckConstraint("stored_sequence >= 0", name="sequence"),
        CheckConstraint("score IS NULL OR score BETWEEN -1 AND 1", name="score"),
        CheckConstraint("penalty BETWEEN 0 AND 1", name="penalty"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"), index=True)
    weight: Mapped[Decimal] = mapped_column(Exact(6, 3))
    penalty: Mapped[Decimal] = mapped_column(Exact(5, 4), default=Decimal(0), server_default="0")
    stored_sequence: Mapped[int] = mapped_column(BigInteger, default=0)
    answer: Mapped[Any | None] = mapped_column(Json)
    answered_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    score: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    grade: Mapped[dict | None]
    # the version the answer was last graded by, once that is another than the one that was drawn
    graded_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_version.id"))


class GradeChange(Model):
    """A grade that was given, or changed, after the attempt had closed: what stood before and after, who and why.

    Rows are only ever added; together with the first grade they tell how a mark came about. Marks are those
    of the whole attempt; several slots changed at once have the same ``batch``.
    """

    __tablename__ = "grade_change"
    __table_args__ = (
        UniqueConstraint("attempt_id", "batch", "slot"),
        CheckConstraint(f"source IN ({', '.join(map(repr, SOURCES))})", name="source"),
    )

    id: Mapped[int] = primary_key()
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"))
    batch: Mapped[int] = mapped_column(Integer)
    slot: Mapped[int] = mapped_column(Integer)
    source: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(2000), default="")
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    score_before: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    score_after: Mapped[Decimal | None] = mapped_column(Exact(5, 4))
    grade_before: Mapped[dict | None]
    grade_after: Mapped[dict | None]
    version_before_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    version_after_id: Mapped[int] = mapped_column(ForeignKey("item_version.id"))
    # only where the weight is another: a void item weighs 0
    weight_before: Mapped[Decimal | None] = mapped_column(Exact(6, 3))
    weight_after: Mapped[Decimal | None] = mapped_column(Exact(6, 3))
    mark_before: Mapped[Decimal | None] = mapped_column(Exact(3, 1))
    mark_after: Mapped[Decimal | None] = mapped_column(Exact(3, 1))


class AttemptFile(Model):
    """A file uploaded for an item of an attempt, under the key of its content (:func:`academy.kernel.storage.answer_files`).

    ``used``: an answer in the log has named it; what none has is tidied away.
    """

    __tablename__ = "attempt_file"
    __table_args__ = (
        ForeignKeyConstraint(
            ["attempt_id", "slot"], ["attempt_item.attempt_id", "attempt_item.slot"], ondelete="CASCADE"
        ),
        CheckConstraint("bytes > 0", name="bytes"),
        Index("ix_attempt_file_key", "key"),
        Index("ix_attempt_file_used", "used", "at"),
    )

    attempt_id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    name: Mapped[str] = mapped_column(String(140))
    bytes: Mapped[int]
    used: Mapped[bool] = mapped_column(default=False)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AnswerLog(Model):
    """Every change of an answer, in the order the client made them; rows are only ever added.

    ``typed_at``: as its page claims, kept for what came in after the attempt had been paused.
    """

    __tablename__ = "answer_log"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    slot: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    sequence: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    answer: Mapped[Any | None] = mapped_column(Json)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    typed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ExamSeal(Model):
    """What an examination is drawn from, fixed before it opens: its secret seed and its pool.

    The hashes are public at once, the seed and the manifest once it is over (``revealed_at``); see
    :mod:`academy.quizzes.paper_proof`. A later seal of the same quiz takes the place of an earlier one
    that nobody has sat. ``opens`` and ``blueprint_hash`` tell which rules it was made for.
    """

    __tablename__ = "exam_seal"
    __table_args__ = (UniqueConstraint("quiz_id", "number"),)

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    number: Mapped[int]
    opens: Mapped[datetime] = mapped_column(UtcDateTime)
    blueprint_hash: Mapped[str] = mapped_column(String(64))
    seed: Mapped[str] = mapped_column(EncryptedText)
    salt: Mapped[str] = mapped_column(String(64))
    commitment: Mapped[str] = mapped_column(String(64))
    manifest: Mapped[dict]
    manifest_hash: Mapped[str] = mapped_column(String(64))
    sealed_at: Mapped[datetime] = timestamp()
    sealed_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    revealed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptPaper(Model):
    """How the paper of an attempt came about, where more than its seed is needed to draw it again.

    ``seen`` are the keys of items that the learner had met before; ``shown`` has by slot the hash of what
    was shown, options in their order, for examinations only.
    """

    __tablename__ = "attempt_paper"

    attempt_id: Mapped[int] = mapped_column(
        ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("exam_seal.id"), index=True)
    seen: Mapped[list] = mapped_column(Json)
    shown: Mapped[dict] = mapped_column(Json)


class PaperBatch(Model):
    """Printed variants of a quiz that somebody asked for: ``papers`` has code → ``{"seed", "slots"}``."""

    __tablename__ = "paper_batch"
    __table_args__ = (Index("ix_paper_batch_quiz_id", "quiz_id"),)

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    quiz_version_id: Mapped[int] = mapped_column(ForeignKey("quiz_version.id"))
    seal_id: Mapped[int | None] = mapped_column(ForeignKey("exam_seal.id"))
    account_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    job_id: Mapped[int | None]
    lang: Mapped[str] = mapped_column(String(2))
    papers: Mapped[dict]
    created_at: Mapped[datetime] = timestamp()
    made_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    storage_key: Mapped[str | None] = mapped_column(String(80))


class AttemptDevice(Model):
    """A device on which an attempt was sat, the first one and each that took over; rows are only ever added."""

    __tablename__ = "attempt_device"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    device: Mapped[str] = mapped_column(String(80))
    address: Mapped[str] = mapped_column(String(64))
    agent: Mapped[str] = mapped_column(String(200))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class AttemptPause(Model):
    """A time in which the clock of an attempt stood still; rows are only ever added, and ended once.

    ``ends_at``: when it ends by itself. ``deadline_before`` is moved by as long as it lasts, at most to ``limit``
    (None: without one); both lie later once the quiz closes later. ``own``: taken by the learner, out of what is
    granted; else ordered by an invigilator.
    """

    __tablename__ = "attempt_pause"
    __table_args__ = (
        CheckConstraint("ends_at > started_at", name="ends"),
        CheckConstraint("ended_at IS NULL OR ended_at <= ends_at", name="ended"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempt.id", ondelete="CASCADE"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    own: Mapped[bool]
    reason: Mapped[str] = mapped_column(String(1000))
    started_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ends_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deadline_before: Mapped[datetime] = mapped_column(UtcDateTime)
    limit: Mapped[datetime | None] = mapped_column(UtcDateTime)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    ended_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class Accommodation(Model):
    """What one person is granted at one quiz; each change of it is in the journal.

    ``pauses`` times the person may stop the clock, for ``pause_minutes`` in all; the time is made up even after
    the quiz has closed only with ``pause_past_close``.
    """

    __tablename__ = "accommodation"
    __table_args__ = (
        CheckConstraint("extra_minutes >= 0 AND extra_percent >= 0 AND extra_attempts >= 0", name="extra"),
        CheckConstraint("opens IS NULL OR closes IS NULL OR opens < closes", name="window"),
        CheckConstraint(
            "pauses >= 0 AND pause_minutes >= 0 AND (pauses = 0) = (pause_minutes = 0)", name="pauses"
        ),
    )

    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), primary_key=True)
    person_id: Mapped[int] = mapped_column(
        ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True
    )
    extra_minutes: Mapped[int] = mapped_column(default=0)
    extra_percent: Mapped[int] = mapped_column(default=0)
    extra_attempts: Mapped[int] = mapped_column(default=0)
    pauses: Mapped[int] = mapped_column(default=0, server_default="0")
    pause_minutes: Mapped[int] = mapped_column(default=0, server_default="0")
    pause_past_close: Mapped[bool] = mapped_column(default=False, server_default=false())
    opens: Mapped[datetime | None] = mapped_column(UtcDateTime)
    closes: Mapped[datetime | None] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(1000))
    granted_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    granted_at: Mapped[datetime] = timestamp()


class AccessCode(Model):
    """The code without which a quiz cannot be started; changed without a new version of the quiz."""

    __tablename__ = "quiz_access_code"

    quiz_id: Mapped[int] = mapped_column(
        ForeignKey("quiz.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    mac: Mapped[str] = mapped_column(String(64))
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    set_at: Mapped[datetime] = timestamp()


class FreezeLift(Model):
    """An administrator lets what a quiz uses be changed although it is being sat, for a while, with a reason."""

    __tablename__ = "freeze_lift"

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"), index=True)
    until: Mapped[datetime] = mapped_column(UtcDateTime)
    reason: Mapped[str] = mapped_column(String(1000))
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = timestamp()
