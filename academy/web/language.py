"""Which language and theme a reader sees."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from flask import Flask, has_request_context, request, session
from flask_babel import Babel

from academy.kernel.clock import ZONE
from academy.kernel.http import current_actor
from academy.kernel.i18n import (
    DEFAULT_LOCALE,
    LOCALES,
    forget_catalogs,
    template_gettext,
    template_ngettext,
)

babel = Babel()
THEMES = ("light", "dark")


CATALOGS = Path(__file__).resolve().parent.parent / "translations"


def init_language(app: Flask, module_catalogs: Iterable[Path] = ()) -> None:
    """Translate by the core's catalogs and those of the course modules."""
    babel.init_app(
        app,
        default_locale=DEFAULT_LOCALE,
        default_timezone=ZONE.key,
        default_translation_directories=";".join(map(str, (CATALOGS, *module_catalogs))),
        locale_selector=reader_language,
    )
    forget_catalogs()
    app.jinja_env.globals.update(
        {"_": template_gettext, "gettext": template_gettext, "ngettext": template_ngettext}
    )


def reader_language() -> str:
    """The reader's own choice; else German where the browser asks for it first; else Vietnamese.

    A browser that asks for English says nothing about its reader: office PCs ship that way. Programs
    that call the API say what they mean. Jobs and commands have no reader: they speak Vietnamese.
    """
    if not has_request_context():
        return DEFAULT_LOCALE
    for choice in (session.get("locale"), current_actor().locale):
        if choice in LOCALES:
            return choice
    if request.path.startswith("/api/"):
        return request.accept_languages.best_match(LOCALES, DEFAULT_LOCALE)
    first = request.accept_languages.best or ""
    return "de" if first.split("-")[0] == "de" else DEFAULT_LOCALE


def reader_theme() -> str | None:
    theme = session.get("theme")
    return theme if theme in THEMES else None
