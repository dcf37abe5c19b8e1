"""Documents of close reading and private notes on them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from academy.sdk import UtcDateTime

revision = "political_theory_0001"
down_revision = None
branch_labels = ("political_theory",)
depends_on = ("0001",)

BIG = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "political_theory_document",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("hash", sa.String(32), nullable=False),
        sa.Column("lang", sa.String(20), nullable=False),
        sa.Column("title", sa.String(200), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.UniqueConstraint("hash"),
    )
    op.create_table(
        "political_theory_document_use",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("document_id", BIG, sa.ForeignKey("political_theory_document.id"), nullable=False),
        sa.Column("course_id", BIG, sa.ForeignKey("course.id"), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.UniqueConstraint("document_id", "course_id"),
    )
    op.create_index(
        "ix_political_theory_document_use_course_id", "political_theory_document_use", ["course_id"]
    )
    op.create_table(
        "political_theory_annotation",
        sa.Column("id", BIG, primary_key=True, autoincrement=True),
        sa.Column("person_id", BIG, sa.ForeignKey("person.id"), nullable=False),
        sa.Column("document_id", BIG, sa.ForeignKey("political_theory_document.id"), nullable=False),
        sa.Column("start_at", BIG, nullable=False),
        sa.Column("end_at", BIG, nullable=False),
        sa.Column("category", sa.String(10), nullable=False),
        # encrypted by the application
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.Column("touched_at", UtcDateTime(), nullable=False),
        sa.CheckConstraint("category IN ('claim', 'reason', 'example', 'question')", name="category"),
        sa.CheckConstraint("start_at >= 0 AND end_at > start_at", name="range"),
    )
    op.create_index(
        "ix_political_theory_annotation_own", "political_theory_annotation", ["person_id", "document_id"]
    )
    op.create_index("ix_political_theory_annotation_touched", "political_theory_annotation", ["touched_at"])


def downgrade() -> None:
    op.drop_table("political_theory_annotation")
    op.drop_table("political_theory_document_use")
    op.drop_table("political_theory_document")
