"""pauses of attempts, prolonged rounds of contests"""

from __future__ import annotations

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

ID = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
PAUSES = "pauses >= 0 AND pause_minutes >= 0 AND (pauses = 0) = (pause_minutes = 0)"


def upgrade() -> None:
    instant = sa.DateTime(timezone=True)
    op.create_table(
        "attempt_pause",
        sa.Column("attempt_id", ID, nullable=False),
        sa.Column("number", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("own", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.String(length=1000), nullable=False),
        sa.Column("started_at", instant, nullable=False),
        sa.Column("ends_at", instant, nullable=False),
        sa.Column("ended_at", instant, nullable=True),
        sa.Column("deadline_before", instant, nullable=False),
        sa.Column("limit", instant, nullable=True),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("ended_by_id", ID, nullable=True),
        sa.CheckConstraint("ends_at > started_at", name=op.f("ck_attempt_pause_ends")),
        sa.CheckConstraint("ended_at IS NULL OR ended_at <= ends_at", name=op.f("ck_attempt_pause_ended")),
        sa.ForeignKeyConstraint(
            ["attempt_id"],
            ["attempt.id"],
            name=op.f("fk_attempt_pause_attempt_id_attempt"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["by_id"], ["account.id"], name=op.f("fk_attempt_pause_by_id_account"), ondelete="SET NULL"
        ),
        sa.ForeignKeyConstraint(
            ["ended_by_id"],
            ["account.id"],
            name=op.f("fk_attempt_pause_ended_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.PrimaryKeyConstraint("attempt_id", "number", name=op.f("pk_attempt_pause")),
    )
    op.create_table(
        "contest_prolongation",
        sa.Column("id", ID, autoincrement=True, nullable=False),
        sa.Column("round_id", ID, nullable=False),
        sa.Column("closes_before", instant, nullable=False),
        sa.Column("closes_after", instant, nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by_id", ID, nullable=True),
        sa.Column("at", instant, nullable=False),
        sa.CheckConstraint("closes_after > closes_before", name=op.f("ck_contest_prolongation_later")),
        sa.ForeignKeyConstraint(
            ["by_id"],
            ["account.id"],
            name=op.f("fk_contest_prolongation_by_id_account"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["round_id"],
            ["contest_round.id"],
            name=op.f("fk_contest_prolongation_round_id_contest_round"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contest_prolongation")),
    )
    op.create_index(
        op.f("ix_contest_prolongation_round_id"), "contest_prolongation", ["round_id"], unique=False
    )
    op.add_column("answer_log", sa.Column("typed_at", instant, nullable=True))
    with op.batch_alter_table("accommodation") as table:
        for column in _allowance():
            table.add_column(column)
        table.create_check_constraint(op.f("ck_accommodation_pauses"), PAUSES)
    # column by column: the table is large, and much hangs on it
    for column in _of_attempts():
        op.add_column("attempt", column)
    _tell_open_attempts_when_they_close()


def _allowance() -> list[sa.Column]:
    return [
        sa.Column("pauses", ID, server_default="0", nullable=False),
        sa.Column("pause_minutes", ID, server_default="0", nullable=False),
        sa.Column("pause_past_close", sa.Boolean(), server_default=sa.false(), nullable=False),
    ]


def _of_attempts() -> list[sa.Column]:
    instants = ("closes_at", "paused_from", "paused_until")
    return [
        *_allowance(),
        *(sa.Column(name, sa.DateTime(timezone=True), nullable=True) for name in instants),
        sa.Column("paused_seconds", ID, server_default="0", nullable=False),
    ]


def _tell_open_attempts_when_they_close() -> None:
    """Attempts that are being sat: the end of the window of their version, or their own deadline if it is later."""
    connection = op.get_bind()
    instant = sa.DateTime(timezone=True)
    attempt = sa.table(
        "attempt",
        sa.column("id", ID),
        sa.column("state", sa.String),
        sa.column("quiz_version_id", ID),
        sa.column("deadline", instant),
        sa.column("closes_at", instant),
    )
    version = sa.table("quiz_version", sa.column("id", ID), sa.column("settings", sa.JSON))
    rows = connection.execute(
        sa.select(attempt.c.id, attempt.c.deadline, version.c.settings)
        .join(version, version.c.id == attempt.c.quiz_version_id)
        .where(attempt.c.state == "open")
    ).all()
    for attempt_id, deadline, settings in rows:
        closes = (settings.get("window") or {}).get("closes")
        if closes is None:
            continue
        closes_at = datetime.fromisoformat(closes).astimezone(UTC)
        if deadline is not None:
            closes_at = max(closes_at, deadline if deadline.tzinfo else deadline.replace(tzinfo=UTC))
        connection.execute(attempt.update().where(attempt.c.id == attempt_id).values(closes_at=closes_at))


def downgrade() -> None:
    for column in reversed(_of_attempts()):
        op.drop_column("attempt", column.name)
    with op.batch_alter_table("accommodation") as table:
        table.drop_constraint(op.f("ck_accommodation_pauses"), type_="check")
        for column in reversed(_allowance()):
            table.drop_column(column.name)
    op.drop_column("answer_log", "typed_at")
    op.drop_index(op.f("ix_contest_prolongation_round_id"), table_name="contest_prolongation")
    op.drop_table("contest_prolongation")
    op.drop_table("attempt_pause")
