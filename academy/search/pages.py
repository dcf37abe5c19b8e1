"""The search page; works without scripts. See the rooms named after what they show for the others."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request, url_for

from academy.catalog.queries import list_topics
from academy.kernel.http import current_actor
from academy.kernel.i18n import LANGUAGE_NAMES, _l, localized
from academy.kernel.rights import public
from academy.plugins.manager import installed_modules
from academy.search import need_pages, own_pages, own_queries, queries, remembering, word_pages
from academy.search.blueprint import bp
from academy.search.views import Results
from academy.web.navigation import add_entry

__all__ = ["bp", "need_pages", "own_pages", "word_pages"]

FILTERS = remembering.FILTERS
SHOWN_VALUES = 8
SHOWN_RECENT = 5


@bp.record_once
def _enter_menus(state: Any) -> None:
    add_entry(
        state.app,
        label=_l("Training needs"),
        endpoint="search.list_needs",
        icon="message",
        order=70,
        prefix="/admin/training-needs",
        menu="admin",
        note=_l("What people looked for in vain, counted; an answer reaches all who asked."),
    )
    add_entry(
        state.app,
        label=_l("Words of the search"),
        endpoint="search.list_words",
        icon="search",
        order=75,
        prefix="/admin/search-words",
        menu="admin",
        note=_l("Abbreviations and other names: either finds the other."),
    )


@bp.get("/search")
@public
def search_page():
    actor = current_actor()
    chosen = {name: request.args[name] for name in FILTERS if request.args.get(name)}
    text, cursor = request.args.get("q", ""), request.args.get("cursor")
    results = queries.search(actor, text, cursor=cursor, **chosen)
    if not cursor:
        remembering.remember_search(actor, text, chosen)
    titles = _titles(results)
    return render_template(
        "search/results.html",
        text=text,
        results=results,
        filters=chosen,
        chips_by_facet=[_chips(name, results, chosen, titles[name]) for name in FILTERS],
        titles=titles,
        address=_address,
        address_without=lambda one: _address(
            one.text, {name: value for name, value in chosen.items() if name != one.dropped}
        ),
        next_url=_address(text, chosen, cursor=results.next_cursor) if results.next_cursor else None,
        first_url=_address(text, chosen) if cursor else None,
        as_typed_url=_address(f'"{text}"', chosen) if results.suggestion and '"' not in text else None,
        recent=own_queries.list_recent(actor, SHOWN_RECENT) if results.query.is_empty else (),
        signed_in=actor.account_id is not None,
    )


def _address(text: str, chosen: Mapping[str, str], **more: str) -> str:
    return url_for("search.search_page", q=text, **chosen, **more)


def _titles(results: Results) -> dict[str, dict[str, str]]:
    """Names of the facets' values in the reader's language."""
    modules = {module.slug: localized(module.title) for module in installed_modules()}
    courses = set(results.facets.get("course", ())) | {result.course for result in results.items}
    return {
        "module": modules,
        "course": {slug: localized(title) for slug, title in queries.course_titles(courses).items()},
        "lang": LANGUAGE_NAMES,
        "tag": {slug: localized(title) for slug, title in list_topics().items()},
    }


def _chips(
    name: str, results: Results, chosen: dict[str, str], titles: dict[str, str]
) -> list[tuple[str, str, bool, int | None]]:
    """A facet as links: choosing a value, or, where it is chosen, letting it go."""
    counts = dict(results.facets.get(name, {}))
    current = chosen.get(name)
    if current is not None:
        counts.setdefault(current, 0)
    if len(counts) < 2 and current is None:
        return []
    if (
        name == "tag"
        and current is None
        and len(set(counts.values())) == 1
        and results.total in counts.values()
    ):
        return []  # every result is about all of them: choosing one changes nothing
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
