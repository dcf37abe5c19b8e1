"""leases of indexers, the index that PostgreSQL keeps

The tables of the index are there on SQLite too, where they stay empty: the schema is one.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
TERMS = postgresql.TSVECTOR().with_variant(sa.Text(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "search_lease",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("holder", sa.String(length=120), nullable=True),
        sa.Column("token", ID, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("position", ID, nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_search_lease")),
    )
    op.create_table(
        "search_generation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("meta", JSON, nullable=False),
        sa.Column("lexicon", JSON, nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("is_whole", sa.Boolean(), nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.Column("numbers", ID, nullable=False),
        sa.Column("purged_at_state", ID, nullable=False),
        sa.Column("damage", sa.String(length=500), nullable=True),
        sa.Column("beat_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_generation")),
    )
    op.create_table(
        "search_entry",
        sa.Column("generation_id", ID, nullable=False),
        sa.Column("number", ID, autoincrement=False, nullable=False),
        sa.Column("ref", sa.String(length=200), nullable=False),
        sa.Column("group_ref", sa.String(length=200), nullable=False),
        sa.Column("values", JSON, nullable=False),
        sa.Column("title_length", sa.Float(), nullable=False),
        sa.Column("body_length", sa.Float(), nullable=False),
        sa.Column("born", ID, nullable=False),
        sa.Column("gone", ID, nullable=True),
        sa.Column("gone_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("changed", ID, nullable=False),
        sa.Column("terms", TERMS, nullable=False),
        sa.Column("data", JSON, nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["search_generation.id"],
            name=op.f("fk_search_entry_generation_id_search_generation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("generation_id", "number", name=op.f("pk_search_entry")),
    )
    op.create_index("ix_search_entry_changed", "search_entry", ["generation_id", "changed"])
    op.create_index("ix_search_entry_group", "search_entry", ["generation_id", "group_ref"])
    op.create_index("ix_search_entry_ref", "search_entry", ["generation_id", "ref"])
    op.create_index("ix_search_entry_terms", "search_entry", ["terms"], postgresql_using="gin")
    op.create_table(
        "search_term",
        sa.Column("generation_id", ID, nullable=False),
        sa.Column("field", sa.String(length=5), nullable=False),
        sa.Column("term", sa.String(length=200), nullable=False),
        sa.Column("documents", ID, nullable=False),
        sa.Column("state", ID, nullable=False),
        sa.ForeignKeyConstraint(
            ["generation_id"],
            ["search_generation.id"],
            name=op.f("fk_search_term_generation_id_search_generation"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("generation_id", "field", "term", name=op.f("pk_search_term")),
    )
    op.create_index("ix_search_term_state", "search_term", ["generation_id", "state"])


def downgrade() -> None:
    for name in ("search_term", "search_entry", "search_generation", "search_lease"):
        op.drop_table(name)
