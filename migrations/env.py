"""Alembic's environment: the core's branch here, one branch per course module in its package."""

from __future__ import annotations

from alembic import context
from sqlalchemy import JSON, BigInteger

from academy.kernel.crypto import EncryptedText
from academy.kernel.db import Exact, Model, UtcDateTime

connection = context.config.attributes["connection"]
wanted = context.config.attributes.get("tables")


def include_name(name, kind, _parents) -> bool:
    return kind != "table" or wanted is None or name in wanted


def include_object(_item, name, kind, _reflected, _other) -> bool:
    return kind != "table" or wanted is None or name in wanted


def render_item(kind, item, autogen) -> str | bool:
    """Write columns by what the database stores, so that old revisions do not depend on today's code."""
    if kind != "type":
        return False
    if isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    if isinstance(item, EncryptedText):
        return "sa.Text()"
    if isinstance(item, Exact):
        return f"sa.Numeric({item.digits}, {item.places})"
    if isinstance(item, JSON):
        autogen.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    if isinstance(item, BigInteger) and "sqlite" in item._variant_mapping:
        return 'sa.BigInteger().with_variant(sa.Integer(), "sqlite")'
    return False


context.configure(
    connection=connection,
    target_metadata=Model.metadata,
    render_as_batch=False,
    include_name=include_name,
    include_object=include_object,
    render_item=render_item,
    compare_type=True,
)
with context.begin_transaction():
    context.run_migrations()
