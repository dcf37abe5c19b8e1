"""regrading"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def _foreign(table: str, column: str, target: str, **named: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}_{target}"), **named)


def upgrade() -> None:
    with op.batch_alter_table("grade_change") as table:
        table.add_column(sa.Column("weight_before", sa.Numeric(6, 3), nullable=True))
        table.add_column(sa.Column("weight_after", sa.Numeric(6, 3), nullable=True))
    op.create_table(
        "regrade",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("course_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("action", sa.String(length=10), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("from_version_id", ID, nullable=True),
        sa.Column("to_version_id", ID, nullable=True),
        sa.Column("option", sa.String(length=32), nullable=False),
        sa.Column("reverses_id", ID, nullable=True),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("examined", ID, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", ID, nullable=True),
        sa.Column("proposer_id", ID, nullable=True),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decision_note", sa.String(length=1000), nullable=False),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("job_id", ID, nullable=True),
        sa.CheckConstraint(
            "action IN ('version', 'full', 'void', 'accept', 'reverse')", name=op.f("ck_regrade_action")
        ),
        sa.CheckConstraint(
            "state IN ('preparing', 'drafted', 'proposed', 'approved', 'done', 'rejected', 'withdrawn')",
            name=op.f("ck_regrade_state"),
        ),
        _foreign("regrade", "course_id", "course", ondelete="CASCADE"),
        _foreign("regrade", "item_id", "item", ondelete="CASCADE"),
        _foreign("regrade", "from_version_id", "item_version"),
        _foreign("regrade", "to_version_id", "item_version"),
        _foreign("regrade", "reverses_id", "regrade"),
        _foreign("regrade", "proposed_by", "account", ondelete="SET NULL"),
        _foreign("regrade", "proposer_id", "person", ondelete="SET NULL"),
        _foreign("regrade", "decided_by", "account", ondelete="SET NULL"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_regrade")),
    )
    op.create_index(op.f("ix_regrade_course_id"), "regrade", ["course_id"])
    op.create_table(
        "regrade_line",
        sa.Column("regrade_id", ID, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("person_id", ID, nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("before", JSON, nullable=False),
        sa.Column("after", JSON, nullable=True),
        sa.Column("score_before", sa.Numeric(5, 4), nullable=True),
        sa.Column("score_after", sa.Numeric(5, 4), nullable=True),
        sa.Column("mark_before", sa.Numeric(3, 1), nullable=True),
        sa.Column("mark_after", sa.Numeric(3, 1), nullable=True),
        sa.Column("passed_before", sa.Boolean(), nullable=True),
        sa.Column("passed_after", sa.Boolean(), nullable=True),
        sa.Column("documents", JSON, nullable=False),
        sa.Column("seen_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("state IN ('planned', 'applied', 'left')", name=op.f("ck_regrade_line_state")),
        _foreign("regrade_line", "regrade_id", "regrade", ondelete="CASCADE"),
        _foreign("regrade_line", "attempt_id", "attempt", ondelete="CASCADE"),
        _foreign("regrade_line", "person_id", "person"),
        sa.PrimaryKeyConstraint("regrade_id", "attempt_id", "slot", name=op.f("pk_regrade_line")),
    )
    op.create_index(op.f("ix_regrade_line_attempt_id"), "regrade_line", ["attempt_id"])
    op.create_index(op.f("ix_regrade_line_person_id"), "regrade_line", ["person_id"])


def downgrade() -> None:
    op.drop_table("regrade_line")
    op.drop_table("regrade")
    with op.batch_alter_table("grade_change") as table:
        table.drop_column("weight_after")
        table.drop_column("weight_before")
