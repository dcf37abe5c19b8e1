"""Words that stand for each other: the list that administrators keep, and its file."""

from __future__ import annotations

from flask import Response, flash, redirect, render_template, request, url_for

from academy.kernel.errors import Invalid
from academy.kernel.http import current_actor
from academy.kernel.i18n import _, _n
from academy.kernel.rights import needs
from academy.kernel.spreadsheet import CSV_TYPE
from academy.search import vocabulary, vocabulary_queries
from academy.search.blueprint import bp
from academy.search.policies import SEARCH_WORDS

FIELDS = ("term", "meaning", "note")


@bp.get("/admin/search-words")
@needs(SEARCH_WORDS)
def list_words():
    return _list({}, {})


def _list(values: dict, errors: dict, problems: list[str] | None = None):
    text, retired = request.args.get("q", ""), request.args.get("retired") == "1"
    return render_template(
        "search/words.html",
        rows=vocabulary_queries.list_synonyms(current_actor(), text=text, retired=retired),
        q=text,
        retired=retired,
        values=values,
        errors=errors,
        problems=problems or [],
        most=vocabulary.MAX_PAIRS,
    )


@bp.post("/admin/search-words")
@needs(SEARCH_WORDS)
def add_words():
    values = _values()
    try:
        vocabulary.add_words(current_actor(), **values)
    except Invalid as refusal:
        return _list(values, refusal.errors), refusal.status
    flash(_("From now on “%(term)s” and “%(meaning)s” find each other.", **_named(values)), "success")
    return _to_list()


@bp.get("/admin/search-words/<int:synonym_id>")
@needs(SEARCH_WORDS)
def show_words(synonym_id: int):
    row = vocabulary_queries.get_synonym(current_actor(), synonym_id)
    return render_template(
        "search/word.html", row=row, values={name: getattr(row, name) for name in FIELDS}, errors={}
    )


@bp.post("/admin/search-words/<int:synonym_id>")
@needs(SEARCH_WORDS)
def change_words(synonym_id: int):
    values = _values()
    try:
        vocabulary.change_words(current_actor(), synonym_id, **values)
    except Invalid as refusal:
        row = vocabulary_queries.get_synonym(current_actor(), synonym_id)
        return render_template(
            "search/word.html", row=row, values=values, errors=refusal.errors
        ), refusal.status
    flash(_("From now on “%(term)s” and “%(meaning)s” find each other.", **_named(values)), "success")
    return _to_list()


@bp.post("/admin/search-words/<int:synonym_id>/retire")
@needs(SEARCH_WORDS)
def retire_words(synonym_id: int):
    vocabulary.retire_words(current_actor(), synonym_id)
    flash(_("The pair takes no part in searches any more. It can be brought back."), "success")
    return _to_list()


@bp.post("/admin/search-words/<int:synonym_id>/restore")
@needs(SEARCH_WORDS)
def restore_words(synonym_id: int):
    try:
        vocabulary.restore_words(current_actor(), synonym_id)
    except Invalid as refusal:
        flash(" ".join(str(text) for texts in refusal.errors.values() for text in texts), "error")
        return redirect(url_for("search.list_words", retired=1), code=303)
    flash(_("The pair takes part in searches again."), "success")
    return _to_list()


@bp.get("/admin/search-words/words.csv")
@needs(SEARCH_WORDS)
def export_words():
    headers = {"Content-Disposition": 'attachment; filename="search-words.csv"'}
    return Response(vocabulary_queries.export_words(current_actor()), mimetype=CSV_TYPE, headers=headers)


@bp.post("/admin/search-words/import")
@needs(SEARCH_WORDS)
def import_words():
    file, dry_run = request.files.get("file"), request.form.get("check") == "1"
    try:
        taken = vocabulary.import_words(
            current_actor(), file.read(vocabulary.MAX_BYTES + 1) if file else b"", dry_run=dry_run
        )
    except Invalid as refusal:
        problems = [str(text) for text in refusal.errors.get("file", [])] or [str(refusal.message)]
        return _list({}, {}, problems), refusal.status
    known = (
        _n("%(num)s was there already.", "%(num)s were there already.", taken.known) if taken.known else ""
    )
    added = (
        _n("%(num)s pair would be added.", "%(num)s pairs would be added.", taken.added)
        if dry_run
        else _n("%(num)s pair is added.", "%(num)s pairs are added.", taken.added)
    )
    flash(f"{added} {known}".strip(), "info" if dry_run else "success")
    return _to_list()


def _values() -> dict[str, str]:
    return {name: request.form.get(name, "") for name in FIELDS}


def _named(values: dict[str, str]) -> dict[str, str]:
    return {name: values[name].strip() for name in ("term", "meaning")}


def _to_list() -> Response:
    return redirect(url_for("search.list_words"), code=303)
