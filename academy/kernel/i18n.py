"""Languages of the interface: Vietnamese first, then English and German. Message ids are English."""

from __future__ import annotations

from collections.abc import Mapping

from flask_babel import get_locale, gettext, lazy_gettext, ngettext

LOCALES = ("vi", "en", "de")
DEFAULT_LOCALE = "vi"
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "de": "Deutsch"}

_ = gettext
_l = lazy_gettext
_n = ngettext


def current_language() -> str:
    """The reader's language: one of :data:`LOCALES`."""
    locale = get_locale()
    return locale.language if locale is not None and locale.language in LOCALES else DEFAULT_LOCALE


def localized(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """The text in the wanted (or the reader's) language, else Vietnamese, else whatever there is."""
    if not texts:
        return ""
    wanted = language or current_language()
    return texts.get(wanted) or texts.get("vi") or texts.get("en") or next(iter(texts.values()))
