"""Documents to read and annotate; and what the templates of exercises use."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for

from academy.sdk import Invalid, _, _l, current_actor, signed_in
from courses.political_theory import queries, services
from courses.political_theory.marking import shown_document, shown_paragraphs
from courses.political_theory.passages import Document, Range
from courses.political_theory.queries import AnnotationRow

__all__ = ["bp"]

bp = Blueprint(
    "political_theory",
    __name__,
    template_folder="templates",
    static_folder="static",
    static_url_path="/static",
)
bp.add_app_template_filter(shown_document, "close_reading")

CATEGORY_NAMES = {
    "claim": _l("Claim"),
    "reason": _l("Supporting reason"),
    "example": _l("Example"),
    "question": _l("Question of mine"),
}
_CHOSEN = re.compile(r"[0-9a-f]{32}:(\d{1,6})-(\d{1,6})")
_MARKED = re.compile(r"(\d{1,6})-(\d{1,6})")


@bp.get("/")
@signed_in
def list_documents() -> str:
    return render_template(
        "political_theory/documents.html", documents=queries.list_documents(current_actor())
    )


@bp.get("/documents/<digest>")
@signed_in
def show_document(digest: str) -> str:
    return _page(digest)


def _page(digest: str, errors: dict | None = None, typed: Any = None) -> str:
    actor = current_actor()
    view = queries.get_document(actor, digest)
    notes = queries.list_annotations(actor, view)
    return render_template(
        "political_theory/document.html",
        view=view,
        notes=notes,
        paragraphs=_paragraphs(view.document, notes, _ranges(typed) if typed is not None else []),
        categories=list(CATEGORY_NAMES.items()),
        category_names=CATEGORY_NAMES,
        errors=errors or {},
        typed=typed or {},
        max_note=services.MAX_NOTE,
        days=services.NOTES_KEPT.days,
    )


def _paragraphs(document: Document, notes: Sequence[AnnotationRow], chosen: list[Range]) -> list[tuple]:
    """Each paragraph with its segments and the numbers and ids of the notes that begin in it."""
    shown = shown_paragraphs(document, chosen, noted=[note.range for note in notes])
    rows = []
    for segments, place in zip(shown, document.paragraphs, strict=True):
        here = [
            (number, note.id)
            for number, note in enumerate(notes, 1)
            if place[0].start <= note.range[0] < place[-1].end
        ]
        rows.append((segments, here))
    return rows


@bp.post("/documents/<digest>")
@signed_in
def annotate(digest: str) -> Any:
    form = request.form
    try:
        services.annotate(
            current_actor(), digest, _ranges(form), form.get("category", ""), form.get("note", "")
        )
    except Invalid as error:
        return _page(digest, error.errors, form), 422
    flash(_("Your note is stored. Only you see it."), "success")
    return redirect(url_for("political_theory.show_document", digest=digest), 303)


@bp.post("/documents/<digest>/notes/<int:note>")
@signed_in
def change(digest: str, note: int) -> Any:
    form = request.form
    if form.get("delete"):
        services.delete_annotation(current_actor(), note)
        flash(_("The note is deleted."), "success")
    else:
        services.change_note(
            current_actor(), note, category=form.get("category", ""), note=form.get("note", "")
        )
        flash(_("The note is changed."), "success")
    return redirect(url_for("political_theory.show_document", digest=digest) + "#notes", 303)


def _ranges(form: Any) -> list[tuple[int, int]]:
    """Chosen sentences and passages marked by hand, of a form with the fields of the exercise."""
    chosen = [_CHOSEN.fullmatch(value) for value in form.getlist("passage.sentence")]
    marked = _MARKED.findall(form.get("passage.marked", "").partition(":")[2])
    pairs = [found.groups() for found in chosen if found] + marked
    return [(int(start), int(end)) for start, end in pairs[:100]]
