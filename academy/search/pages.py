"""The search page; works without scripts."""

from __future__ import annotations

from flask import Blueprint, render_template, request, url_for

from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, localized
from academy.kernel.rights import public
from academy.plugins.manager import installed_modules
from academy.search import queries
from academy.search.schemas import marked_html

bp = Blueprint("search", __name__, template_folder="templates")
bp.add_app_template_filter(marked_html, "marked")

FILTERS = ("module", "course", "lang")
SHOWN_VALUES = 8


@bp.get("/search")
@public
def search_page():
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    text = request.args.get("q", "")
    results = queries.search(current_actor(), text, cursor=request.args.get("cursor"), **chosen)
    titles = _titles(results)
    return render_template(
        "search/results.html",
        text=text,
        results=results,
        chips_by_facet=[_chips(name, results, chosen, titles[name]) for name in FILTERS],
        titles=titles,
        next_url=_address(text, chosen, cursor=results.next_cursor) if results.next_cursor else None,
        first_url=_address(text, chosen) if request.args.get("cursor") else None,
        wider_url=_address(text, {}) if chosen else None,
    )


def _address(text: str, chosen: dict[str, str], **more: str) -> str:
    return url_for("search.search_page", q=text, **chosen, **more)


def _titles(results: queries.Results) -> dict[str, dict[str, str]]:
    """Names of the facets' values in the reader's language."""
    modules = {module.slug: localized(module.title) for module in installed_modules()}
    courses = set(results.facets.get("course", ())) | {result.course for result in results.items}
    return {
        "module": modules,
        "course": {slug: localized(title) for slug, title in queries.course_titles(courses).items()},
        "lang": LANGUAGE_NAMES,
    }


def _chips(
    name: str, results: queries.Results, chosen: dict[str, str], titles: dict[str, str]
) -> list[tuple[str, str, bool, int | None]]:
    """A facet as links: choosing a value, or, where it is chosen, letting it go."""
    counts = dict(results.facets.get(name, {}))
    current = chosen.get(name)
    if current is not None:
        counts.setdefault(current, 0)
    if len(counts) < 2 and current is None:
        return []
    values = [value for value in counts if value == current] + [value for value in counts if value != current]
    others = {other: value for other, value in chosen.items() if other != name}
    return [
        (
            titles.get(value, value),
            _address(request.args.get("q", ""), others if value == current else {**others, name: value}),
            value == current,
            counts[value],
        )
        for value in values[:SHOWN_VALUES]
    ]
