"""Formulas: LaTeX in lessons becomes MathML on the server, so that pages need no script to show it."""

import re
from functools import lru_cache

from latex2mathml.converter import convert
from markupsafe import escape

__all__ = ["FormulaError", "mathml"]

MAX_LENGTH = 2_000

# the converter passes what it does not know through as an identifier
_UNKNOWN_COMMAND = re.compile(r"<m[io]>(\\[A-Za-z]+)")


class FormulaError(ValueError):
    """The formula is not LaTeX that can be shown; the message says why."""


@lru_cache(maxsize=512)
def mathml(latex: str, *, block: bool = False) -> str:
    """The formula as a ``<math>`` element whose ``alttext`` is the LaTeX source.

    Raises:
        FormulaError: it is longer than 2,000 characters or cannot be read.
    """
    latex = latex.strip()
    if not latex:
        raise FormulaError("the formula is empty")
    if len(latex) > MAX_LENGTH:
        raise FormulaError(f"the formula has {len(latex)} characters, at most {MAX_LENGTH} are allowed")
    if latex.count("{") != latex.count("}"):
        raise FormulaError("the curly brackets do not match")
    try:
        markup = convert(latex, display="block" if block else "inline")
    except Exception as error:  # the converter raises whatever its parser met, down to IndexError
        reason = str(error) or type(error).__name__
        raise FormulaError(f"the formula cannot be read ({reason})") from error
    if unknown := _UNKNOWN_COMMAND.search(markup):
        raise FormulaError(f"the command {unknown[1]} is not known")
    return markup.replace("<math ", f'<math alttext="{escape(latex)}" ', 1)
