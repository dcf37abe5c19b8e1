"""Pictures and sounds of questions: from a file into the course's media, and back."""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote, unquote

from academy.catalog.media_files import KINDS, MediaRefused, inspect_media, media_name, media_url
from academy.kernel.text import nfc, slug
from academy.questions.exchange.mapping_rules import Unmappable
from academy.questions.exchange.markup import plain_text
from academy.questions.exchange.neutral import Note, Picture, Question, Refused

__all__ = ["INNER", "Known", "Media", "Shelf", "own_media", "packed", "shelf_of", "taken_in"]

INNER = "@@PLUGINFILE@@/"
"""What the name of a file begins with that came with the questions."""

Media = dict[str, bytes]
"""Files by their path in the course folder."""

_PICTURE = re.compile(r"!\[([^\]]*)\]\((?:<([^<>\n]*)>|([^()\s]*))\)")
_OWN = re.compile(r"/courses/[a-z0-9-]{1,120}/media/([A-Za-z0-9._-]{1,200})")
_DATA = re.compile(r"data:image/(png|jpeg|webp);base64,([A-Za-z0-9+/=\s]+)")


@dataclass(frozen=True, slots=True)
class Known:
    """A file that the course has: its path in the course folder, and the name under which it is served."""

    path: str
    name: str


Shelf = Callable[[], Mapping[tuple[str, str], Known]]
"""The files of a course, by the beginning of their hash and their ending; asked only where a picture comes in."""


def shelf_of(files: Iterable[Known]) -> Mapping[tuple[str, str], Known]:
    return {_content_of(file.name): file for file in files}


def _content_of(name: str) -> tuple[str, str]:
    """What the name under which a file is served tells of its content: hash and ending."""
    _stem, short, suffix = name.rsplit(".", 2)
    return short, suffix


def taken_in(
    spec: Any, files: Mapping[str, bytes], course: str, *, lang: str = "vi", shelf: Shelf = dict
) -> tuple[Any, Media, tuple[Note, ...]]:
    """A spec whose pictures stand at addresses of the course; the files to store; what could not be kept.

    A file that the course has already is shown from there.

    Raises:
        Unmappable: the picture that a question is about cannot be used.
    """
    media: Media = {}
    notes: dict[Note | tuple, Note] = {}

    def note(code: str, **params: str) -> None:
        notes[(code, *params.values())] = Note(code, params)

    def kept(name: str, data: bytes) -> Known:
        path = _path(name, data)
        own = media_name(path, hashlib.sha256(data).hexdigest())
        if found := shelf().get(_content_of(own)):
            return found
        inspect_media(path, data)
        media[path] = data
        return Known(path, own)

    def address(found: re.Match[str]) -> str:
        alt, target = found[1], found[2] if found[2] is not None else found[3]
        if _OWN.fullmatch(target):
            return found.group()
        name, data = _found(target, files)
        if data is None:
            code, told = ("outside", "url") if "://" in target else ("file_missing", "name")
            note(code, **{told: (target if "://" in target else name)[:100]})
            return alt
        try:
            return f"![{alt}]({media_url(course, kept(name, data).name)})"
        except MediaRefused as refusal:
            note("files_refused", name=name[:100], detail=str(refusal))
            return alt

    spec = _with_pictures(spec, address)
    if isinstance(spec, Mapping) and spec.get("picture"):
        spec = {**spec, "picture": _asked_about(spec, files, lang, kept)}
    return spec, media, tuple(notes.values())


def _asked_about(
    spec: Mapping[str, Any], files: Mapping[str, bytes], lang: str, kept: Callable[[str, bytes], Known]
) -> dict[str, Any]:
    """The picture that a question is about, with its path here, its size, and some description."""
    picture = dict(spec["picture"])
    name = picture["path"]
    data = files.get(name)
    if data is None:
        raise Unmappable("file_missing", name=name[:100])
    try:
        path = kept(name, data).path
        _mime, width, height = inspect_media(path, data)
    except MediaRefused as refusal:
        raise Unmappable("files_refused", name=name[:100], detail=str(refusal)) from refusal
    ending = PurePosixPath(path).suffix
    picture["path"] = path.removesuffix(f".{lang}{ending}") + (
        ending if path.endswith(f".{lang}{ending}") else ""
    )
    picture |= {"width": picture["width"] or width or 0, "height": picture["height"] or height or 0}
    if not picture["alt"].get(lang):
        picture["alt"] = {lang: plain_text(spec["text"][lang])[:1000]}
    return picture


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


def packed(
    question: Question,
    load: Callable[[str], bytes | None],
    find: Callable[[str], bytes | None] = lambda _path: None,
) -> Question:
    """A question that brings the course's files which it shows along, under names of their own.

    Args:
        load: the bytes of a file by the name under which it is served.
        find: the same by its path in the course folder, for the picture that a question is about.
    """
    names = own_media(question)
    files = {name: data for name in sorted(names) if (data := load(name)) is not None}

    def address(found: re.Match[str]) -> str:
        own = _OWN.fullmatch(found[2] if found[2] is not None else found[3])
        return f"![{found[1]}]({INNER}{quote(own[1])})" if own and own[1] in files else found.group()

    changed = _replaced(question, address) if names else question
    lost = tuple(Note("picture_missing", {"name": name}) for name in sorted(names - set(files)))
    changed = replace(changed, files=files, notes=(*changed.notes, *lost))
    picture = getattr(changed.body, "picture", None)
    return _with_its_picture(changed, picture, find(picture.name)) if picture is not None else changed


def _with_its_picture(question: Question, picture: Picture, data: bytes | None) -> Question:
    """The question with the picture that it is about; without it there is no question."""
    if data is None:
        return replace(question, body=Refused(why=Note("picture_needed", {"name": picture.name})))
    try:
        _mime, width, height = inspect_media(picture.name, data)
    except MediaRefused:
        width = height = None
    notes = question.notes
    if (width, height) != (picture.width, picture.height):
        notes = (*notes, Note("picture_size", {"width": picture.width, "height": picture.height}))
    return replace(question, files={**question.files, picture.name: data}, notes=notes)


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
