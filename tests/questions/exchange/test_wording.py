"""Whatever a report can say has words, and no words are left that no report says."""

from __future__ import annotations

import re
from pathlib import Path

from academy.questions import exchange
from academy.questions.exchange.wording import NOTES

_CODE = re.compile(r'\b(?:Note|Unmappable|note)\(\s*"([a-z0-9_]+)"|code, told = \("(\w+)", "url"\)')
_TABLED = {"patterns", "partial_answers", "wrong_answers", "two_right", "file_missing"}


def test_every_note_has_words_and_every_word_is_said():
    text = "\n".join(path.read_text() for path in Path(exchange.__path__[0]).glob("*.py"))
    said = {code for found in _CODE.finditer(text) for code in found.groups() if code} | _TABLED
    assert said == set(NOTES)
