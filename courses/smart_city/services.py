"""Playing a flood turn by turn: start, decide, give up."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sqlalchemy import delete, select

from academy.sdk import Actor, Conflict, Forbidden, NotFound, Unauthenticated, _l, clock, hit, unit_of_work
from courses.smart_city.flood import checked_decision
from courses.smart_city.models import FINISHED, GIVEN_UP, OPEN, FloodRun, FloodTurn
from courses.smart_city.queries import RunView, decisions_of, get_scenario, open_run, run_view

__all__ = ["decide", "erase_runs", "give_up", "start_run"]

STARTS_PER_HOUR = 60


def start_run(actor: Actor, digest: str, *, repeats: int | None = None) -> int:
    """Begin a flood in a rain nobody knows; a run of it that is still open is gone on with.

    Args:
        digest: names the flood.
        repeats: a finished run of the actor's own, whose rain shall fall again.

    Returns:
        The id of the run.

    Raises:
        Unauthenticated, Forbidden: nobody is signed in; the account belongs to no person.
        NotFound: there is no such flood, or no such run to repeat.
        Conflict: the run to repeat is not finished: its rain is still to be met.
        TooMany: more than 60 starts in an hour.
    """
    person_id = _person(actor)
    hit(f"smart_city:start:{person_id}", limit=STARTS_PER_HOUR, per=3600)
    with unit_of_work() as work:
        scenario = get_scenario(actor, digest)
        seed, repeats_id = secrets.randbelow(2**31), None
        if repeats is not None:
            known = _own(work.session, person_id, repeats)
            if known.item_version_id != scenario.version.id or known.state != FINISHED:
                raise Conflict(
                    _l("Only a finished run of this flood can be played again."), rule="smart_city.repeat"
                )
            seed, repeats_id = known.seed, known.id
        elif (going := open_run(actor, scenario.version.id)) is not None:
            return going
        run = FloodRun(
            person_id=person_id, item_version_id=scenario.version.id, seed=seed, repeats_id=repeats_id
        )
        work.session.add(run)
        work.session.flush()
        return run.id


def decide(actor: Actor, run_id: int, turn: int, given: Mapping[str, Any]) -> RunView:
    """Decide one turn; with the last one the run is finished and its points are kept.

    Args:
        turn: which turn the decision is for: a form sent twice decides once.
        given: ``pumps``, ``inform``, ``evacuate``, ``request``, ``reason``, as in an answer.

    Raises:
        Unauthenticated, Forbidden, NotFound: as for :func:`start_run`.
        Conflict: the run has ended, or another turn is next.
        Invalid: the decision breaks a rule of the flood.
    """
    person_id = _person(actor)
    with unit_of_work() as work:
        run = _own(work.session, person_id, run_id)
        if run.state != OPEN:
            raise Conflict(
                _l("This run has ended."), rule="smart_city.ended", next_step=_l("Look at its debrief.")
            )
        decisions = decisions_of(run.id)
        before = run_view(run, decisions)
        if turn != len(decisions) + 1:
            raise Conflict(
                _l("Turn %(turn)s is not the next one.", turn=turn),
                rule="smart_city.turn",
                next_step=_l("Go on with turn %(turn)s.", turn=len(decisions) + 1),
            )
        decision = checked_decision(before.flood, before.now, given)
        after = run_view(run, [*decisions, decision])
        work.session.add(
            FloodTurn(
                run_id=run.id,
                turn=turn,
                pumps=decision.pumps,
                inform=decision.inform,
                evacuate=decision.evacuate,
                request=decision.request,
                reason=decision.reason,
            )
        )
        if after.score is not None:
            run.state, run.score, run.ended_at = FINISHED, after.score.total, clock.now()
        work.session.flush()
        return replace(after, state=run.state)


def give_up(actor: Actor, run_id: int) -> None:
    """End a run before its last turn; it is kept, but counts nowhere.

    Raises:
        Unauthenticated, Forbidden, NotFound: as for :func:`start_run`.
    """
    person_id = _person(actor)
    with unit_of_work() as work:
        run = _own(work.session, person_id, run_id)
        if run.state == OPEN:
            run.state, run.ended_at = GIVEN_UP, clock.now()


def erase_runs(person_id: int) -> None:
    """Delete every run of a person, decisions and reasons included."""
    own = select(FloodRun.id).where(FloodRun.person_id == person_id)
    with unit_of_work() as work:
        work.session.execute(delete(FloodTurn).where(FloodTurn.run_id.in_(own)))
        work.session.execute(delete(FloodRun).where(FloodRun.person_id == person_id))


def _person(actor: Actor) -> int:
    if not actor.is_authenticated:
        raise Unauthenticated(_l("Please sign in first."))
    if actor.person_id is None:
        raise Forbidden(
            _l("Your account belongs to no person, so nothing can be recorded for it."),
            rule="smart_city.person",
            next_step=_l("Sign in with your own account."),
        )
    return actor.person_id


def _own(session: Any, person_id: int, run_id: int) -> FloodRun:
    """The person's run, held until the transaction ends."""
    run = session.scalar(
        select(FloodRun)
        .where(FloodRun.id == run_id, FloodRun.person_id == person_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if run is None:
        raise NotFound(_l("There is no such run."))
    return run
