"""What the files of lessons say: documents and transcripts of recordings, as hits of their own that open the lesson.

A passage's anchor names the block that shows the file and, behind ``~``, the page or the second:
``file-1~page=4``, ``listening-2~t=83``. Long files come in several portions, because the excerpt of a hit is found
in all of its text.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from academy.catalog.file_texts import Part
from academy.catalog.media_files import language_variants
from academy.catalog.media_queries import list_all_media, list_parts
from academy.catalog.placed_files import PlacedFile
from academy.catalog.views import MediaView, PublishedText
from academy.kernel.storage import storage
from academy.kernel.text import nfc
from academy.search.backend import Passage
from academy.search.transcripts import Spoken, transcript

__all__ = ["CourseFiles", "LessonFile"]

TRANSCRIPTS = (".vtt", ".srt", ".txt")
PASSAGE_LENGTH = 1_200  # characters
PORTION_LENGTH = 12_000  # characters: as long as a long lesson


@dataclass(frozen=True, slots=True)
class LessonFile:
    """A file that a lesson shows or offers, with what it says.

    ``kind`` is ``file`` or ``recording``, ``name`` tells it among the lesson's files whatever the language.
    """

    kind: str
    name: str
    placed: PlacedFile
    title: str
    passages: tuple[Passage, ...]

    def portions(self) -> Iterator[tuple[Passage, ...]]:
        """The passages in portions of bounded length."""
        portion: list[Passage] = []
        length = 0
        for passage in self.passages:
            if portion and length + len(passage.text) > PORTION_LENGTH:
                yield tuple(portion)
                portion, length = [], 0
            portion.append(passage)
            length += len(passage.text)
        if portion:
            yield tuple(portion)


class CourseFiles:
    """The files of a course; two queries when made."""

    def __init__(self, course_id: int):
        files = list_all_media(course_id)
        self._by_name = {file.name: file for file in files}
        self._by_path = {file.path: file for file in files}
        self._parts: Mapping[str, list[Part]] = list_parts(
            file.sha256 for file in files if file.text in ("read", "cut")
        )

    def of_lesson(self, text: PublishedText) -> Iterator[LessonFile]:
        """The files of a lesson's text that say something."""
        for placed in text.files:
            file = self._by_name.get(placed.name)
            if file is None:
                continue
            said = self._recording if file.mime.startswith(("audio/", "video/")) else self._document
            found = said(file, placed, text)
            if found is not None and found.passages:
                yield found

    def _document(self, file: MediaView, placed: PlacedFile, _text: PublishedText) -> LessonFile | None:
        parts = self._parts.get(file.sha256, ())
        passages = [
            Passage(f"{placed.anchor}~page={place}" if place else placed.anchor, piece)
            for place, said in parts
            for piece in _pieces(nfc(said))
        ]
        return LessonFile("file", file.sha256[:16], placed, placed.title or file.path, tuple(passages))

    def _recording(self, file: MediaView, placed: PlacedFile, text: PublishedText) -> LessonFile | None:
        """A recording with the transcript beside it, in the lesson's language if there are several."""
        paths = [
            path
            for ending in TRANSCRIPTS
            for path in language_variants(str(PurePosixPath(file.path).with_suffix(ending)), text.lang)
        ]
        beside = next((self._by_path[path] for path in paths if path in self._by_path), None)
        if beside is None:
            return None
        passages = [
            Passage(placed.anchor if second is None else f"{placed.anchor}~t={second}", piece)
            for second, said in _read_transcript(beside)
            for piece in _pieces(said)
        ]
        name = f"{file.sha256[:12]}{beside.sha256[:12]}"
        return LessonFile("recording", name, placed, placed.title or text.title, tuple(passages))


def _read_transcript(file: MediaView) -> list[Spoken]:
    try:
        text = storage().path(file.storage_key).read_bytes().decode("utf-8", "replace")
    except OSError:
        return []
    return transcript(nfc(text))


def _pieces(text: str) -> Iterator[str]:
    """A text in pieces of bounded length, cut at the ends of sentences, else between words."""
    while len(text) > PASSAGE_LENGTH:
        window = text[:PASSAGE_LENGTH]
        at = max(window.rfind(end) for end in (". ", "; ", "? ", "! "))
        cut = at + 1 if at > PASSAGE_LENGTH // 3 else max(window.rfind(" "), 0) or PASSAGE_LENGTH
        yield text[:cut].strip()
        text = text[cut:].strip()
    if text:
        yield text
