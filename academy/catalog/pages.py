"""The catalog, the register of legal documents, and the files of lessons."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, render_template, request, send_file, url_for

from academy.catalog import glossary_queries, queries
from academy.catalog.glossary import term_anchor
from academy.catalog.legal_numbers import article_label
from academy.catalog.views import CourseFilters, CourseList, FacetValue
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, _l, current_language, localized
from academy.kernel.rights import public
from academy.kernel.storage import storage
from academy.plugins.manager import installed_modules
from academy.web.navigation import add_entry

bp = Blueprint("catalog", __name__, template_folder="templates")

MOST_TOPICS = 8
SHOWN_INLINE = ("image/", "audio/", "video/", "text/vtt")

LEVEL_NAMES = {"basic": _l("Basic"), "intermediate": _l("Intermediate"), "advanced": _l("Advanced")}
FACET_NAMES = {
    "module": _l("Subject"),
    "level": _l("Level"),
    "language": _l("Language"),
    "topic": _l("Topic"),
}
VALIDITY = {
    "in_force": (_l("In force"), "good"),
    "pending": (_l("Not yet in force"), "soon"),
    "replaced": (_l("Replaced"), "wrong"),
    "expired": (_l("No longer in force"), "wrong"),
}
KIND_NAMES = {
    "decree": _l("Decree"),
    "law": _l("Law"),
    "circular": _l("Circular"),
    "decision": _l("Decision"),
    "resolution": _l("Resolution"),
    "standard": _l("Standard"),
    "other": _l("Document"),
}


@bp.record_once
def _enter_menu(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Courses"),
        endpoint="catalog.list_courses",
        icon="books",
        order=20,
        prefix="/courses",
    )


@bp.app_template_filter("level")
def level_name(level: str) -> str:
    """A course's level in the reader's language."""
    return LEVEL_NAMES.get(level, level)


@bp.app_template_filter("module_title")
def module_title(slug: str) -> str:
    """The subject that a course module teaches, in the reader's language; its slug if it is not installed."""
    module = installed_modules().find(slug)
    return localized(module.title) if module else slug.replace("_", " ").capitalize()


@bp.get("/courses")
@public
def list_courses() -> str:
    filters = _filters()
    found = queries.list_courses(current_actor(), filters, cursor=request.args.get("cursor"))
    chosen = filters.chosen() | ({"q": filters.q} if filters.q else {})
    following = None
    if found.page.next_cursor:
        following = url_for("catalog.list_courses", **chosen, cursor=found.page.next_cursor)
    return render_template(
        "catalog/courses.html",
        courses=found.page.items,
        facets=_chips(found, chosen),
        filters=filters,
        chosen=chosen,
        next_url=following,
        first_url=url_for("catalog.list_courses", **chosen) if request.args.get("cursor") else None,
    )


def _filters() -> CourseFilters:
    named = {
        name: request.args.get(name, "")[:80] or None for name in ("module", "level", "language", "topic")
    }
    return CourseFilters(**named, q=request.args.get("q", "")[:200].strip())


def _chips(found: CourseList, chosen: Mapping[str, str]) -> list[tuple[str, str, list[tuple]]]:
    """The facets worth a choice, each with its name and its chips; a chosen chip leads back."""
    rows = []
    for facet, values in found.facets.items():
        if facet == "topic":
            values = sorted(values[:MOST_TOPICS], key=lambda value: -value.count)
        if len(values) < 2 and facet not in chosen:
            continue
        chips = [
            (
                _label(facet, value),
                url_for("catalog.list_courses", **_toggled(chosen, facet, value)),
                value.current,
                value.count,
            )
            for value in values
        ]
        rows.append((facet, FACET_NAMES[facet], chips))
    return rows


def _toggled(chosen: Mapping[str, str], facet: str, value: FacetValue) -> dict[str, str]:
    others = {name: text for name, text in chosen.items() if name != facet}
    return others if value.current else others | {facet: value.value}


def _label(facet: str, value: FacetValue) -> str:
    if facet == "module":
        return module_title(value.value)
    if facet == "level":
        return level_name(value.value)
    if facet == "language":
        return LANGUAGE_NAMES.get(value.value, value.value)
    return localized(value.title) or value.value


# --- legal documents ------------------------------------------------------------------------------


@bp.app_template_filter("validity")
def validity_badge(validity: str) -> tuple[str, str]:
    """Words and tone of a document's validity."""
    return VALIDITY[validity]


@bp.app_template_filter("document_kind")
def document_kind(kind: str) -> str:
    return KIND_NAMES.get(kind, kind)


@bp.app_template_filter("article")
def article(place: str) -> str:
    """A place in a legal document, in words of the reader's language."""
    return article_label(place, current_language())


@bp.get("/legal")
@public
def list_legal_documents() -> str:
    q = request.args.get("q", "")[:200].strip()
    cursor = request.args.get("cursor")
    page = queries.list_legal_documents(q, cursor=cursor)
    named = {"q": q} if q else {}
    return render_template(
        "catalog/legal.html",
        documents=page.items,
        q=q,
        next_url=url_for("catalog.list_legal_documents", **named, cursor=page.next_cursor)
        if page.next_cursor
        else None,
        first_url=url_for("catalog.list_legal_documents", **named) if cursor else None,
    )


@bp.get("/legal/<slug>")
@public
def show_legal_document(slug: str) -> str:
    return render_template(
        "catalog/legal_document.html", document=queries.get_legal_document(current_actor(), slug)
    )


# --- terms ----------------------------------------------------------------------------------------


@bp.app_template_filter("term_id")
def term_id(term: str) -> str:
    """The id of a term's place in its lesson."""
    return term_anchor(term)


@bp.get("/glossary")
@public
def list_terms() -> str:
    chosen = {name: request.args.get(name, "")[:80] for name in ("course", "module", "q", "lang")}
    chosen = {name: text.strip() for name, text in chosen.items() if text.strip()}
    lang = chosen.get("lang", current_language())
    cursor = request.args.get("cursor")
    page = glossary_queries.list_terms(
        current_actor(),
        lang,
        course=chosen.get("course"),
        module=chosen.get("module"),
        q=chosen.get("q", ""),
        cursor=cursor,
    )
    languages = [
        (name, url_for("catalog.list_terms", **(chosen | {"lang": code})), code == lang, None)
        for code, name in LANGUAGE_NAMES.items()
    ]
    return render_template(
        "catalog/glossary.html",
        terms=page.items,
        lang=lang,
        languages=languages,
        chosen=chosen,
        next_url=url_for("catalog.list_terms", **chosen, cursor=page.next_cursor) if page.next_cursor else None,
        first_url=url_for("catalog.list_terms", **chosen) if cursor else None,
    )


# --- files ----------------------------------------------------------------------------------------


@bp.get("/courses/<course>/media/<name>")
@public
def media(course: str, name: str) -> Response:
    """A file of a lesson. Its name changes with its content, so browsers keep it for a year.

    It is sent so that it can do nothing if opened by itself: no scripts, no access to the site, and
    whatever is no picture or recording is only downloaded.
    """
    found = queries.get_media(current_actor(), course, name)
    response = send_file(
        storage().path(found.storage_key),
        mimetype=found.mime,
        etag=found.name.rsplit(".", 2)[-2],
        as_attachment=not found.mime.startswith(SHOWN_INLINE),
        download_name=found.name,
    )
    reach = "public" if found.public else "private"
    response.headers["Cache-Control"] = f"{reach}, max-age=31536000, immutable"
    response.headers["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
    response.headers["X-Content-Type-Options"] = "nosniff"
    return response
