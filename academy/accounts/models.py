"""Accounts, their sessions and tokens. Secrets are stored as hashes only."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from academy.accounts.devices import name_of_device
from academy.kernel.db import Model, UtcDateTime, primary_key, timestamp


class Account(Model):
    """Somebody who can sign in. ``username_key`` is the user name folded: look-alikes are one."""

    __tablename__ = "account"
    __table_args__ = (CheckConstraint("state IN ('active', 'disabled')", name="state"),)

    id: Mapped[int] = primary_key()
    username: Mapped[str] = mapped_column(String(80))
    username_key: Mapped[str] = mapped_column(String(80), unique=True)
    password_hash: Mapped[str | None] = mapped_column(String(200))
    must_change_password: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str] = mapped_column(String(10), default="active")
    locale: Mapped[str | None] = mapped_column(String(5))
    created_at: Mapped[datetime] = timestamp()
    password_changed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


class LoginSession(Model):
    """One sign-in on one device; ends by signing out, idleness, age, or from another device."""

    __tablename__ = "login_session"

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = timestamp()
    seen_at: Mapped[datetime] = timestamp()
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    ended_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    address: Mapped[str] = mapped_column(String(60), default="")
    device: Mapped[str] = mapped_column(String(200), default="")

    account: Mapped[Account] = relationship(lazy="raise")

    @property
    def device_name(self) -> str:
        """The device as people call it, "Chrome, Android"; "" if it said nothing that is known."""
        return name_of_device(self.device)


class PersonalToken(Model):
    """A token for programs that act as the account; shown once, then known by its hash."""

    __tablename__ = "personal_token"

    id: Mapped[int] = primary_key()
    account_id: Mapped[int] = mapped_column(ForeignKey("account.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(100))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = timestamp()
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
