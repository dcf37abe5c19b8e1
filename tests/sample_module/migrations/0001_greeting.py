"""Greetings."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "sample_module_0001"
down_revision = None
branch_labels = ("sample_module",)
depends_on = ("0001",)

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "sample_module_greeting",
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("times", BIG, nullable=False),
        sa.PrimaryKeyConstraint("person_id"),
    )


def downgrade() -> None:
    op.drop_table("sample_module_greeting")
