"""Fragments: parts of pages that are rendered once and kept, with holes for what is each reader's own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Hashable, Mapping
from typing import Any

from flask import Flask, current_app, g, request
from flask_wtf.csrf import generate_csrf
from jinja2 import StrictUndefined
from markupsafe import Markup, escape

from academy.kernel.i18n import current_language
from academy.kernel.version_cache import VersionCache

# nobody outside of this process knows it, so no text that somebody wrote can open a hole
_MARK = secrets.token_hex(16)
_HOLES = re.compile(rf"{_MARK}\[([^\]]+)\]")


# a fragment that asked for these would show one reader what another asked for
_OUT_OF_SIGHT = {
    name: StrictUndefined(f"a fragment does not see “{name}”", name=name)
    for name in ("request", "session", "g", "config", "current_actor", "current_user")
}


def init_fragments(app: Flask) -> None:
    app.jinja_env.globals |= {
        "hole": hole,
        "csp_nonce": csp_nonce,
        "csrf_field": csrf_field,
        "csrf_token": csrf_token,
    }


class Fragments:
    """The most recently used fragments of one kind, at most ``size`` of them, in this process.

    A fragment's template sees its context alone: neither who reads nor what was asked for. Its key says all
    that the context depends on; the reader's language and the place of the application are added to it.
    """

    def __init__(self, size: int) -> None:
        self._kept: VersionCache[list[str]] = VersionCache(size)

    def render(
        self, template: str, key: Hashable, context: Callable[[], Mapping[str, Any]], **holes: Any
    ) -> Markup:
        """The fragment as this reader gets it.

        Args:
            context: called if the fragment is not kept.
            holes: what goes where the template says ``{{ hole("name") }}``; escaped unless it is markup. The
                form's token and the nonce of scripts fill theirs by themselves.
        """
        place = request.script_root, current_language()
        parts = self._kept.get_or_make((template, key, place), lambda: _made(template, context()))
        # text and names of holes take turns
        filled = [_filling(part, holes) if number % 2 else part for number, part in enumerate(parts)]
        return Markup("".join(filled))


def hole(name: str) -> Markup:
    """A place in a fragment that is filled each time it is shown."""
    return Markup(f"{_MARK}[{name}]")


def csp_nonce() -> str:
    """The nonce of this response: 128 random bits."""
    if g.get("making_fragment"):
        return hole("csp-nonce")
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return g.csp_nonce


def csrf_token() -> str:
    """The token that this reader's forms carry."""
    if g.get("making_fragment"):
        return hole("csrf-token")
    return g.get("csrf_token") or generate_csrf()  # which keeps it there


def csrf_field() -> Markup:
    """The hidden field that every POST form carries."""
    return Markup(f'<input type="hidden" name="csrf_token" value="{escape(csrf_token())}">')


_STANDING: Mapping[str, Callable[[], str]] = {"csp-nonce": csp_nonce, "csrf-token": csrf_token}


def _made(template: str, context: Mapping[str, Any]) -> list[str]:
    """Text and names of holes by turns."""
    g.making_fragment = True
    try:
        # past Flask's own way of rendering, which adds who reads
        html = current_app.jinja_env.get_template(template).render(_OUT_OF_SIGHT | dict(context))
    finally:
        g.making_fragment = False
    return _HOLES.split(html)


def _filling(name: str, holes: Mapping[str, Any]) -> str:
    standing = _STANDING.get(name)
    return str(escape(holes[name] if standing is None else standing()))
