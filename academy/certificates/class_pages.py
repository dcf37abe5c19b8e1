"""The page of a class: roster, progress, documents, and who lacks what."""

from __future__ import annotations

from flask import Blueprint, render_template

from academy.catalog.queries import find_course_by_id
from academy.certificates import wording
from academy.certificates.class_board import board, tally, why_not
from academy.certificates.policies import PROPOSAL_READ, can_export, can_propose
from academy.certificates.proposal_queries import list_proposals
from academy.classes.policies import CLASS_READ, can_manage_class, can_see_class, teaches
from academy.classes.queries import find_class, get_class, is_member
from academy.classes.wording import MODE_NAMES, STATE_NAMES, STATE_TONES
from academy.kernel.http import current_actor
from academy.kernel.rights import signed_in


def add_to(bp: Blueprint) -> None:
    bp.get("/classes/<code>")(show_class)


@signed_in
def show_class(code: str) -> str:
    """The whole page for those who run or teach the class; its facts for a member."""
    actor = current_actor()
    run = find_class(code)
    if run is not None and not can_see_class(actor, run) and is_member(run.id, actor.person_id):
        return render_template(
            "certificates/class_facts.html",
            run=run,
            class_states=STATE_NAMES,
            class_tones=STATE_TONES,
            modes=MODE_NAMES,
        )
    run = get_class(actor, code)
    rows = board(run.id)
    course = find_course_by_id(run.course_id)
    completion = course.completion if course else {}
    sees_proposals = actor.may(PROPOSAL_READ, at=run.owner_unit_path)
    return render_template(
        "certificates/class.html",
        run=run,
        rows=[(row, list(why_not(row, completion))) for row in rows],
        tally=tally(rows),
        class_states=STATE_NAMES,
        class_tones=STATE_TONES,
        modes=MODE_NAMES,
        wording=wording,
        proposals=list_proposals(actor, class_code=run.code, limit=20).items if sees_proposals else (),
        may_list=actor.may(CLASS_READ),
        may_manage=can_manage_class(actor, run),
        may_propose=can_propose(actor, run.owner_unit_path) and not teaches(actor, run),
        may_export=can_export(actor),
    )
