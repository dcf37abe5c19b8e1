"""what is found and counted among many stored attempts comes from indexes; marks know their quiz"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
NOT_STORED = sa.text("stored_at IS NULL")


def upgrade() -> None:
    op.create_index("ix_attempt_quiz_id", "attempt", ["quiz_id", "submitted_at", "mark", "passed"])
    op.drop_index("ix_marking_answer_quiz_id", table_name="marking_answer")
    op.create_index(
        "ix_marking_answer_quiz_id", "marking_answer", ["quiz_id", "state", "flagged", "release_id"]
    )
    op.add_column("marking_seat", sa.Column("quiz_id", ID, nullable=True))
    op.execute(
        "UPDATE marking_seat SET quiz_id ="
        " (SELECT marking_answer.quiz_id FROM marking_answer WHERE marking_answer.id = marking_seat.answer_id)"
    )
    with op.batch_alter_table("marking_seat") as batch:
        batch.alter_column("quiz_id", existing_type=ID, nullable=False)
        batch.create_foreign_key(
            op.f("fk_marking_seat_quiz_id_quiz"), "quiz", ["quiz_id"], ["id"], ondelete="CASCADE"
        )
        batch.drop_index("ix_marking_seat_marker_id")
        batch.create_index("ix_marking_seat_quiz_id", ["quiz_id", "marker_id", "stored_at", "role", "score"])
        batch.create_index(
            "ix_marking_seat_waiting",
            ["marker_id", "quiz_id"],
            sqlite_where=NOT_STORED,
            postgresql_where=NOT_STORED,
        )


def downgrade() -> None:
    with op.batch_alter_table("marking_seat") as batch:
        batch.drop_index("ix_marking_seat_waiting")
        batch.drop_index("ix_marking_seat_quiz_id")
        batch.create_index("ix_marking_seat_marker_id", ["marker_id", "stored_at"])
        batch.drop_constraint(op.f("fk_marking_seat_quiz_id_quiz"), type_="foreignkey")
        batch.drop_column("quiz_id")
    op.drop_index("ix_marking_answer_quiz_id", table_name="marking_answer")
    op.create_index("ix_marking_answer_quiz_id", "marking_answer", ["quiz_id", "state"])
    op.drop_index("ix_attempt_quiz_id", table_name="attempt")
