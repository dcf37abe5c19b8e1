"""What can go wrong with documents and notes."""

from __future__ import annotations

from academy.sdk import NotFound, _l

__all__ = ["AnnotationNotFound", "DocumentNotFound"]


class DocumentNotFound(NotFound):
    def __init__(self) -> None:
        super().__init__(
            _l("There is no such document."), next_step=_l("Open it from the lesson that asks to read it.")
        )


class AnnotationNotFound(NotFound):
    """There is no such note, or it is somebody else's: these are not told apart."""

    def __init__(self) -> None:
        super().__init__(_l("There is no such note."))
