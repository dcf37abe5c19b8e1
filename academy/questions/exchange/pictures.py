"""Pictures and sounds of questions: from a file into the course's media, and back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from academy.catalog.media_files import KINDS, MediaRefused, inspect_media, media_name, media_url
from academy.kernel.text import nfc, slug
from academy.questions.exchange.neutral import Note, Question

__all__ = ["INNER", "Media", "own_media", "packed", "taken_in"]

INNER = "@@PLUGINFILE@@/"
"""What the name of a file begins with that came with the questions."""

Media = dict[str, bytes]
"""Files by their path in the course folder."""

_PICTURE = re.compile(r"!\[([^\]]*)\]\((?:<([^<>\n]*)>|([^()\s]*))\)")
_OWN = re.compile(r"/courses/[a-z0-9-]{1,120}/media/([A-Za-z0-9._-]{1,200})")
_DATA = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/=\s]+)")


def taken_in(spec: Any, files: Mapping[str, bytes], course: str) -> tuple[Any, Media, tuple[Note, ...]]:
    """A spec whose pictures stand at addresses of the course; the files to store; what could not be kept."""
    media: Media = {}
    notes: dict[Note | tuple, Note] = {}

    def note(code: str, **params: str) -> None:
        notes[(code, *params.values())] = Note(code, params)

    def address(found: re.Match[str]) -> str:
        alt, target = found[1], found[2] if found[2] is not None else found[3]
        if _OWN.fullmatch(target):
            return found.group()
        name, data = _found(target, files)
        if data is None:
            code, told = ("outside", "url") if "://" in target else ("file_missing", "name")
            note(code, **{told: (target if "://" in target else name)[:100]})
            return alt
        path = _path(name, data)
        try:
            inspect_media(path, data)
        except MediaRefused as refusal:
            note("files_refused", name=name[:100], detail=str(refusal))
            return alt
        media[path] = data
        return f"![{alt}]({media_url(course, media_name(path, hashlib.sha256(data).hexdigest()))})"

    return _with_pictures(spec, address), media, tuple(notes.values())


def _with_pictures(value: Any, address: Callable[[re.Match[str]], str]) -> Any:
    if isinstance(value, str):
        return _PICTURE.sub(address, value) if "](" in value else value
    if isinstance(value, Mapping):
        return {name: _with_pictures(inner, address) for name, inner in value.items()}
    return [_with_pictures(inner, address) for inner in value] if isinstance(value, list) else value


def _found(target: str, files: Mapping[str, bytes]) -> tuple[str, bytes | None]:
    if inline := _DATA.fullmatch(target):
        try:
            return f"picture.{inline[1]}", base64.b64decode(inline[2])
        except (binascii.Error, ValueError):
            return "data:", None
    name = nfc(unquote(target.removeprefix(INNER)))
    return name, files.get(name)


def _path(name: str, data: bytes) -> str:
    """Where a file is kept: named by its content too, so that two of one name do not meet."""
    file = PurePosixPath(name)
    suffix = file.suffix.lower()
    kind = KINDS.get(suffix)
    folder = "figures" if kind is not None and kind.mime.startswith("image/") else "media"
    short = hashlib.sha256(data).hexdigest()[:8]
    return f"{folder}/{slug(file.name.removesuffix(file.suffix), 60) or 'file'}-{short}{suffix}"


def own_media(question: Question) -> set[str]:
    """The names of the course's files that a question shows."""
    return {name for text in _texts(question) for name in _OWN.findall(text)}


def packed(question: Question, load: Callable[[str], bytes | None]) -> Question:
    """A question that brings the course's files which it shows along, under names of their own."""
    names = own_media(question)
    if not names:
        return question
    files = {name: data for name in sorted(names) if (data := load(name)) is not None}

    def address(found: re.Match[str]) -> str:
        own = _OWN.fullmatch(found[2] if found[2] is not None else found[3])
        return f"![{found[1]}]({INNER}{quote(own[1])})" if own and own[1] in files else found.group()

    changed = _replaced(question, address)
    return replace(changed, files=files)


def _replaced(value: Any, address: Callable[[re.Match[str]], str]) -> Any:
    """A neutral value with every text in it changed."""
    if isinstance(value, str):
        return _PICTURE.sub(address, value) if "](" in value else value
    if isinstance(value, tuple):
        return tuple(_replaced(inner, address) for inner in value)
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Note):
        return replace(
            value, **{name: _replaced(getattr(value, name), address) for name in value.__dataclass_fields__}
        )
    return value


def _texts(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value] if "/media/" in value else []
    if isinstance(value, tuple):
        return [text for inner in value for text in _texts(inner)]
    if hasattr(value, "__dataclass_fields__") and not isinstance(value, Note):
        return [text for name in value.__dataclass_fields__ for text in _texts(getattr(value, name))]
    return []
