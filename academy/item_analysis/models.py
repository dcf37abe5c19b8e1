"""What was last computed: projections, replaced as a whole by each run."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp


class QuizAnalysis(Model):
    """A quiz, over those of its versions that drew by the same blueprint (``family``, a digest of it).

    ``versions`` are their numbers; ``n`` counts the attempts analysed; ``figures`` as
    :func:`academy.item_analysis.computing.quiz_figures` gives them.
    """

    __tablename__ = "quiz_analysis"
    __table_args__ = (UniqueConstraint("quiz_id", "family"),)

    id: Mapped[int] = primary_key()
    quiz_id: Mapped[int] = mapped_column(ForeignKey("quiz.id", ondelete="CASCADE"))
    family: Mapped[str] = mapped_column(String(32))
    versions: Mapped[list]
    computed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    n: Mapped[int]
    figures: Mapped[dict]


class QuizAlarm(Model):
    """When an item of a quiz sets off the alarm, where that was set: :class:`academy.item_analysis.alarm.AlarmRules`."""

    __tablename__ = "quiz_alarm"

    quiz_id: Mapped[int] = mapped_column(
        ForeignKey("quiz.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )
    settings: Mapped[dict]
    at: Mapped[datetime] = timestamp()
    by_id: Mapped[int | None] = mapped_column(ForeignKey("account.id", ondelete="SET NULL"))


class ItemAnalysis(Model):
    """An item in a quiz, over those of its versions that ask and mark the same (``reading``, a digest of that).

    ``n`` counts answers; ``figures`` as :func:`academy.item_analysis.computing.item_figures` gives them;
    ``flags``: ``[{"code": …, …}]``, see :mod:`academy.item_analysis.judging`.
    """

    __tablename__ = "item_analysis"
    __table_args__ = (UniqueConstraint("analysis_id", "item_id", "reading"),)

    id: Mapped[int] = primary_key()
    analysis_id: Mapped[int] = mapped_column(ForeignKey("quiz_analysis.id", ondelete="CASCADE"))
    item_id: Mapped[int] = mapped_column(ForeignKey("item.id", ondelete="CASCADE"), index=True)
    version_id: Mapped[int] = mapped_column(ForeignKey("item_version.id", ondelete="CASCADE"))
    reading: Mapped[str] = mapped_column(String(32))
    versions: Mapped[list]
    n: Mapped[int]
    figures: Mapped[dict]
    flags: Mapped[list]
