"""Reading a number as people in Hanoi, London and Berlin type it.

``97,4`` and ``97.4`` are the same number. ``1.234`` is not one number but two: in Vietnamese and
German the dot groups thousands, in English it starts the decimals. Where the writer's language does
not settle it, the answer is refused with the two ways to write it clearly, never guessed: neither
reading may depend on what the right answer is.
"""

from __future__ import annotations

import re
from decimal import Decimal

from academy.kernel.errors import Invalid
from academy.kernel.i18n import _l

MAX_DIGITS = 30
DECIMAL_SIGN = {"vi": ",", "de": ",", "en": "."}

_SPACES = re.compile(r"[\s\u00a0\u2007\u2009\u202f'’_]")
_GROUPED_BY_SPACE = re.compile(r"\d{1,3}(?:[\s\u00a0\u2007\u2009\u202f'’_]\d{3})+(?!\d)")
_SHAPE = re.compile(r"(?P<sign>[-+]?)(?P<body>\d[\d.,]*|[.,]\d+)")
_MINUS = str.maketrans({"−": "-", "–": "-", "‒": "-", "﹣": "-", "-": "-"})


GROUPED_FROM = 10_000
"""From here on digits are grouped: 4000 stays as it is, 40.000 is easier to read."""


def written(number: str, lang: str) -> str:
    """A stored decimal as a language writes it: ``"1234567.5"`` → ``1.234.567,5``, in English ``1,234,567.5``."""
    sign, digits = ("−", number[1:]) if number.startswith("-") else ("", number)
    whole, _dot, fraction = digits.partition(".")
    decimal = DECIMAL_SIGN.get(lang, ".")
    if int(whole or "0") >= GROUPED_FROM:
        whole = f"{int(whole):,}".replace(",", "." if decimal == "," else ",")
    return sign + whole + (decimal + fraction if fraction else "")


def read_number(words: str, *, lang: str | None = None, unit: str | None = None) -> Decimal:
    """The number that was typed.

    Args:
        words: for instance ``"97,4"``, ``"1 234,5"``, ``"-3"``, ``"12 %"``.
        lang: the language the writer reads the page in; decides ``1,234`` for ``vi`` and ``de``
            (comma: decimals) and ``1.234`` for ``en`` (dot: decimals).
        unit: the unit of the question, which may be typed behind the number.

    Raises:
        Invalid: it is no number, or can be read as two; the message says how to write it.
    """
    typed = words.translate(_MINUS).strip()
    if unit and typed.casefold().endswith(unit.casefold()):
        typed = typed[: len(typed) - len(unit)].rstrip()
    typed = _GROUPED_BY_SPACE.sub(lambda found: _SPACES.sub("", found.group()), typed)
    found = _SHAPE.fullmatch(re.sub(r"^([-+])\s+", r"\1", typed))
    if found is None or not typed.isascii():
        raise _refused(_not_a_number(unit))
    digits = _plain(found["body"], lang)
    if sum(char.isdigit() for char in digits) > MAX_DIGITS:
        raise _refused(_l("Write the number with at most %(n)s digits.", n=MAX_DIGITS))
    return Decimal(found["sign"] + digits)


def _plain(body: str, lang: str | None) -> str:
    """The digits with a dot for decimals."""
    signs = [char for char in body if char in ".,"]
    if not signs:
        return body
    last = signs[-1]
    whole, _sign, fraction = body.rpartition(last)
    if len(set(signs)) == 2:
        # 1.234,5 or 1,234.5: the last one starts the decimals, the others group thousands
        groups = whole.split(signs[0])
        if signs.count(last) != 1 or not _are_thousands(groups):
            raise _refused(_not_a_number(None))
        return "".join(groups) + "." + fraction
    if len(signs) > 1:
        groups = body.split(last)
        if not _are_thousands(groups):
            raise _refused(_not_a_number(None))
        return "".join(groups)
    if _could_be_thousands(whole, fraction) and DECIMAL_SIGN.get(lang or "") != last:
        raise _refused(
            _l(
                "“%(typed)s” can be read in two ways. Write %(joined)s for the large number, "
                "or %(precise)s for the decimal.",
                typed=body,
                joined=whole + fraction,
                precise=f"{body}0",
            )
        )
    return f"{whole or '0'}.{fraction or '0'}"


def _could_be_thousands(whole: str, fraction: str) -> bool:
    return len(fraction) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")


def _are_thousands(groups: list[str]) -> bool:
    return (
        1 <= len(groups[0]) <= 3
        and not groups[0].startswith("0")
        and all(len(group) == 3 for group in groups[1:])
    )


def _not_a_number(unit: str | None) -> object:
    if unit:
        return _l("Write a number, for instance 12,5 or 12.5, in %(unit)s.", unit=unit)
    return _l("Write a number, for instance 12,5 or 12.5.")


def _refused(message: object) -> Invalid:
    return Invalid(message, rule="answer.number", errors={"answer": [message]})
