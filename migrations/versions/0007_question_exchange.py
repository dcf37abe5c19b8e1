"""files of questions on their way into courses"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

_ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
_JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def upgrade() -> None:
    op.create_table(
        "question_import",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("course_id", _ID, nullable=False),
        sa.Column("account_id", _ID, nullable=True),
        sa.Column("file_name", sa.String(length=200), nullable=False),
        sa.Column("upload", sa.String(length=80), nullable=False),
        sa.Column("options", _JSON, nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("summary", _JSON, nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("job_id", _ID, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("applied_at", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint(
            "state IN ('checking', 'checked', 'applying', 'applied', 'failed', 'discarded')",
            name=op.f("ck_question_import_state"),
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_question_import_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["course_id"],
            ["course.id"],
            name=op.f("fk_question_import_course_id_course"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_import")),
    )
    op.create_index(op.f("ix_question_import_account_id"), "question_import", ["account_id"], unique=False)
    op.create_index(op.f("ix_question_import_course_id"), "question_import", ["course_id"], unique=False)
    op.create_index(op.f("ix_question_import_created_at"), "question_import", ["created_at"], unique=False)
    op.create_table(
        "question_import_item",
        sa.Column("id", _ID, autoincrement=True, nullable=False),
        sa.Column("import_id", _ID, nullable=False),
        sa.Column("number", _ID, nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("differs", sa.Boolean(), nullable=False),
        sa.Column("body", _JSON, nullable=False),
        sa.CheckConstraint(
            "verdict IN ('new', 'changed', 'unchanged', 'refused')",
            name=op.f("ck_question_import_item_verdict"),
        ),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["question_import.id"],
            name=op.f("fk_question_import_item_import_id_question_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question_import_item")),
        sa.UniqueConstraint("import_id", "number", name=op.f("uq_question_import_item_import_id_number")),
    )
    op.create_index(
        "ix_question_import_item_verdict",
        "question_import_item",
        ["import_id", "verdict", "number"],
        unique=False,
    )


def downgrade() -> None:
    op.drop_table("question_import_item")
    op.drop_table("question_import")
