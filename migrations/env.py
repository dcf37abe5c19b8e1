"""Alembic's environment: the core's branch here, one branch per course module in its package."""

from __future__ import annotations

from alembic import context

from academy.kernel.db import Model

connection = context.config.attributes["connection"]
wanted = context.config.attributes.get("include_tables")


def include_name(name, kind, parents) -> bool:
    return kind != "table" or wanted is None or name in wanted


context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=connection.dialect.name == "sqlite",
    include_name=include_name,
    compare_type=True,
    transaction_per_migration=True,
)
with context.begin_transaction():
    context.run_migrations()
