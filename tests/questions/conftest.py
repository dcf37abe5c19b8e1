"""A course with a bank, from the tests of quizzes."""

from __future__ import annotations

from tests.quizzes.conftest import sat

__all__ = ["sat"]
