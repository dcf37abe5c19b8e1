"""Trying a query, and keeping it for whoever tried it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete

from academy.sdk import Actor, Feedback, Unauthenticated, _l, clock, hit, unit_of_work
from courses.information_technology.datasets import DataSet
from courses.information_technology.models import QueryRun
from courses.information_technology.sandbox import QueryResult, run_queries
from courses.information_technology.sql import checked_query
from courses.information_technology.sql_words import error_feedback
from courses.information_technology.tables import columns_by_table

__all__ = ["KEPT", "TriedQuery", "erase_queries", "try_query"]

KEPT = timedelta(days=90)
TRIES_PER_MINUTE = 30


@dataclass(frozen=True, slots=True, kw_only=True)
class TriedQuery:
    """What a query gave; ``remarks`` explain an error."""

    query: str
    result: QueryResult
    remarks: tuple[Feedback, ...] = ()

    @property
    def ms(self) -> int:
        return round(self.result.seconds * 1000)


def try_query(actor: Actor, data: DataSet, query: object) -> TriedQuery:
    """Run a query on a data set and keep it among the actor's own queries for 90 days.

    Raises:
        Unauthenticated: nobody is signed in.
        Invalid: the query is empty or too long.
        TooMany: more than 30 tries in a minute.
        SandboxFailed: it cannot be run at the moment.
    """
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    checked = checked_query(query)
    hit(f"information_technology:try:{actor.account_id}", limit=TRIES_PER_MINUTE, per=60)
    [[result]] = run_queries(data.tables, [data.rows], [checked], limits={"steps": data.steps})
    remarks: tuple[Feedback, ...] = ()
    if result.error is not None:
        remarks = tuple(error_feedback(checked, result.error, _columns(data)))
    tried = TriedQuery(query=checked, result=result, remarks=remarks)
    if actor.person_id is not None:
        _keep(actor.person_id, data.item_key, tried)
    return tried


def erase_queries(person_id: int) -> None:
    """Delete every query kept of a person."""
    with unit_of_work() as work:
        work.session.execute(delete(QueryRun).where(QueryRun.person_id == person_id))


def _keep(person_id: int, item_key: str, tried: TriedQuery) -> None:
    """Keep the query; those past their time, of whomever, go with this transaction."""
    with unit_of_work() as work:
        work.session.execute(delete(QueryRun).where(QueryRun.at < clock.now() - KEPT))
        work.session.add(
            QueryRun(
                person_id=person_id,
                item_key=item_key,
                query=tried.query,
                ok=tried.result.error is None,
                ms=tried.ms,
            )
        )


def _columns(data: DataSet) -> Mapping[str, tuple[str, ...]]:
    return columns_by_table(data.tables, data.rows)
