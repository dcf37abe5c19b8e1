"""contests"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "contest",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("slug", sa.String(length=80), nullable=False),
        sa.Column("title", JSON, nullable=False),
        sa.Column("summary", JSON, nullable=False),
        sa.Column("rules", JSON, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("tie_rule", sa.String(length=10), nullable=False),
        sa.Column("name_rule", sa.String(length=10), nullable=False),
        sa.Column("best_rounds", ID, nullable=True),
        sa.Column("prizes", JSON, nullable=False),
        sa.Column("created_by", ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("name_rule IN ('winners', 'nobody')", name=op.f("ck_contest_name_rule")),
        sa.CheckConstraint("state IN ('draft', 'announced')", name=op.f("ck_contest_state")),
        sa.CheckConstraint("tie_rule IN ('shared', 'lots')", name=op.f("ck_contest_tie_rule")),
        sa.CheckConstraint("best_rounds IS NULL OR best_rounds >= 1", name=op.f("ck_contest_best_rounds")),
        sa.ForeignKeyConstraint(["course_id"], ["course.id"], name=op.f("fk_contest_course_id_course")),
        sa.ForeignKeyConstraint(
            ["created_by"], ["account.id"], name=op.f("fk_contest_created_by_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contest_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest")),
        sa.UniqueConstraint("slug", name=op.f("uq_contest_slug")),
    )
    op.create_index(op.f("ix_contest_course_id"), "contest", ["course_id"], unique=False)
    op.create_index(op.f("ix_contest_unit_id"), "contest", ["unit_id"], unique=False)
    op.create_table(
        "contest_board",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=200), nullable=False),
        sa.Column("rule", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_board_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_board")),
        sa.UniqueConstraint("contest_id", "position", name=op.f("uq_contest_board_contest_id_position")),
    )
    op.create_table(
        "contest_exclusion",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("source", sa.String(length=4), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("lifted_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("source IN ('hand', 'rule')", name=op.f("ck_contest_exclusion_source")),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_contest_exclusion_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_exclusion_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contest_exclusion_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_exclusion")),
    )
    op.create_index(op.f("ix_contest_exclusion_person_id"), "contest_exclusion", ["person_id"], unique=False)
    op.create_index(
        "uq_contest_exclusion_in_force",
        "contest_exclusion",
        ["contest_id", "person_id"],
        unique=True,
        sqlite_where=sa.text("lifted_at IS NULL"),
        postgresql_where=sa.text("lifted_at IS NULL"),
    )
    op.create_table(
        "contest_organizer",
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_organizer_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contest_organizer_person_id_person")
        ),
        sa.PrimaryKeyConstraint("contest_id", "person_id", name=op.f("pk_contest_organizer")),
    )
    op.create_index(op.f("ix_contest_organizer_person_id"), "contest_organizer", ["person_id"], unique=False)
    op.create_table(
        "contest_participant",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("public_id", sa.String(length=16), nullable=False),
        sa.Column("name_withdrawn_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_participant_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_contest_participant_person_id_person")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_participant")),
        sa.UniqueConstraint(
            "contest_id", "person_id", name=op.f("uq_contest_participant_contest_id_person_id")
        ),
        sa.UniqueConstraint(
            "contest_id", "public_id", name=op.f("uq_contest_participant_contest_id_public_id")
        ),
    )
    op.create_index(
        op.f("ix_contest_participant_person_id"), "contest_participant", ["person_id"], unique=False
    )
    op.create_table(
        "contest_round",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("opens_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closes_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("prizes", JSON, nullable=False),
        sa.Column("announced_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("commitment", sa.String(length=64), nullable=True),
        sa.Column("salt", sa.Text(), nullable=True),
        sa.Column("seed", sa.Text(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revealed_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "(announced_at IS NULL) = (commitment IS NULL)", name=op.f("ck_contest_round_commitment")
        ),
        sa.CheckConstraint("closes_at > opens_at", name=op.f("ck_contest_round_window")),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_round_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["quiz_id"], ["quiz.id"], name=op.f("fk_contest_round_quiz_id_quiz")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_round")),
        sa.UniqueConstraint("contest_id", "number", name=op.f("uq_contest_round_contest_id_number")),
        sa.UniqueConstraint("quiz_id", name=op.f("uq_contest_round_quiz_id")),
    )
    op.create_table(
        "contest_result",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("contest_id", ID, nullable=False),
        sa.Column("round_id", ID, nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("entries", ID, nullable=False),
        sa.Column("excluded", ID, nullable=False),
        sa.Column("pending", ID, nullable=False),
        sa.Column("truth", ID, nullable=True),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("approved_by", ID, nullable=True),
        sa.Column("approved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('computed', 'proposed', 'approved', 'published', 'replaced')",
            name=op.f("ck_contest_result_state"),
        ),
        sa.CheckConstraint("version = 1 OR reason <> ''", name=op.f("ck_contest_result_reason")),
        sa.ForeignKeyConstraint(
            ["approved_by"],
            ["account.id"],
            name=op.f("fk_contest_result_approved_by_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["contest_id"],
            ["contest.id"],
            name=op.f("fk_contest_result_contest_id_contest"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"],
            ["account.id"],
            name=op.f("fk_contest_result_proposed_by_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["contest_round.id"],
            name=op.f("fk_contest_result_round_id_contest_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_result")),
    )
    op.create_index(
        "uq_contest_result_overall",
        "contest_result",
        ["contest_id", "version"],
        unique=True,
        sqlite_where=sa.text("round_id IS NULL"),
        postgresql_where=sa.text("round_id IS NULL"),
    )
    op.create_index(
        "uq_contest_result_round",
        "contest_result",
        ["round_id", "version"],
        unique=True,
        sqlite_where=sa.text("round_id IS NOT NULL"),
        postgresql_where=sa.text("round_id IS NOT NULL"),
    )
    op.create_table(
        "contest_entry",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("participant_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("board_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("prediction", ID, nullable=True),
        sa.Column("predicted_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_contest_entry_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["board_id"], ["contest_board.id"], name=op.f("fk_contest_entry_board_id_contest_board")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["contest_participant.id"],
            name=op.f("fk_contest_entry_participant_id_contest_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["contest_round.id"],
            name=op.f("fk_contest_entry_round_id_contest_round"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contest_entry_unit_id_unit")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_entry")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_contest_entry_attempt_id")),
        sa.UniqueConstraint(
            "round_id", "participant_id", name=op.f("uq_contest_entry_round_id_participant_id")
        ),
    )
    op.create_index(
        op.f("ix_contest_entry_participant_id"), "contest_entry", ["participant_id"], unique=False
    )
    op.create_table(
        "contest_line",
        sa.Column("result_id", ID, nullable=False),
        sa.Column("board_id", ID, nullable=False),
        sa.Column("place", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("participant_id", ID, nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("mark", sa.Numeric(precision=6, scale=1), nullable=False),
        sa.Column("gap", ID, nullable=True),
        sa.Column("seconds", ID, nullable=False),
        sa.Column("submitted", ID, nullable=False),
        sa.Column("rounds", sa.Integer(), nullable=False),
        sa.Column("lot", sa.String(length=64), nullable=True),
        sa.Column("prize", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["board_id"], ["contest_board.id"], name=op.f("fk_contest_line_board_id_contest_board")
        ),
        sa.ForeignKeyConstraint(
            ["participant_id"],
            ["contest_participant.id"],
            name=op.f("fk_contest_line_participant_id_contest_participant"),
        ),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["contest_result.id"],
            name=op.f("fk_contest_line_result_id_contest_result"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("result_id", "board_id", "place", name=op.f("pk_contest_line")),
    )
    op.create_index("ix_contest_line_participant_id", "contest_line", ["participant_id"], unique=False)
    op.create_table(
        "contest_unit_count",
        sa.Column("result_id", ID, nullable=False),
        sa.Column("unit_id", ID, nullable=False),
        sa.Column("people", ID, nullable=False),
        sa.Column("took_part", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["result_id"],
            ["contest_result.id"],
            name=op.f("fk_contest_unit_count_result_id_contest_result"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["unit_id"], ["unit.id"], name=op.f("fk_contest_unit_count_unit_id_unit")),
        sa.PrimaryKeyConstraint("result_id", "unit_id", name=op.f("pk_contest_unit_count")),
    )
    op.create_table(
        "contest_prediction",
        sa.Column("entry_id", ID, nullable=False),
        sa.Column("sequence", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("value", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["contest_entry.id"],
            name=op.f("fk_contest_prediction_entry_id_contest_entry"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("entry_id", "sequence", name=op.f("pk_contest_prediction")),
    )


def downgrade() -> None:
    op.drop_table("contest_prediction")
    op.drop_table("contest_unit_count")
    op.drop_table("contest_line")
    op.drop_table("contest_entry")
    op.drop_table("contest_result")
    op.drop_table("contest_round")
    op.drop_table("contest_participant")
    op.drop_table("contest_organizer")
    op.drop_table("contest_exclusion")
    op.drop_table("contest_board")
    op.drop_table("contest")
