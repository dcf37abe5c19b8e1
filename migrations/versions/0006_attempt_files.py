"""files of answers"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attempt_file",
        sa.Column(
            "attempt_id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("slot", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("key", sa.String(length=80), nullable=False),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("bytes", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("used", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("bytes > 0", name=op.f("ck_attempt_file_bytes")),
        sa.ForeignKeyConstraint(
            ["attempt_id", "slot"],
            ["attempt_item.attempt_id", "attempt_item.slot"],
            name=op.f("fk_attempt_file_attempt_id_attempt_item"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "slot", "key", name=op.f("pk_attempt_file")),
    )
    op.create_index("ix_attempt_file_key", "attempt_file", ["key"])
    op.create_index("ix_attempt_file_used", "attempt_file", ["used", "at"])


def downgrade() -> None:
    op.drop_index("ix_attempt_file_used", table_name="attempt_file")
    op.drop_index("ix_attempt_file_key", table_name="attempt_file")
    op.drop_table("attempt_file")
