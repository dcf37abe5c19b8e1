"""Marshmallow fields and checks that the specs of all kinds share."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Decimal, InvalidOperation
from typing import Any

from marshmallow import RAISE, Schema, ValidationError, fields, pre_load, validate
from marshmallow.exceptions import SCHEMA

from academy.kernel import text
from academy.kernel.i18n import _l

LANGUAGES = ("vi", "en", "de")
MAX_TEXT = 4000

_needed: ContextVar[tuple[str, ...]] = ContextVar("needed_languages", default=("vi",))


@contextmanager
def in_languages(languages: Iterable[str]) -> Iterator[None]:
    """Within it texts must be there in these languages, those of the course; in Vietnamese if none is named."""
    mark = _needed.set(tuple(languages) or ("vi",))
    try:
        yield
    finally:
        _needed.reset(mark)


def wrong(message: Any, field: str = SCHEMA) -> ValidationError:
    """The error for one message; a lazy text must come in a list to be taken as one."""
    return ValidationError([message], field)


def wrong_at(message: Any, *keys: str | int) -> ValidationError:
    """The error for one message about something inside: ``wrong_at(…, "rows", 1, "text")``."""
    messages: Any = [message]
    for key in reversed(keys):
        messages = {key: messages}
    return ValidationError(messages)


class Localized(fields.Field):
    """Text by language, cleaned and in NFC; those of :func:`in_languages` are required, others welcome."""

    def __init__(self, *, max_length: int = MAX_TEXT, **named: Any) -> None:
        super().__init__(**named)
        self.max_length = max_length

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> dict[str, str]:
        if not isinstance(value, Mapping):
            raise wrong(_l("Give the text by language: vi, en or de."))
        faults: dict[str, list[Any]] = {}
        result: dict[str, str] = {}
        for language, words in value.items():
            if language not in LANGUAGES:
                faults[str(language)] = [_l("This is not one of the languages vi, en, de.")]
            elif not isinstance(words, str):
                faults[language] = [_l("This must be text; put it in quotation marks.")]
            elif len(words) > self.max_length:
                faults[language] = [_l("At most %(n)s characters.", n=self.max_length)]
            elif cleaned := text.clean(words, multiline=True).strip():
                result[language] = cleaned
        for language in _needed.get():
            if language not in result and language not in faults:
                faults[language] = [_l("The text is missing in this language.")]
        if faults:
            raise ValidationError(faults)
        return result


class AcceptedTexts(fields.Field):
    """Accepted answers by language, ``{"vi": [...], "en": [...]}``: at least one altogether."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> dict[str, list[str]]:
        if not isinstance(value, Mapping):
            raise wrong(_l("Give the accepted answers by language, each as a list."))
        result: dict[str, list[str]] = {}
        for language, words in value.items():
            if language not in LANGUAGES:
                raise ValidationError({str(language): [_l("This is not one of the languages vi, en, de.")]})
            if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
                raise ValidationError({language: [_l("Give a list of texts.")]})
            cleaned = [word for word in (text.clean(word) for word in words) if word]
            if any(len(word) > MAX_SHORT_ANSWER for word in cleaned):
                raise ValidationError({language: [_l("At most %(n)s characters.", n=MAX_SHORT_ANSWER)]})
            if cleaned:
                result[language] = cleaned
        if not result:
            raise wrong(_l("No right answer: give at least one accepted answer."))
        return result


class DecimalText(fields.Field):
    """A decimal number written as text with a dot, so that no binary float ever touches it."""

    def __init__(
        self, *, minimum: Decimal | None = None, maximum: Decimal | None = None, **named: Any
    ) -> None:
        super().__init__(**named)
        self.minimum, self.maximum = minimum, maximum

    def _deserialize(self, value: Any, attr: str | None, data: Any, **named: Any) -> str:
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise wrong(_l('Write the number in quotation marks, for instance "97.4".'))
        try:
            number = Decimal(str(value).strip())
        except InvalidOperation:
            raise wrong(_l('This is not a number; write it like "97.4".')) from None
        if not number.is_finite() or abs(number) >= 10**18 or -number.as_tuple().exponent > 12:
            raise wrong(_l("Use at most 18 digits before and 12 after the decimal point."))
        if self.minimum is not None and number < self.minimum:
            raise wrong(_l("The number must be at least %(n)s.", n=self.minimum))
        if self.maximum is not None and number > self.maximum:
            raise wrong(_l("The number must be at most %(n)s.", n=self.maximum))
        return format(number, "f")


MAX_SHORT_ANSWER = 300


class SpecSchema(Schema):
    """What every core kind has: the prompt, and what is explained after release."""

    class Meta:
        unknown = RAISE

    text = Localized(required=True, error_messages={"required": _l("The question has no text.")})
    explanation = Localized()

    @pre_load
    def _plain(self, data: Any, **named: Any) -> Any:
        if isinstance(data, Mapping):
            return {str(key): value for key, value in data.items() if value is not None}
        return data


class Percent(DecimalText):
    """What an answer is worth, ``"-100"`` to ``"100"`` percent."""

    def __init__(self, *, minimum: Decimal = Decimal(-100), **named: Any) -> None:
        super().__init__(minimum=minimum, maximum=Decimal(100), **named)


class OptionSchema(Schema):
    """One option that can be chosen; ``weight`` is for the rule ``weighted`` only."""

    class Meta:
        unknown = RAISE

    id = fields.String(
        required=True,
        validate=validate.Regexp(r"[a-z0-9-]{1,32}\Z", error=_l("Use small letters, digits and hyphens.")),
    )
    text = Localized(required=True, max_length=1000)
    correct = fields.Boolean(load_default=False)
    weight = Percent()
    feedback = Localized(max_length=1000)


def names_are_distinct(rows: Iterable[Mapping[str, Any]], field: str) -> None:
    """Raise when two rows have the same ``id``."""
    seen: set[str] = set()
    for row in rows:
        if row["id"] in seen:
            raise wrong(_l("Two entries have the id “%(id)s”.", id=row["id"]), field)
        seen.add(row["id"])


def texts_are_distinct(texts: Iterable[Mapping[str, str]], field: str) -> None:
    """Raise when two texts are the same in one of the languages: a learner could not tell them apart.

    Case and the place of a tone make a difference here: that may be just what is asked.
    """
    seen: set[tuple[str, str]] = set()
    for localized in texts:
        for language, words in localized.items():
            key = (language, words)
            if key in seen:
                raise wrong(
                    _l(
                        "Two entries read the same in “%(language)s”: %(text)s", language=language, text=words
                    ),
                    field,
                )
            seen.add(key)
