"""Bands of results: each mark is kept with the set it was judged by."""

from __future__ import annotations

from typing import Any

from academy.grading.bands import DEFAULT_SET
from academy.grading.models import JudgedResult
from academy.grading.queries import find_scheme
from academy.kernel import clock
from academy.kernel.unit_of_work import unit_of_work

__all__ = ["on_graded"]


def on_graded(event: Any) -> None:
    """An attempt got a mark, or another: note by which set of bands it is judged; a set once used stays.

    A mark that is taken back, because an answer waits to be graded again, takes the judgement with it.
    """
    with unit_of_work() as work:
        result = work.session.get(JudgedResult, event.attempt_id)
        if event.mark is None:
            if result is not None:
                work.session.delete(result)
        elif result is None:
            scheme = find_scheme(event.quiz_id)
            band_set = scheme.band_set if scheme else DEFAULT_SET
            work.session.add(JudgedResult(attempt_id=event.attempt_id, band_set=band_set, mark=event.mark))
        else:
            result.mark, result.at = event.mark, clock.now()
        work.session.flush()
