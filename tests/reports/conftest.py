"""The course that the tests of studying teach serves here too."""

from tests.progress.conftest import taught

__all__ = ["taught"]
