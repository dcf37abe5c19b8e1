"""What a translated catalog lacks, for the core and for every module."""

from __future__ import annotations

import re
from collections.abc import Iterator

from babel.messages.catalog import Catalog, Message

PLACEHOLDER = re.compile(r"%\(\w+\)[a-z]|%%|\{\w*\}|\[\[[^\]]*\]\]|</?[a-z][^>]*>")


def missing(messages: Catalog, catalog: Catalog) -> list[str]:
    """Messages that have no translation, or only some of its forms."""
    return [text_of(message) for message in messages if message.id and not is_complete(catalog.get(message.id))]


def is_complete(message: Message | None) -> bool:
    return message is not None and bool(forms_of(message)) and all(forms_of(message))


def wrong_placeholders(message: Message) -> bool:
    """Whether a form asks for other values than its message; a form for one thing may leave the number out."""
    wanted = [sorted(PLACEHOLDER.findall(form)) for form in ids_of(message)]
    return any(sorted(PLACEHOLDER.findall(form)) not in wanted for form in forms_of(message))


def text_of(message: Message) -> str:
    return ids_of(message)[0]


def ids_of(message: Message) -> list[str]:
    return list(message.id) if isinstance(message.id, tuple | list) else [message.id]


def forms_of(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, tuple | list) else [message.string or ""]


def messages_of(catalog: Catalog) -> Iterator[Message]:
    return (message for message in catalog if message.id)
