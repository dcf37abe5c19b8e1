"""Documents that were issued for a run: a higher slice says which, so that a regrade can name them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from flask import Flask, current_app

_EXTENSION = "academy_documents_of_runs"

FindDocuments = Callable[[Iterable[int]], Mapping[int, list[str]]]
"""Enrollment ids → the serials of the documents in force, for those that have any."""


def register_documents(app: Flask, find: FindDocuments) -> None:
    """Let regrades ask which documents were issued."""
    app.extensions[_EXTENSION] = find


def documents_of(enrollment_ids: Iterable[int]) -> Mapping[int, list[str]]:
    find: FindDocuments | None = current_app.extensions.get(_EXTENSION)
    return find(enrollment_ids) if find is not None else {}
