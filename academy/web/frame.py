"""The frame of every page: what its templates know of the reader, and its head."""

from __future__ import annotations

from typing import Any

from flask import Flask, request
from markupsafe import Markup

from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, current_language
from academy.web.fragments import Fragments
from academy.web.language import reader_theme
from academy.web.navigation import navigation

_HEADERS = Fragments(512)


def init_frame(app: Flask) -> None:
    """Let every template know who reads, in which language and colours, and draw the head of its page."""
    app.jinja_env.globals["site_header"] = site_header

    @app.context_processor
    def reader() -> dict[str, Any]:
        return {
            "current_actor": current_actor(),
            "locale": current_language(),
            "locales": LANGUAGE_NAMES,
            "theme": reader_theme(),
        }


def site_header(*, plain: bool = False, focus: bool = False) -> Markup:
    """The head of a page, with the menus that the reader may use.

    Args:
        plain: without menus and search, for faults: nothing that might fail again.
        focus: without the main menu, for papers.
    """
    actor, theme, signed_in = current_actor(), reader_theme(), current_actor().is_authenticated
    entries = [] if plain or focus else navigation()
    links = navigation("account") if signed_in and not plain else []
    menus = tuple((entry.url, entry.current) for entry in (*entries, *links))
    return _HEADERS.render(
        "header.html",
        (plain, focus, signed_in, theme, menus),
        lambda: {
            "root": request.script_root,
            "entries": entries,
            "account_links": links,
            "signed_in": signed_in,
            "locale": current_language(),
            "locales": LANGUAGE_NAMES,
            "theme": theme,
            "plain": plain,
        },
        **{"full-name": actor.full_name, "username": actor.username, "next": request.full_path},
    )
