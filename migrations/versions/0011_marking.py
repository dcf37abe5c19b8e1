"""marking by people, appeals, judged results"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "marker_phrase",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("text", sa.String(length=500), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_marker_phrase_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marker_phrase")),
        sa.UniqueConstraint("account_id", "text", name=op.f("uq_marker_phrase_account_id_text")),
    )
    op.create_table(
        "marking_release",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("answers", ID, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_marking_release_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_marking_release_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_release")),
    )
    op.create_index(op.f("ix_marking_release_quiz_id"), "marking_release", ["quiz_id"], unique=False)
    op.create_table(
        "marking_scheme",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("number", ID, nullable=False),
        sa.Column("settings", JSON, nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_marking_scheme_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_marking_scheme_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_scheme")),
        sa.UniqueConstraint("quiz_id", "number", name=op.f("uq_marking_scheme_quiz_id_number")),
    )
    op.create_table(
        "appeal",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("submitted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("marker_id", ID, nullable=True),
        sa.Column("remarked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("mark_before", sa.Numeric(3, 1), nullable=False),
        sa.Column("mark_after", sa.Numeric(3, 1), nullable=True),
        sa.Column("earlier", JSON, nullable=False),
        sa.CheckConstraint("(state = 'decided') = (outcome IS NOT NULL)", name=op.f("ck_appeal_decided")),
        sa.CheckConstraint(
            "outcome IS NULL OR outcome IN ('unchanged', 'raised', 'lowered')", name=op.f("ck_appeal_outcome")
        ),
        sa.CheckConstraint(
            "state IN ('submitted', 'assigned', 'remarked', 'decided', 'refused', 'withdrawn')",
            name=op.f("ck_appeal_state"),
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR marker_id IS NULL OR decided_by != marker_id",
            name=op.f("ck_appeal_two_people"),
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_appeal_attempt_id_attempt"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(["decided_by"], ["account.id"], name=op.f("fk_appeal_decided_by_account")),
        sa.ForeignKeyConstraint(["marker_id"], ["account.id"], name=op.f("fk_appeal_marker_id_account")),
        sa.ForeignKeyConstraint(["person_id"], ["person.id"], name=op.f("fk_appeal_person_id_person")),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_appeal_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_appeal")),
    )
    op.create_index(op.f("ix_appeal_marker_id"), "appeal", ["marker_id"], unique=False)
    op.create_index("ix_appeal_person_id", "appeal", ["person_id"], unique=False)
    op.create_index("ix_appeal_quiz_id", "appeal", ["quiz_id"], unique=False)
    op.create_index("ix_appeal_state", "appeal", ["state", "due_at"], unique=False)
    op.create_index(
        "uq_appeal_live",
        "appeal",
        ["attempt_id"],
        unique=True,
        sqlite_where=sa.text("state NOT IN ('withdrawn')"),
        postgresql_where=sa.text("state NOT IN ('withdrawn')"),
    )
    op.create_table(
        "judged_result",
        sa.Column("attempt_id", ID, autoincrement=False, nullable=False),
        sa.Column("band_set", sa.String(length=20), nullable=False),
        sa.Column("mark", sa.Numeric(3, 1), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_judged_result_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", name=op.f("pk_judged_result")),
    )
    op.create_table(
        "mark_proposal",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("score_before", sa.Numeric(5, 4), nullable=True),
        sa.Column("score_after", sa.Numeric(5, 4), nullable=False),
        sa.Column("mark_before", sa.Numeric(3, 1), nullable=True),
        sa.Column("mark_after", sa.Numeric(3, 1), nullable=True),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("proposed_by", ID, nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("note", sa.String(length=2000), nullable=False),
        sa.CheckConstraint(
            "(state = 'proposed') = (decided_at IS NULL)", name=op.f("ck_mark_proposal_decided")
        ),
        sa.CheckConstraint(
            "state IN ('proposed', 'approved', 'rejected', 'withdrawn')", name=op.f("ck_mark_proposal_state")
        ),
        sa.CheckConstraint(
            "decided_by IS NULL OR decided_by != proposed_by", name=op.f("ck_mark_proposal_two_people")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_mark_proposal_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"], ["account.id"], name=op.f("fk_mark_proposal_decided_by_account")
        ),
        sa.ForeignKeyConstraint(
            ["proposed_by"], ["account.id"], name=op.f("fk_mark_proposal_proposed_by_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mark_proposal")),
    )
    op.create_index("ix_mark_proposal_state", "mark_proposal", ["state", "id"], unique=False)
    op.create_index(
        "uq_mark_proposal_live",
        "mark_proposal",
        ["attempt_id", "slot"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "marking_answer",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("item_version_id", ID, nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("shuffle", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("score", sa.Numeric(5, 4), nullable=True),
        sa.Column("how", sa.String(length=12), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("release_id", ID, nullable=True),
        sa.Column("released_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("(state = 'waiting') = (score IS NULL)", name=op.f("ck_marking_answer_final")),
        sa.CheckConstraint(
            "state != 'released' OR release_id IS NOT NULL", name=op.f("ck_marking_answer_release")
        ),
        sa.CheckConstraint("state IN ('waiting', 'final', 'released')", name=op.f("ck_marking_answer_state")),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name=op.f("ck_marking_answer_score")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_marking_answer_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(["item_id"], ["item.id"], name=op.f("fk_marking_answer_item_id_item")),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_marking_answer_item_version_id_item_version"),
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["person.id"], name=op.f("fk_marking_answer_person_id_person")
        ),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_marking_answer_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["release_id"], ["marking_release.id"], name=op.f("fk_marking_answer_release_id_marking_release")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_answer")),
        sa.UniqueConstraint("attempt_id", "slot", name=op.f("uq_marking_answer_attempt_id_slot")),
    )
    op.create_index(op.f("ix_marking_answer_person_id"), "marking_answer", ["person_id"], unique=False)
    op.create_index("ix_marking_answer_quiz_id", "marking_answer", ["quiz_id", "state"], unique=False)
    op.create_index(op.f("ix_marking_answer_release_id"), "marking_answer", ["release_id"], unique=False)
    op.create_table(
        "appeal_question",
        sa.Column("appeal_id", ID, nullable=False),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("score_before", sa.Numeric(5, 4), nullable=False),
        sa.Column("levels", JSON, nullable=True),
        sa.Column("score", sa.Numeric(5, 4), nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("score_after", sa.Numeric(5, 4), nullable=True),
        sa.ForeignKeyConstraint(
            ["appeal_id"], ["appeal.id"], name=op.f("fk_appeal_question_appeal_id_appeal"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("appeal_id", "slot", name=op.f("pk_appeal_question")),
    )
    op.create_table(
        "marking_seat",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("answer_id", ID, nullable=False),
        sa.Column("role", sa.String(length=10), nullable=False),
        sa.Column("marker_id", ID, nullable=True),
        sa.Column("levels", JSON, nullable=True),
        sa.Column("score", sa.Numeric(5, 4), nullable=True),
        sa.Column("comments", JSON, nullable=True),
        sa.Column("comment", sa.Text(), nullable=False),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("stored_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "role IN ('first', 'second', 'third', 'moderation')", name=op.f("ck_marking_seat_role")
        ),
        sa.CheckConstraint("(score IS NULL) = (stored_at IS NULL)", name=op.f("ck_marking_seat_stored")),
        sa.CheckConstraint("score IS NULL OR score BETWEEN 0 AND 1", name=op.f("ck_marking_seat_score")),
        sa.CheckConstraint("stored_at IS NULL OR marker_id IS NOT NULL", name=op.f("ck_marking_seat_marker")),
        sa.ForeignKeyConstraint(
            ["answer_id"],
            ["marking_answer.id"],
            name=op.f("fk_marking_seat_answer_id_marking_answer"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["marker_id"], ["account.id"], name=op.f("fk_marking_seat_marker_id_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_marking_seat")),
        sa.UniqueConstraint("answer_id", "marker_id", name=op.f("uq_marking_seat_answer_id_marker_id")),
        sa.UniqueConstraint("answer_id", "role", name=op.f("uq_marking_seat_answer_id_role")),
    )
    op.create_index("ix_marking_seat_marker_id", "marking_seat", ["marker_id", "stored_at"], unique=False)
    # marks made so far were judged by the only set there was
    op.execute(
        "INSERT INTO judged_result (attempt_id, band_set, mark, at) "
        "SELECT id, 'four-1', mark, submitted_at FROM attempt WHERE mark IS NOT NULL"
    )


def downgrade() -> None:
    op.drop_table("marking_seat")
    op.drop_table("appeal_question")
    op.drop_table("marking_answer")
    op.drop_table("mark_proposal")
    op.drop_table("judged_result")
    op.drop_table("appeal")
    op.drop_table("marking_scheme")
    op.drop_table("marking_release")
    op.drop_table("marker_phrase")
