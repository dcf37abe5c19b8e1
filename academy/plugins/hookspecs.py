"""The hooks a course module may answer: the whole list, and its manual.

A module implements a hook as a function of its plugin module, marked with ``academy.sdk.hookimpl``.
It returns values; it never receives the application.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import pluggy

from academy.kernel.actor import Actor
from academy.kernel.events import Event
from academy.plugins.contract import CourseModule

PROJECT = "academy"
hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def academy_course_module() -> CourseModule:
    """Say what the module is.

    Called once, when the application starts, outside any transaction and before the database is
    known to exist.

    Returns:
        The module's manifest.
    """


@hookspec
def academy_enrollment_obstacles(actor: Actor, course: Mapping[str, Any]) -> Sequence[str]:
    """Name what keeps a person from enrolling in a course of this module.

    Called inside the enrolling transaction; read the module's own tables only, write nothing.

    Args:
        actor: who wants to enroll.
        course: ``id``, ``slug``, ``module``, ``level``.

    Returns:
        Sentences in the reader's language; empty if nothing stands in the way.
    """


@hookspec
def academy_search_documents(course_id: int) -> Iterable[Mapping[str, Any]]:
    """Give texts of the module's own that people should find under a course.

    Called by the indexer, outside any transaction, after the course or its lessons were published.

    Args:
        course_id: the course.

    Returns:
        Mappings with ``ref`` (stable, unique in the module), ``lang``, ``title``, ``text``, ``url``;
        public text only.
    """


@hookspec
def academy_on_event(event: Event) -> None:
    """Hear of an event after its transaction has committed.

    Args:
        event: one of the closed union :data:`academy.sdk.events`.

    An exception is logged and harms nobody; work that must not be lost is enqueued as a job.
    """


@hookspec
def academy_learner_export(person_id: int) -> Mapping[str, Any]:
    """Give everything the module stores of a person, as JSON values by table or subject.

    Called outside a transaction, for the person's own export.
    """


@hookspec
def academy_learner_erase(person_id: int) -> None:
    """Delete or make anonymous what the module stores of a person.

    Called inside the erasing transaction: use ``academy.sdk.unit_of_work``, which joins it.
    """
