"""Who may do what: documents are read by whoever sees their course, notes by their author alone."""

from __future__ import annotations

from sqlalchemy import ColumnElement

from academy.sdk import Actor, _l, policy
from courses.political_theory.models import Annotation

__all__ = ["annotations_visible_to", "can_annotate", "can_see_annotation"]


@policy(_l("Only people with an account and a personal record may take notes."))
def can_annotate(actor: Actor, obj: object = None) -> bool:
    return actor.person_id is not None


@policy(_l("A note is shown to its author alone."))
def can_see_annotation(actor: Actor, annotation: Annotation) -> bool:
    """The author, and nobody else: no role, no administrator, not the academy itself."""
    return actor.person_id is not None and annotation.person_id == actor.person_id


def annotations_visible_to(actor: Actor) -> ColumnElement[bool]:
    """The twin of :func:`can_see_annotation`."""
    return Annotation.person_id == actor.person_id if actor.person_id is not None else Annotation.id < 0
