"""Keys derived from the installation's secret: encrypted columns, blind indexes, signed texts."""

from __future__ import annotations

import base64
import hashlib
import hmac
from functools import lru_cache
from typing import Any

from cryptography.fernet import Fernet, InvalidToken
from flask import current_app
from sqlalchemy import Text, TypeDecorator


@lru_cache(maxsize=32)
def _derive(secret: str, purpose: str) -> bytes:
    """A 256-bit key for one purpose only (HMAC as a key-derivation function, NIST SP 800-108)."""
    return hmac.new(secret.encode(), b"academy:" + purpose.encode(), hashlib.sha256).digest()


def key_for(purpose: str) -> bytes:
    return _derive(current_app.config["ACADEMY"].secret_key, purpose)


def mac(purpose: str, text: str) -> str:
    """A keyed hash of ``text``, hexadecimal."""
    return hmac.new(key_for(purpose), text.encode(), hashlib.sha256).hexdigest()


def blind_index(text: str) -> str:
    """A keyed hash by which an encrypted value can be found again, and not guessed without the key."""
    return mac("blind-index", text)


class EncryptedText(TypeDecorator[str]):
    """Text encrypted at rest (Fernet: AES-128-CBC with HMAC-SHA-256)."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Any) -> str | None:
        return None if value is None else _fernet().encrypt(value.encode()).decode()

    def process_result_value(self, value: str | None, dialect: Any) -> str | None:
        if value is None:
            return None
        try:
            return _fernet().decrypt(value.encode()).decode()
        except InvalidToken as error:
            raise ValueError("an encrypted value does not fit this installation's secret key") from error


def _fernet() -> Fernet:
    return Fernet(base64.urlsafe_b64encode(key_for("column")))
