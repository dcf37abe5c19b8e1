"""item analysis"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "quiz_analysis",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("quiz_id", ID, nullable=False),
        sa.Column("family", sa.String(length=32), nullable=False),
        sa.Column("versions", JSON, nullable=False),
        sa.Column("computed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("n", ID, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["quiz_id"], ["quiz.id"], name=op.f("fk_quiz_analysis_quiz_id_quiz"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quiz_analysis")),
        sa.UniqueConstraint("quiz_id", "family", name=op.f("uq_quiz_analysis_quiz_id_family")),
    )
    op.create_table(
        "item_analysis",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("analysis_id", ID, nullable=False),
        sa.Column("item_id", ID, nullable=False),
        sa.Column("version_id", ID, nullable=False),
        sa.Column("reading", sa.String(length=32), nullable=False),
        sa.Column("versions", JSON, nullable=False),
        sa.Column("n", ID, nullable=False),
        sa.Column("figures", JSON, nullable=False),
        sa.Column("flags", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["analysis_id"],
            ["quiz_analysis.id"],
            name=op.f("fk_item_analysis_analysis_id_quiz_analysis"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_id"], ["item.id"], name=op.f("fk_item_analysis_item_id_item"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["version_id"],
            ["item_version.id"],
            name=op.f("fk_item_analysis_version_id_item_version"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_item_analysis")),
        sa.UniqueConstraint(
            "analysis_id", "item_id", "reading", name=op.f("uq_item_analysis_analysis_id_item_id_reading")
        ),
    )
    op.create_index(op.f("ix_item_analysis_item_id"), "item_analysis", ["item_id"])


def downgrade() -> None:
    op.drop_table("item_analysis")
    op.drop_table("quiz_analysis")
