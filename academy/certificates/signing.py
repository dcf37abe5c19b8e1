"""The server's signature over what a document says: Ed25519 (RFC 8032) over canonical JSON."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from academy.certificates.models import SigningKey
from academy.kernel import clock
from academy.kernel.crypto import key_for
from academy.kernel.db import insert_if_absent
from academy.kernel.unit_of_work import UnitOfWork

PURPOSE = "certificate-signature"


def canonical(statement: Mapping[str, Any]) -> bytes:
    """The one spelling of a JSON object that is signed: keys sorted, no white space, UTF-8.

    This is RFC 8785 for what documents hold: objects with ASCII keys, texts, whole numbers and null.
    """
    return json.dumps(statement, ensure_ascii=False, sort_keys=True, separators=(",", ":")).encode()


def sign(statement: Mapping[str, Any]) -> tuple[str, str]:
    """Signature (base64) and id of the key that belongs to this installation's secret."""
    private, key_id, _public = _key(key_for(PURPOSE))
    return base64.b64encode(private.sign(canonical(statement))).decode(), key_id


def is_genuine(statement: Mapping[str, Any], signature: str, public_key: str) -> bool:
    """Whether the signature (base64) over the statement was made with the key (base64, raw)."""
    try:
        key = Ed25519PublicKey.from_public_bytes(base64.b64decode(public_key))
        key.verify(base64.b64decode(signature), canonical(statement))
    except (InvalidSignature, ValueError):
        return False
    return True


def publish_key(work: UnitOfWork) -> str:
    """Keep the public key of the present secret beside the documents, so that they outlive it; its id."""
    _private, key_id, public = _key(key_for(PURPOSE))
    insert_if_absent(work.session, SigningKey, id=key_id, public_key=public, first_used_at=clock.now())
    return key_id


@lru_cache(maxsize=4)
def _key(seed: bytes) -> tuple[Ed25519PrivateKey, str, str]:
    private = Ed25519PrivateKey.from_private_bytes(seed)
    raw = private.public_key().public_bytes_raw()
    return private, hashlib.sha256(raw).hexdigest()[:16], base64.b64encode(raw).decode()
