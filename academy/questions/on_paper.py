"""What the core kinds share on paper: letters, gaps, and what a sheet asks one to do."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from string import ascii_uppercase

from academy.kernel.i18n import localized
from academy.plugins.contract import LocalizedText, Printed
from academy.questions.numbers import DECIMAL_SIGN

__all__ = ["GAP", "hint", "letter", "letters_of", "number_on_paper", "plain_printed", "truth_words"]

GAP = "____"

_HINTS: dict[str, LocalizedText] = {
    "one": {
        "vi": "Khoanh tròn chữ cái trước đáp án đúng.",
        "en": "Circle the letter of the right answer.",
        "de": "Kreisen Sie den Buchstaben der richtigen Antwort ein.",
    },
    "many": {
        "vi": "Khoanh tròn chữ cái trước tất cả các đáp án đúng.",
        "en": "Circle the letters of all right answers.",
        "de": "Kreisen Sie die Buchstaben aller richtigen Antworten ein.",
    },
    "order": {
        "vi": "Viết các chữ cái theo đúng thứ tự.",
        "en": "Write the letters in the right order.",
        "de": "Schreiben Sie die Buchstaben in der richtigen Reihenfolge.",
    },
    "match": {
        "vi": "Viết vào ô bên cạnh mỗi dòng chữ cái của ý ghép với dòng đó.",
        "en": "Write beside each line the letter of what belongs to it.",
        "de": "Schreiben Sie neben jede Zeile den Buchstaben dessen, was dazu gehört.",
    },
    "gaps": {
        "vi": "Điền vào chỗ trống.",
        "en": "Fill the gaps.",
        "de": "Füllen Sie die Lücken.",
    },
    "words": {
        "vi": "Viết câu trả lời ngắn gọn.",
        "en": "Answer in a few words.",
        "de": "Antworten Sie mit wenigen Worten.",
    },
    "number": {
        "vi": "Viết kết quả bằng số.",
        "en": "Write the result as a number.",
        "de": "Schreiben Sie das Ergebnis als Zahl.",
    },
}
_TRUTH: dict[bool, LocalizedText] = {
    True: {"vi": "Đúng", "en": "True", "de": "Richtig"},
    False: {"vi": "Sai", "en": "False", "de": "Falsch"},
}


def hint(name: str, lang: str) -> str:
    """What to do, in the language of the paper."""
    return localized(_HINTS[name], lang)


def truth_words(lang: str) -> tuple[str, str]:
    """How true and false are called, in this order."""
    return localized(_TRUTH[True], lang), localized(_TRUTH[False], lang)


def letter(index: int) -> str:
    """The letter of the choice at an index from 0: A … Z, then A1 … Z1."""
    turn, place = divmod(index, len(ascii_uppercase))
    return ascii_uppercase[place] + (str(turn) if turn else "")


def letters_of(names: Sequence[str], wanted: Iterable[str]) -> list[str]:
    """The letters of some of the names that are shown, in the order wanted."""
    places = {name: letter(index) for index, name in enumerate(names)}
    return [places[name] for name in wanted]


def number_on_paper(number: str, lang: str) -> str:
    """A stored decimal as it is written in a language: ``97.4`` → ``97,4``."""
    return number.replace(".", DECIMAL_SIGN.get(lang, "."))


def plain_printed(text: str, lines: int = 6) -> Printed:
    """An item of which only the public words are known, with room to write."""
    return Printed(text=text, lines=lines)
