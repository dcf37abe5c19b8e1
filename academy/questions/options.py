"""Names and order of what can be chosen, such that neither gives the answer away.

An author calls options ``a``, ``b``, ``c`` and tends to write the right one first. The learner's
page gets other names, made of nothing but the texts that the page shows anyway, and an order made
of those names and the seed. Who knows the seed, the names and this file still knows no answer.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Iterable, Mapping
from hashlib import blake2b

AUTHORS_ORDER = 0
"""The seed that leaves options as the author wrote them, where a kind allows it."""


def opaque_id(text: Mapping[str, str], side: str = "") -> str:
    """Eight letters and digits standing for an option, the same in every language and for every seed.

    Args:
        text: the option's text by language; options of one item never have equal texts.
        side: tells apart two lists of one item whose texts may coincide (left and right of a matching).
    """
    canonical = json.dumps(dict(sorted(text.items())), ensure_ascii=False, separators=(",", ":"))
    digest = blake2b(f"{side}\x1f{canonical}".encode(), digest_size=5, person=b"option").digest()
    return base64.b32encode(digest).decode("ascii").lower()


def in_seeded_order(names: Iterable[str], seed: int) -> list[str]:
    """The names, each once, in an order that depends on the set of names and the seed alone.

    Made by sorting digests rather than by a random generator: any language can repeat it, and the
    order in which the names came in, which may be the answer, has no influence.
    """
    prefix = f"{seed}\x1f"
    return sorted(set(names), key=lambda name: blake2b((prefix + name).encode(), digest_size=16).digest())
