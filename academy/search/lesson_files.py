"""What the files of lessons say: transcripts of recordings as passages of the lesson, documents as hits of their own.

A passage's anchor names the block that shows the file and, behind ``~``, the second or the page:
``listening-2~t=83``, ``file-1~page=4``.
"""

from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath

from academy.catalog.file_texts import Part
from academy.catalog.media_files import language_variants
from academy.catalog.media_queries import list_all_media, list_parts
from academy.catalog.placed_files import PlacedFile
from academy.catalog.views import MediaView, PublishedText
from academy.kernel.storage import storage
from academy.kernel.text import nfc
from academy.search.backend import Passage
from academy.search.transcripts import transcript

TRANSCRIPTS = (".vtt", ".srt", ".txt")
PASSAGE_LENGTH = 1_200  # characters of a document's passage, so that its excerpt is quickly found


class CourseFiles:
    """The files of a course; two queries when made."""

    def __init__(self, course_id: int):
        files = list_all_media(course_id)
        self._by_name = {file.name: file for file in files}
        self._by_path = {file.path: file for file in files}
        self._parts: Mapping[str, list[Part]] = list_parts(
            file.sha256 for file in files if file.text in ("read", "cut")
        )
        self._said: dict[str, tuple[tuple[int | None, str], ...]] = {}

    def spoken(self, text: PublishedText) -> Iterator[Passage]:
        """What is said in the recordings of a lesson's text."""
        for placed in text.files:
            for second, said in self._transcript(placed, text.lang):
                yield Passage(placed.anchor if second is None else f"{placed.anchor}~t={second}", said)

    def _transcript(self, placed: PlacedFile, lang: str) -> tuple[tuple[int | None, str], ...]:
        recording = self._by_name.get(placed.name)
        if recording is None or not recording.mime.startswith(("audio/", "video/")):
            return ()
        paths = [
            path
            for ending in TRANSCRIPTS
            for path in language_variants(str(PurePosixPath(recording.path).with_suffix(ending)), lang)
        ]
        beside = next((self._by_path[path] for path in paths if path in self._by_path), None)
        if beside is None:
            return ()
        if beside.name not in self._said:
            self._said[beside.name] = tuple(_read_transcript(beside))
        return self._said[beside.name]

    def documents(self, text: PublishedText) -> Iterator[tuple[PlacedFile, MediaView, tuple[Passage, ...]]]:
        """The documents that a lesson's text shows or offers and that could be read, with what they say."""
        for placed in text.files:
            file = self._by_name.get(placed.name)
            parts = self._parts.get(file.sha256) if file is not None else None
            if parts:
                yield placed, file, tuple(_passages(placed, parts))


def _read_transcript(file: MediaView) -> Iterator[tuple[int | None, str]]:
    try:
        text = storage().path(file.storage_key).read_bytes().decode("utf-8", "replace")
    except OSError:
        return
    yield from transcript(nfc(text))


def _passages(placed: PlacedFile, parts: list[Part]) -> Iterator[Passage]:
    for place, text in parts:
        anchor = f"{placed.anchor}~page={place}" if place else placed.anchor
        for piece in _pieces(nfc(text)):
            yield Passage(anchor, piece)


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of bounded length, cut at the ends of sentences, else between words."""
    while len(text) > PASSAGE_LENGTH:
        window = text[:PASSAGE_LENGTH]
        at = max(window.rfind(end) for end in (". ", "; ", "? ", "! "))
        cut = at + 1 if at > PASSAGE_LENGTH // 3 else max(window.rfind(" "), 1)
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text
