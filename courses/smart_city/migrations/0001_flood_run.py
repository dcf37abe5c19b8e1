"""Floods that people played, and their decisions."""

import sqlalchemy as sa
from alembic import op

from academy.sdk import Exact, UtcDateTime

revision = "smart_city_0001"
down_revision = None
branch_labels = ("smart_city",)
depends_on = "0001"

Id = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "smart_city_flood_run",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("person_id", Id, nullable=False),
        sa.Column("item_version_id", Id, nullable=False),
        sa.Column("seed", Id, nullable=False),
        sa.Column("repeats_id", Id, nullable=True),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("score", Exact(5, 2), nullable=True),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smart_city_flood_run")),
        sa.ForeignKeyConstraint(
            ["person_id"],
            ["person.id"],
            name=op.f("fk_smart_city_flood_run_person_id_person"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["item_version_id"],
            ["item_version.id"],
            name=op.f("fk_smart_city_flood_run_item_version_id_item_version"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["repeats_id"],
            ["smart_city_flood_run.id"],
            name=op.f("fk_smart_city_flood_run_repeats_id_smart_city_flood_run"),
            ondelete="SET NULL",
        ),
        sa.CheckConstraint(
            "state IN ('open', 'finished', 'given_up')", name=op.f("ck_smart_city_flood_run_state")
        ),
        sa.CheckConstraint(
            "(state = 'finished') = (score IS NOT NULL)", name=op.f("ck_smart_city_flood_run_score")
        ),
    )
    op.create_index(op.f("ix_smart_city_flood_run_person"), "smart_city_flood_run", ["person_id", "id"])
    op.create_index(
        op.f("ix_smart_city_flood_run_version"), "smart_city_flood_run", ["item_version_id", "state"]
    )
    op.create_table(
        "smart_city_flood_turn",
        sa.Column("id", Id, autoincrement=True, nullable=False),
        sa.Column("run_id", Id, nullable=False),
        sa.Column("turn", Id, nullable=False),
        sa.Column("pumps", Id, nullable=False),
        sa.Column("inform", sa.Boolean(), nullable=False),
        sa.Column("evacuate", Id, nullable=False),
        sa.Column("request", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(300), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_smart_city_flood_turn")),
        sa.ForeignKeyConstraint(
            ["run_id"],
            ["smart_city_flood_run.id"],
            name=op.f("fk_smart_city_flood_turn_run_id_smart_city_flood_run"),
            ondelete="CASCADE",
        ),
        sa.UniqueConstraint("run_id", "turn", name=op.f("uq_smart_city_flood_turn_run_id_turn")),
    )


def downgrade() -> None:
    op.drop_table("smart_city_flood_turn")
    op.drop_table("smart_city_flood_run")
