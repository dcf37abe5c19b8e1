"""The queries people have tried."""

import sqlalchemy as sa
from alembic import op

from academy.sdk import UtcDateTime

revision = "information_technology_0001"
down_revision = None
branch_labels = ("information_technology",)
depends_on = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "information_technology_query_run",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("item_key", sa.String(80), nullable=False),
        sa.Column("query", sa.Text(), nullable=False),
        sa.Column("ok", sa.Boolean(), nullable=False),
        sa.Column("ms", Id, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_information_technology_query_run")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_information_technology_query_run_person_id_person"),
            ondelete="CASCADE",
        ),
    )
    op.create_index(
        op.f("ix_information_technology_query_run_own"),
        "information_technology_query_run",
        ["person_id", "item_key", "id"],
    )
    op.create_index(
        op.f("ix_information_technology_query_run_at"), "information_technology_query_run", ["at"]
    )


def downgrade() -> None:
    op.drop_table("information_technology_query_run")
