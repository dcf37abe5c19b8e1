"""words that stand for each other in the search, searches people keep, training needs"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
JSON = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")

# abbreviations of offices and papers
SEED = (
    ("UBND", "ủy ban nhân dân"),
    ("HĐND", "hội đồng nhân dân"),
    ("MTTQ", "mặt trận tổ quốc"),
    ("CBCCVC", "cán bộ công chức viên chức"),
    ("CBCC", "cán bộ công chức"),
    ("CĐS", "chuyển đổi số"),
    ("LLCT", "lý luận chính trị"),
    ("CNTT", "công nghệ thông tin"),
    ("ATTT", "an toàn thông tin"),
    ("TTHC", "thủ tục hành chính"),
    ("QLNN", "quản lý nhà nước"),
    ("QPPL", "quy phạm pháp luật"),
    ("DVC", "dịch vụ công"),
    ("CSDL", "cơ sở dữ liệu"),
)


def upgrade() -> None:
    words = op.create_table(
        "search_synonym",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("term", sa.String(length=60), nullable=False),
        sa.Column("meaning", sa.String(length=200), nullable=False),
        sa.Column("term_key", sa.String(length=60), nullable=False),
        sa.Column("meaning_key", sa.String(length=200), nullable=False),
        sa.Column("note", sa.String(length=200), nullable=False),
        sa.Column("changed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("changed_by", ID, nullable=True),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["changed_by"],
            ["account.id"],
            name=op.f("fk_search_synonym_changed_by_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_search_synonym")),
        sa.UniqueConstraint("term_key", "meaning_key", name=op.f("uq_search_synonym_term_key_meaning_key")),
    )
    now = datetime.now(UTC)
    op.bulk_insert(
        words,
        [
            {
                "term": term, "meaning": meaning, "term_key": term.lower(), "meaning_key": meaning, "note": "",
                "changed_at": now,
            }
            for term, meaning in SEED
        ],
    )  # fmt: skip
    op.create_table(
        "recent_search",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("text", sa.String(length=256), nullable=False),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("key", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_recent_search_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recent_search")),
        sa.UniqueConstraint("account_id", "key", name=op.f("uq_recent_search_account_id_key")),
    )
    op.create_index("ix_recent_search_account", "recent_search", ["account_id", "at"], unique=False)
    op.create_table(
        "search_preference",
        sa.Column("account_id", ID, autoincrement=False, nullable=False),
        sa.Column("remember", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_search_preference_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_search_preference")),
    )
    op.create_table(
        "saved_search",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("text", sa.String(length=256), nullable=False),
        sa.Column("filters", JSON, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_saved_search_account_id_account"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_saved_search")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_saved_search_account_id_name")),
    )
    op.create_table(
        "training_need",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("account_id", ID, nullable=True),
        sa.Column("unit_id", ID, nullable=True),
        sa.Column("query", sa.String(length=256), nullable=False),
        sa.Column("key", sa.String(length=256), nullable=False),
        sa.Column("note", sa.String(length=1000), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answer", sa.String(length=1000), nullable=False),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("decided_by", ID, nullable=True),
        sa.CheckConstraint(
            "state IN ('open', 'planned', 'answered', 'declined')", name=op.f("ck_training_need_state")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["account.id"],
            name=op.f("fk_training_need_account_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["decided_by"],
            ["account.id"],
            name=op.f("fk_training_need_decided_by_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["unit_id"], ["unit.id"], name=op.f("fk_training_need_unit_id_unit"), ondelete="SET NULL"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_training_need")),
    )
    op.create_index(op.f("ix_training_need_account_id"), "training_need", ["account_id"], unique=False)
    op.create_index(op.f("ix_training_need_unit_id"), "training_need", ["unit_id"], unique=False)
    op.create_index("ix_training_need_key", "training_need", ["key", "state"], unique=False)


def downgrade() -> None:
    op.drop_table("training_need")
    op.drop_table("saved_search")
    op.drop_table("search_preference")
    op.drop_table("recent_search")
    op.drop_table("search_synonym")
