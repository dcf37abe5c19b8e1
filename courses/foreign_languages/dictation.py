"""Dictation: a recording is heard a few times and written down, and marked word by word."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate, validates_schema

from academy.sdk import Feedback, Grade, Invalid, Localized, Printed, _l, clean, localized, nested
from courses.foreign_languages.alignment import Alignment, Reading, align, readings_of
from courses.foreign_languages.error_classes import ERROR_CLASSES, WordRules
from courses.foreign_languages.words import is_spaced, primary_language, words_of

__all__ = ["Dictation", "DictationSpec"]

MAX_SENTENCE = 400
MAX_ANSWER = 800
PLACES = Decimal("0.0001")
PARTS = (
    "prompt",
    "language",
    "transcript",
    "accept",
    "audio",
    "replays",
    "contractions",
    "homophones",
    "explanation",
)

_Sentence = fields.String(required=True, validate=validate.Length(1, MAX_SENTENCE))
_Form = fields.String(validate=validate.Length(1, 60))


class DictationSpec(Schema):
    """What an author gives.

    Attributes:
        prompt: what to do, by language of the reader.
        language: of the recording (BCP 47: ``en``, ``zh-Hans``, ``lo``).
        transcript: what is said.
        accept: other ways to write the whole sentence; parts of them may be mixed.
        audio: path of the recording beside the course, ``media/…``.
        replays: how often it may be heard.
        contractions: pairs of a long and a short form that are both right.
        homophones: groups of words that sound alike; they name the error, they excuse nothing.
    """

    class Meta:
        unknown = RAISE

    prompt = Localized(required=True, max_length=1000)
    language = fields.String(
        required=True,
        validate=validate.Regexp(
            r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*\Z", error=_l("Give a language code such as en or zh-Hans.")
        ),
    )
    transcript = _Sentence
    accept = fields.List(
        fields.String(validate=validate.Length(1, MAX_SENTENCE)),
        load_default=list,
        validate=validate.Length(max=20),
    )
    audio = fields.String(
        required=True,
        validate=validate.Regexp(
            r"media/[A-Za-z0-9][A-Za-z0-9._-]*\.(mp3|ogg|opus|m4a|wav)\Z",
            error=_l("Give the path of a recording, such as media/hello.mp3."),
        ),
    )
    replays = fields.Integer(load_default=3, validate=validate.Range(1, 10))
    contractions = fields.List(
        fields.List(_Form, validate=validate.Length(equal=2, error=_l("Give a long and a short form."))),
        load_default=list,
        validate=validate.Length(max=40),
    )
    homophones = fields.List(
        fields.List(
            _Form, validate=validate.Length(2, 8, error=_l("Give at least two words that sound alike."))
        ),
        load_default=list,
        validate=validate.Length(max=40),
    )
    explanation = Localized()

    @pre_load
    def _plain(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(key): value for key, value in data.items() if value is not None}
        return data

    @validates_schema
    def _has_words(self, data: Mapping[str, Any], **named: Any) -> None:
        language = data["language"]
        if not words_of(data["transcript"], language):
            raise ValidationError({"transcript": [_l("There is no word in it.")]})
        for number, sentence in enumerate(data["accept"]):
            if not words_of(sentence, language):
                raise ValidationError({f"accept.{number}": [_l("There is no word in it.")]})
        for number, group in enumerate(data["homophones"]):
            if any(len(words_of(form, language)) != 1 for form in group):
                raise ValidationError({f"homophones.{number}": [_l("Give single words.")]})


class Dictation:
    """Answer: what was written, a text.

    Marked by the rule ``word_errors``: score = 1 − errors ÷ words, not below 0, to four places. *Words*
    are those of the accepted reading nearest to the answer; an *error* is a word missing, extra or
    different. Case and punctuation never count. Languages written without spaces are marked by letters.
    """

    kind = "foreign_languages:dictation"
    title: Mapping[str, str] = {"vi": "Nghe chép chính tả", "en": "Dictation", "de": "Diktat"}
    spec_schema = DictationSpec
    template = "foreign_languages/dictation.html"
    editor = "foreign_languages/edit/dictation.html"

    def present(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "prompt": localized(spec["prompt"], lang),
            "language": spec["language"],
            "audio": spec["audio"],
            "replays": spec.get("replays", 3),
            "max_length": MAX_ANSWER,
        }

    def read_form(self, form: Any, name: str) -> str | None:
        value = form.get(name) or ""
        return value if value.strip() else None

    def check_answer(self, spec: Mapping[str, Any], answer: Any) -> str:
        if not isinstance(answer, str):
            raise _not_an_answer(_l("Answer with a text."))
        written = clean(answer[: 4 * MAX_ANSWER])
        if len(written) > MAX_ANSWER:
            raise _not_an_answer(_l("Answer with at most %(n)s characters.", n=MAX_ANSWER))
        if not words_of(written, spec["language"]):
            raise _not_an_answer(_l("The answer is empty."))
        return written

    def grade(self, spec: Mapping[str, Any], answer: Any, seed: int) -> Grade:
        language = spec["language"]
        rules = WordRules(primary_language(language), _groups(spec))
        found = align(_reading(spec), words_of(answer or "", language), rules)
        score = max(Decimal(0), 1 - Decimal(found.errors) / Decimal(found.words or 1))
        return Grade(
            score=score.quantize(PLACES),
            feedback=(_summary(found, language),) if answer is not None else (),
            details={
                "rule": "word_errors",
                "errors": found.errors,
                "words": found.words,
                "alignment": [[pair.expected, pair.given, pair.error] for pair in found.pairs],
            },
        )

    def solution(self, spec: Mapping[str, Any], seed: int, lang: str) -> dict[str, Any]:
        return {
            "transcript": spec["transcript"],
            "accept": list(spec.get("accept") or ()),
            "explanation": localized(spec.get("explanation") or {}, lang),
        }

    def text(self, spec: Mapping[str, Any], lang: str) -> str:
        return localized(spec["prompt"], lang)

    def print(self, spec: Mapping[str, Any], seed: int, lang: str) -> Printed:
        """Paper cannot speak: whoever invigilates plays the recording, or reads the transcript from the key."""
        return Printed(
            text=localized(spec["prompt"], lang),
            lines=max(2, -(-len(spec["transcript"]) // 40)),
            hint=localized(_LISTEN, lang) % {"n": spec.get("replays", 3)},
            key=(spec["transcript"], *(spec.get("accept") or ())),
        )

    def read_editor(self, form: Any) -> dict[str, Any]:
        """The form as a spec; contractions come as ``long = short``, homophones as ``one, other``, a line each."""
        spec = nested(form, PARTS)
        for part, sign in (("contractions", "="), ("homophones", ",")):
            if isinstance(spec.get(part), list):
                spec[part] = [[form.strip() for form in line.split(sign)] for line in spec[part]]
        return spec


def _reading(spec: Mapping[str, Any]) -> Reading:
    return _known_reading(
        spec["transcript"],
        tuple(spec.get("accept") or ()),
        tuple(tuple(pair) for pair in spec.get("contractions") or ()),
        spec["language"],
    )


# what was said never changes within a version of an item, and a whole class answers it
_known_reading = lru_cache(maxsize=512)(readings_of)


def _groups(spec: Mapping[str, Any]) -> tuple[frozenset[str], ...]:
    return tuple(
        frozenset(word.key for form in group for word in words_of(form, spec["language"]))
        for group in spec.get("homophones") or ()
    )


_LISTEN = {
    "vi": "Nghe giám thị bật hoặc đọc %(n)s lần rồi chép lại.",
    "en": "Listen to what is played or read aloud %(n)s times, and write it down.",
    "de": "Hören Sie, was %(n)s Mal abgespielt oder vorgelesen wird, und schreiben Sie es auf.",
}
_UNITS = {
    True: {"vi": "từ", "en": ("word", "words"), "de": ("Wort", "Wörtern")},
    False: {"vi": "chữ", "en": ("character", "characters"), "de": ("Zeichen", "Zeichen")},
}


def _summary(found: Alignment, language: str) -> Feedback:
    """How many errors of which classes; names no word, so it may be told before the transcript."""
    units, many = _UNITS[is_spaced(language)], int(found.words != 1)
    if not found.errors:
        return Feedback(
            text={
                "vi": f"Đúng cả {found.words} {units['vi']}.",
                "en": f"No error in {found.words} {units['en'][many]}.",
                "de": f"Kein Fehler in {found.words} {units['de'][many]}.",
            },
            tone="right",
        )
    classes = Counter(pair.error for pair in found.pairs if pair.error).most_common()
    named = {
        lang: ", ".join(f"{number}\u00a0×\u00a0{ERROR_CLASSES[error][lang]}" for error, number in classes)
        for lang in ("vi", "en", "de")
    }
    errors = "error" if found.errors == 1 else "errors"
    return Feedback(
        text={
            "vi": f"{found.errors} lỗi trên {found.words} {units['vi']}: {named['vi']}.",
            "en": f"{found.errors} {errors} in {found.words} {units['en'][many]}: {named['en']}.",
            "de": f"{found.errors} Fehler in {found.words} {units['de'][many]}: {named['de']}.",
        },
        tone="wrong",
    )


def _not_an_answer(message: Any) -> Invalid:
    return Invalid(message, rule="answer.form", errors={"answer": [message]})
