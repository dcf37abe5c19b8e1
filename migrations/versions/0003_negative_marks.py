"""an item of an attempt may score below zero, and keeps what a wrong answer costs"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

TABLE = "attempt_item"
SCORE, PENALTY = "ck_attempt_item_score", "ck_attempt_item_penalty"


def upgrade() -> None:
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(op.f(SCORE), type_="check")
        table.add_column(sa.Column("penalty", sa.Numeric(5, 4), nullable=False, server_default="0"))
        table.create_check_constraint(op.f(SCORE), "score IS NULL OR score BETWEEN -1 AND 1")
        table.create_check_constraint(op.f(PENALTY), "penalty BETWEEN 0 AND 1")


def downgrade() -> None:
    # what cost points is worth nothing again, as it was before there were penalties
    op.execute(sa.text(f"UPDATE {TABLE} SET score = 0 WHERE score < 0"))
    with op.batch_alter_table(TABLE) as table:
        table.drop_constraint(op.f(PENALTY), type_="check")
        table.drop_constraint(op.f(SCORE), type_="check")
        table.drop_column("penalty")
        table.create_check_constraint(op.f(SCORE), "score IS NULL OR score BETWEEN 0 AND 1")
