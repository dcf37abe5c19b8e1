"""Decks, cards, memories and the log of reviews."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from academy.sdk import Json, UtcDateTime

revision = "foreign_languages_0001"
down_revision = None
branch_labels = ("foreign_languages",)
depends_on = ("0001",)

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "foreign_languages_deck",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("course_id", BIG, sa.ForeignKey("course.id"), nullable=False),
        sa.Column("lang", sa.String(20), nullable=False),
        sa.Column("title", Json, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("key"),
    )
    op.create_index("ix_foreign_languages_deck_course_id", "foreign_languages_deck", ["course_id"])
    op.create_table(
        "foreign_languages_card",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("deck_id", BIG, sa.ForeignKey("foreign_languages_deck.id"), nullable=False),
        sa.Column("key", sa.String(80), nullable=False),
        sa.Column("position", BIG, nullable=False),
        sa.Column("lesson", sa.String(80), nullable=False),
        sa.Column("current_number", BIG, nullable=False),
        sa.Column("retired", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("deck_id", "key"),
    )
    op.create_table(
        "foreign_languages_card_version",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("card_id", BIG, sa.ForeignKey("foreign_languages_card.id"), nullable=False),
        sa.Column("number", BIG, nullable=False),
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("content", Json, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("card_id", "number"),
        sa.UniqueConstraint("card_id", "hash"),
    )
    op.create_table(
        "foreign_languages_card_state",
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("card_id", BIG, sa.ForeignKey("foreign_languages_card.id"), nullable=False),
        sa.Column("state", BIG, nullable=False),
        sa.Column("step", BIG),
        sa.Column("stability", sa.Double(), nullable=False),
        sa.Column("difficulty", sa.Double(), nullable=False),
        sa.Column("due", UtcDateTime(), nullable=False),
        sa.Column("last_review", UtcDateTime(), nullable=False),
        sa.Column("reps", BIG, nullable=False),
        sa.Column("lapses", BIG, nullable=False),
        sa.Column("introduced_on", sa.Date(), nullable=False),
        sa.Column("suspended_at", UtcDateTime()),
        sa.PrimaryKeyConstraint("person_id", "card_id"),
        sa.CheckConstraint("state IN (1, 2, 3)", name="state"),
    )
    op.create_index(
        "ix_foreign_languages_card_state_due", "foreign_languages_card_state", ["person_id", "due"]
    )
    op.create_table(
        "foreign_languages_review",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("card_id", BIG, sa.ForeignKey("foreign_languages_card.id"), nullable=False),
        sa.Column("version_id", BIG, sa.ForeignKey("foreign_languages_card_version.id"), nullable=False),
        sa.Column("act", sa.String(10), nullable=False),
        sa.Column("rating", BIG),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("elapsed", BIG),
        sa.Column("undoes_id", BIG, sa.ForeignKey("foreign_languages_review.id")),
        sa.UniqueConstraint("undoes_id"),
        sa.CheckConstraint("act IN ('review', 'undo', 'resume')", name="act"),
        sa.CheckConstraint("(act = 'review') = (rating IS NOT NULL)", name="rated"),
        sa.CheckConstraint("rating BETWEEN 1 AND 4", name="rating"),
        sa.CheckConstraint("(act = 'undo') = (undoes_id IS NOT NULL)", name="undone"),
    )
    op.create_index(
        "ix_foreign_languages_review_person_day", "foreign_languages_review", ["person_id", "day"]
    )
    op.create_index(
        "ix_foreign_languages_review_card", "foreign_languages_review", ["person_id", "card_id", "id"]
    )


def downgrade() -> None:
    op.drop_table("foreign_languages_review")
    op.drop_table("foreign_languages_card_state")
    op.drop_table("foreign_languages_card_version")
    op.drop_table("foreign_languages_card")
    op.drop_table("foreign_languages_deck")
