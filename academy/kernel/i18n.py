"""Languages of the interface: Vietnamese first, then English and German. Message ids are English."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import g
from flask_babel import LazyString, get_locale, get_translations
from jinja2 import pass_eval_context
from markupsafe import Markup

LOCALES = ("vi", "en", "de")
DEFAULT_LOCALE = "vi"
LANGUAGE_NAMES = {"vi": "Tiếng Việt", "en": "English", "de": "Deutsch"}
MOST_KEPT = 10_000

# a page asks for some two hundred texts: what the catalogs say is looked up once per process
_catalogs: dict[str, Any] = {}
_plain: dict[tuple[str, str], Markup] = {}


def gettext(message: str, **variables: Any) -> str:
    """The message in the reader's language; ``variables`` fill ``%(name)s``."""
    text = _catalog().ugettext(message)
    return text % variables if variables else text


def ngettext(singular: str, plural: str, num: int, **variables: Any) -> str:
    """The form of the message that goes with a number, ``%(num)s`` in it."""
    return _catalog().ungettext(singular, plural, num) % {"num": num, **variables}


def lazy_gettext(message: str, **variables: Any) -> LazyString:
    """Like :func:`gettext`, translated each time it is shown."""
    return LazyString(gettext, message, **variables)


class Message(str):
    """An English text, as commands print it, that :func:`translated` can say in the reader's language."""

    __slots__ = ("message", "variables")
    message: str
    variables: dict[str, Any]


def message(text: str, /, **variables: Any) -> Message:
    """The English ``text`` with its ``%(name)s`` filled in, noted for the catalogs."""
    made = Message(text % variables if variables else text)
    made.message, made.variables = text, variables
    return made


def translated(text: str) -> str:
    """A :class:`Message` in the reader's language; any other text as it is."""
    return gettext(text.message, **text.variables) if isinstance(text, Message) else text


_ = gettext
_l = lazy_gettext
_m = message
_n = ngettext


@pass_eval_context
def template_gettext(eval_context: Any, message: str, **variables: Any) -> str:
    """``_`` in templates: the message is trusted markup, the variables are escaped; ``%%`` is a per cent sign."""
    language = _language()
    if variables or not eval_context.autoescape or type(message) is not str:
        text = _catalog(language).ugettext(message)
        return (Markup(text) if eval_context.autoescape else text) % variables
    known = _plain.get((language, message))
    if known is None:
        known = Markup(_catalog(language).ugettext(message)) % {}
        if len(_plain) >= MOST_KEPT:
            _plain.clear()
        _plain[language, message] = known
    return known


@pass_eval_context
def template_ngettext(eval_context: Any, singular: str, plural: str, num: int, **variables: Any) -> str:
    """``ngettext`` in templates, escaping like :func:`template_gettext`."""
    text = _catalog().ungettext(singular, plural, num)
    return (Markup(text) if eval_context.autoescape else text) % {"num": num, **variables}


def current_language() -> str:
    """The reader's language: one of :data:`LOCALES`."""
    language = _language()
    return language if language in LOCALES else DEFAULT_LOCALE


def localized(texts: Mapping[str, str] | None, language: str | None = None) -> str:
    """The text in the wanted (or the reader's) language, else Vietnamese, else whatever there is."""
    if not texts:
        return ""
    wanted = language or current_language()
    return texts.get(wanted) or texts.get("vi") or texts.get("en") or next(iter(texts.values()))


def forget_catalogs() -> None:
    """Read the catalogs anew: for a second application in one process."""
    _catalogs.clear()
    _plain.clear()


def _language() -> str:
    """The language that Flask-Babel found for this request, or finds now; empty outside of any application."""
    try:
        return g._flask_babel.babel_locale.language
    except (AttributeError, RuntimeError):
        locale = get_locale()
        return locale.language if locale is not None else ""


def _catalog(language: str | None = None) -> Any:
    key = _language() if language is None else language
    found = _catalogs.get(key)
    if found is None:
        found = get_translations()
        if key:
            _catalogs[key] = found
    return found
