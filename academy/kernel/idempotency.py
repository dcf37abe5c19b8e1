"""``Idempotency-Key``: a POST repeated with the same key is done once and answered alike each time."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime

from flask import Response, request
from sqlalchemy import String, Text, UniqueConstraint, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from academy.kernel.actor import Actor
from academy.kernel.db import Model, db, primary_key, timestamp
from academy.kernel.errors import Conflict, Invalid
from academy.kernel.i18n import _l
from academy.kernel.unit_of_work import unit_of_work


class IdempotentReply(Model):
    """The first answer to a key, kept for repeats."""

    __tablename__ = "idempotent_reply"
    __table_args__ = (UniqueConstraint("account_id", "key"),)

    id: Mapped[int] = primary_key()
    account_id: Mapped[int]
    key: Mapped[str] = mapped_column(String(200))
    request_hash: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    body: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[datetime] = timestamp(index=True)


def once(actor: Actor, key: str, run: Callable[[], Response]) -> Response:
    """Run the endpoint unless this actor already used the key; the answer is stored with its effect.

    Raises:
        Invalid: the key is too long, or was used for another request.
        Conflict: the first request with this key is still running.
    """
    if len(key) > 200 or not actor.account_id:
        raise Invalid(_l("The Idempotency-Key may have at most 200 characters."), rule="idempotency-key")
    digest = hashlib.sha256(
        b"\n".join((request.method.encode(), request.full_path.encode(), request.get_data()))
    ).hexdigest()
    known = _find(actor.account_id, key)
    if known is not None:
        return _replay(known, digest)
    try:
        with unit_of_work() as work:
            reply = IdempotentReply(account_id=actor.account_id, key=key, request_hash=digest)
            work.session.add(reply)
            work.session.flush()
            response = run()
            reply.status, reply.body = response.status_code, response.get_data(as_text=True)
            return response
    except IntegrityError:
        known = _find(actor.account_id, key)
        if known is None:
            raise
        return _replay(known, digest)


def _find(account_id: int, key: str) -> IdempotentReply | None:
    return db.session.scalar(
        select(IdempotentReply).where(IdempotentReply.account_id == account_id, IdempotentReply.key == key)
    )


def _replay(known: IdempotentReply, digest: str) -> Response:
    if known.request_hash != digest:
        raise Invalid(
            _l("This Idempotency-Key was used for another request."),
            rule="idempotency-key",
            next_step=_l("Use a new key for a new request."),
        )
    if known.status is None:
        raise Conflict(_l("The first request with this key is still running."), rule="idempotency-key")
    return Response(
        known.body,
        status=known.status,
        mimetype="application/json",
        headers={"Idempotency-Replayed": "true"},
    )
