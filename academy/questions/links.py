"""Where references in the texts of questions lead: to files of courses at their final addresses, and nowhere else."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from academy.catalog.markdown import NoLinks
from academy.catalog.media_files import KINDS
from academy.catalog.rendering import MediaReference

__all__ = ["QUESTION_LINKS"]

_MEDIA = re.compile(r"/courses/[a-z0-9-]{1,120}/media/[A-Za-z0-9._-]{1,200}")


class QuestionLinks(NoLinks):
    """Pictures and sounds by their addresses: a question is shown by pages that know nothing of its course."""

    def media(self, path: str, lang: str) -> MediaReference | None:
        kind = KINDS.get(PurePosixPath(path).suffix)
        return MediaReference(path, kind.mime) if kind is not None and _MEDIA.fullmatch(path) else None


QUESTION_LINKS = QuestionLinks()
