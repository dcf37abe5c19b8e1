"""Fields and rules of JSON input that several slices share, said so that OpenAPI can say them too."""

from __future__ import annotations

from typing import Any

from marshmallow import fields, validate

from academy.kernel.i18n import _l

# at least one letter or digit: what is only spaces or signs says nothing
SAYS_SOMETHING = validate.Regexp(
    r"^[\s\S]*[0-9A-Za-zÀ-ỹ][\s\S]*$", error=_l("A text with at least one letter or digit is needed.")
)


class Whole(fields.Integer):
    """A whole number as JSON Schema means it: ``3`` and ``3.0``, but neither ``true`` nor ``"3"``."""

    def _validated(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        if isinstance(value, float) and not value.is_integer():
            raise self.make_error("invalid", input=value)
        return super()._validated(value)
