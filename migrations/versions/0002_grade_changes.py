"""grade changes"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    with op.batch_alter_table("attempt_item") as table:
        table.add_column(sa.Column("graded_version_id", ID, nullable=True))
        table.create_foreign_key(
            op.f("fk_attempt_item_graded_version_id_item_version"),
            "item_version",
            ["graded_version_id"],
            ["id"],
        )
    op.create_table(
        "grade_change",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("batch", sa.Integer(), nullable=False),
        sa.Column("slot", sa.Integer(), nullable=False),
        sa.Column("source", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=2000), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("score_before", sa.Numeric(5, 4), nullable=True),
        sa.Column("score_after", sa.Numeric(5, 4), nullable=True),
        sa.Column("grade_before", JSON, nullable=True),
        sa.Column("grade_after", JSON, nullable=True),
        sa.Column("version_before_id", ID, nullable=False),
        sa.Column("version_after_id", ID, nullable=False),
        sa.Column("mark_before", sa.Numeric(3, 1), nullable=True),
        sa.Column("mark_after", sa.Numeric(3, 1), nullable=True),
        sa.CheckConstraint(
            "source IN ('marking', 'regrade', 'appeal', 'late')", name=op.f("ck_grade_change_source")
        ),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_grade_change_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_grade_change_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["version_before_id"],
            ["item_version.id"],
            name=op.f("fk_grade_change_version_before_id_item_version"),
        ),
        sa.ForeignKeyConstraint(
            ["version_after_id"],
            ["item_version.id"],
            name=op.f("fk_grade_change_version_after_id_item_version"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grade_change")),
        sa.UniqueConstraint("attempt_id", "batch", "slot", name=op.f("uq_grade_change_attempt_id_batch_slot")),
    )


def downgrade() -> None:
    op.drop_table("grade_change")
    with op.batch_alter_table("attempt_item") as table:
        table.drop_constraint(op.f("fk_attempt_item_graded_version_id_item_version"), type_="foreignkey")
        table.drop_column("graded_version_id")
