"""Reading GIFT, the text format of Moodle (https://docs.moodle.org/en/GIFT_format).

Questions are parted by empty lines; braces hold the answers, and how they look says what kind it is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from academy.questions.exchange.encoding import decode
from academy.questions.exchange.markup import escape_markdown, looks_like_html, to_markdown
from academy.questions.exchange.neutral import (
    FULL,
    NONE,
    Accepted,
    Amount,
    Body,
    Choice,
    Essay,
    Note,
    Number,
    Option,
    Pairs,
    Question,
    Reading,
    Refused,
    Truth,
    Typed,
)
from academy.questions.exchange.settings import settings_of

__all__ = ["read_gift"]

BLANK = "_____"
_ESCAPED = re.compile(r"\\([:#={}~n\\])")
# private characters stand for what was escaped, until the signs around it have been understood
_HIDDEN = {sign: chr(0xE000 + number) for number, sign in enumerate(":#={}~n\\")}
_SHOWN = {chr(0xE000 + number): "\n" if sign == "n" else sign for number, sign in enumerate(":#={}~n\\")}
_PRIVATE = re.compile("[\ue000-\ue007]")
_FORMAT = re.compile(r"\[(html|moodle|plain|markdown)\]", re.IGNORECASE)
_WILDCARD = re.compile(r"(?<!\\)\*")
_WEIGHT = re.compile(r"%(-?\d{1,3}(?:\.\d*)?)%")
_COMMENT_ID = re.compile(r"\[id:([^\]\x00-\x1f]+)\]")
_COMMENT_TAG = re.compile(r"\[tag:([^\]\x00-\x1f<>`]+)\]")
_CATEGORY = re.compile(r"\$CATEGORY:\s*(.*)")
_TRUTHS = {"T": True, "TRUE": True, "F": False, "FALSE": False}
_NUMBER = r"[-+]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_RANGE = re.compile(rf"\s*({_NUMBER})\s*\.\.\s*({_NUMBER})\s*")
_TOLERANCE = re.compile(rf"\s*({_NUMBER})\s*(?::\s*({_NUMBER}))?\s*")


class GiftError(ValueError):
    """A question that cannot be read; the message says why."""


@dataclass(frozen=True, slots=True)
class _Block:
    """The lines of one question, without comments, and what the comments say."""

    line: int
    text: str
    key: str
    tags: tuple[str, ...]


def read_gift(data: bytes, lang: str = "vi") -> Reading:
    """All questions of a GIFT file, with the lines they begin at."""
    text, notes = decode(data)
    category = ""
    questions: list[Question] = []
    for block in _blocks(_PRIVATE.sub("", text)):
        rest = block.text
        found = _CATEGORY.match(rest.lstrip())
        if found:
            category = _category(found[1])
            rest = rest.lstrip()[found.end() :]
            if not rest.strip():
                continue
        questions.append(_question(replace(block, text=rest), category, lang))
    return Reading(questions=tuple(questions), notes=notes)


def _category(path: str) -> str:
    """``$course$/top/Bài 1`` → ``Bài 1``; two slashes are one that belongs to a name."""
    parts = [part.strip().replace("\x00", "/") for part in path.strip().replace("//", "\x00").split("/")]
    return "/".join(
        part for part in parts if part and part not in ("$course$", "$system$", "$module$", "top")
    )


def _blocks(text: str) -> Iterator[_Block]:
    lines: list[str] = []
    start, key, tags = 0, "", []
    whole = [*text.split("\n"), ""]
    for number, line in enumerate(whole, 1):
        if line.lstrip().startswith("//"):
            found = _COMMENT_ID.search(line)
            key = found[1].strip() if found else key
            tags += [tag.strip() for tag in _COMMENT_TAG.findall(line)]
            continue
        if line.strip():
            start = start or number
            lines.append(line)
            if not _CATEGORY.match(line.lstrip()):
                continue
        elif not lines:
            continue
        elif _is_open(lines) and _closes(whole[number : number + 100]):
            lines.append("")
            continue
        yield _Block(start, "\n".join(lines), key, tuple(tags))
        lines, start, key, tags = [], 0, "", []


def _is_open(lines: list[str]) -> bool:
    """Whether the answers have begun and not ended: an empty line among them parts nothing."""
    bare = _ESCAPED.sub("", "\n".join(lines))
    return "{" in bare and "}" not in bare


def _closes(following: list[str]) -> bool:
    """Whether the next brace closes; if one opens first, the question was never finished."""
    found = re.search(r"[{}]", _ESCAPED.sub("", "\n".join(following)))
    return found is not None and found.group() == "}"


def _question(block: _Block, category: str, lang: str) -> Question:
    settings, tags = settings_of(block.tags)
    question = Question(
        body=Refused(why=Note("description")),
        key=block.key,
        category=category,
        tags=tags,
        settings=settings,
        line=block.line,
    )
    text = _ESCAPED.sub(lambda found: _HIDDEN[found[1]], block.text).strip()
    name, text = _name(text)
    stem, answers = _parted(text)
    form, words = _formatted(stem, "moodle")
    question = replace(question, name=_shown(name).strip(), text=_markdown(words, form, lang))
    if answers is None:
        return question
    try:
        body, explanation = _answers(answers, form, lang, settings)
    except GiftError as error:
        return replace(question, body=Refused(why=Note("syntax", {"detail": str(error)})))
    return replace(question, body=body, explanation=explanation)


def _name(text: str) -> tuple[str, str]:
    if not text.startswith("::"):
        return "", text
    name, end, rest = text[2:].partition("::")
    return (name, rest.strip()) if end else ("", text)


def _parted(text: str) -> tuple[str, str | None]:
    """The question around its answers, a blank in their place if words follow; and the answers."""
    start, end = text.find("{"), text.rfind("}")
    if start < 0 and end < 0:
        return text, None
    end = text.find("}", start)
    if start < 0 or end < start:
        return text, "\x00"
    before, after = text[:start], text[end + 1 :]
    blank = BLANK if after.strip() else ""
    return before + blank + after, text[start + 1 : end].strip()


def _formatted(text: str, default: str) -> tuple[str, str]:
    found = _FORMAT.match(text.strip())
    return (found[1].lower(), text.strip()[found.end() :]) if found else (default, text)


def _shown(text: str) -> str:
    return _PRIVATE.sub(lambda found: _SHOWN[found.group()], text)


def _markdown(text: str, form: str, lang: str) -> str:
    """Text in one of GIFT's formats as Markdown."""
    text = _shown(text).strip()
    if form == "markdown":
        return text
    if form == "html" or (form == "moodle" and looks_like_html(text)):
        return to_markdown(text, lang=lang)
    return escape_markdown(text)


# --- answers --------------------------------------------------------------------------------------


def _answers(text: str, form: str, lang: str, settings: dict[str, str]) -> tuple[Body, str]:
    if text == "\x00":
        raise GiftError("{ }")
    text, found, general = text.partition("####")
    explanation = _words(general, form, lang) if found else ""
    text = text.strip()
    if not text:
        return Essay(), explanation
    if text.startswith("#"):
        return _numbers(text[1:], form, lang), explanation
    if "~" in text:
        return _options(text, form, lang, settings), explanation
    if "=" in text and "->" in text:
        return _pairs(text, form, lang, settings), explanation
    truth = _TRUTHS.get(text.partition("#")[0].strip().upper())
    if truth is not None:
        return _truth(truth, text, form, lang), explanation
    return _typed(text, form, lang, settings), explanation


def _words(text: str, form: str, lang: str) -> str:
    form, words = _formatted(text, form)
    return _markdown(words, form, lang)


def _split(text: str, sign: str) -> list[str]:
    first, *rest = text.split(sign)
    return rest if not first.strip() else [first, *rest]


def _weighed(text: str, default: Decimal) -> tuple[Decimal, str]:
    found = _WEIGHT.match(text.strip())
    if not found:
        return default, text
    weight = Decimal(found[1])
    if not -FULL <= weight <= FULL:
        raise GiftError(found.group())
    return weight, text.strip()[found.end() :]


def _options(text: str, form: str, lang: str, settings: dict[str, str]) -> Choice:
    many = "=" not in text
    options = []
    for part in _split(text.replace("=", "~="), "~"):
        right = part.startswith("=")
        weight, rest = _weighed(part.removeprefix("="), FULL if right else NONE)
        words, _sign, feedback = rest.partition("#")
        options.append(
            Option(text=_words(words, form, lang), weight=weight, feedback=_words(feedback, form, lang))
        )
    return Choice(options=tuple(options), many=many, rule=settings.get("credit", ""))


def _pairs(text: str, form: str, lang: str, settings: dict[str, str]) -> Pairs:
    pairs, distractors = [], []
    for part in _split(text, "="):
        left, arrow, right = part.partition("->")
        if not arrow or not right.strip():
            raise GiftError(_shown(part.strip())[:80])
        _form, right = _formatted(right, form)
        words = _words(left, form, lang)
        if words:
            pairs.append((words, escape_markdown(_shown(right))))
        else:
            distractors.append(escape_markdown(_shown(right)))
    return Pairs(pairs=tuple(pairs), distractors=tuple(distractors), rule=settings.get("credit", ""))


def _truth(answer: bool, text: str, form: str, lang: str) -> Truth:
    _word, *said = text.split("#", 2)
    wrong, right = ([_words(feedback, form, lang) for feedback in said] + ["", ""])[:2]
    # the first is for the wrong answer: that is answering true where the statement is false
    return Truth(answer=answer, on_true=right if answer else wrong, on_false=wrong if answer else right)


def _typed(text: str, form: str, lang: str, settings: dict[str, str]) -> Typed:
    accepted = []
    for part in _split(text, "="):
        weight, rest = _weighed(part, FULL)
        words, _sign, feedback = rest.partition("#")
        typed = _shown(_formatted(words, form)[1]).strip()
        if typed:
            accepted.append(
                Accepted(
                    text=typed.replace("\\*", "*"),
                    weight=weight,
                    feedback=_words(feedback, form, lang),
                    pattern=_WILDCARD.search(typed) is not None,
                )
            )
    if not accepted:
        raise GiftError("{ }")
    return Typed(accepted=tuple(accepted), accents=settings.get("accents") != "ignore")


def _numbers(text: str, form: str, lang: str) -> Number:
    amounts = []
    for part in _split(text, "="):
        weight, rest = _weighed(part, FULL)
        words, _sign, feedback = rest.partition("#")
        if words.strip() in ("", "*"):
            continue
        amounts.append(replace(_amount(_shown(words)), weight=weight, feedback=_words(feedback, form, lang)))
    if not amounts:
        raise GiftError("{#}")
    return Number(answers=tuple(amounts))


def _amount(words: str) -> Amount:
    words = words.replace("−", "-")
    try:
        if found := _RANGE.fullmatch(words):
            low, high = sorted(map(Decimal, found.groups()))
            return Amount(answer=_decimal((low + high) / 2), tolerance=_decimal((high - low) / 2))
        if found := _TOLERANCE.fullmatch(words):
            return Amount(
                answer=_decimal(Decimal(found[1])), tolerance=_decimal(abs(Decimal(found[2] or "0")))
            )
    except InvalidOperation:
        pass
    raise GiftError(words.strip()[:80])


def _decimal(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
