"""Pages of the module: floods to play, a turn, a replay, a debrief."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for

from academy.sdk import (
    AcademyError,
    Conflict,
    Invalid,
    NotFound,
    _,
    _l,
    current_actor,
    current_language,
    localized,
    public,
    signed_in,
)
from courses.smart_city import flood_chart, queries, services
from courses.smart_city.flood import FloodExercise, decision_fields, digest_of, title_of, turn_json, ways_json
from courses.smart_city.flood_words import WAY_NAMES

bp = Blueprint(
    "smart_city", __name__, template_folder="templates", static_folder="static", static_url_path="/static"
)
FIELD = "decision"
FLOODS = FloodExercise()

bp.add_app_template_global(flood_chart.water_panel, "smart_city_water_panel")
bp.add_app_template_global(flood_chart.affected_panel, "smart_city_affected_panel")


@bp.app_template_filter("smart_city_way")
def way_name(name: str) -> str:
    """What a preset way of acting is called, in the reader's language."""
    return str(WAY_NAMES.get(name, name))


@bp.get("/")
@public
def show_floods() -> str:
    """What the module is, the floods that can be played, and the reader's own runs."""
    actor = current_actor()
    scenarios = queries.list_scenarios(actor)
    return render_template(
        "smart_city/floods.html",
        floods=[(scenario, _view(scenario.version.spec)) for scenario in scenarios],
        titles={
            scenario.version.id: title_of(scenario.version.spec, current_language()) for scenario in scenarios
        },
        runs=queries.list_runs(actor) if actor.person_id else [],
    )


@bp.get("/flood/<digest>")
@public
def show_flood(digest: str) -> str:
    """One flood: the situation, the rules, and the way in."""
    actor = current_actor()
    scenario = queries.get_scenario(actor, digest)
    version_id = scenario.version.id
    return render_template(
        "smart_city/flood_page.html",
        scenario=scenario,
        view=_view(scenario.version.spec),
        runs=queries.list_runs(actor, item_version_id=version_id) if actor.person_id else [],
        going=queries.open_run(actor, version_id) if actor.person_id else None,
    )


@bp.post("/flood/<digest>/runs")
@signed_in
def start_run(digest: str) -> Response:
    repeats = request.form.get("repeats", "")
    number = int(repeats) if repeats.isascii() and repeats.isdecimal() and len(repeats) < 16 else None
    if repeats and number is None:
        raise NotFound(_l("There is no such run."))
    run_id = services.start_run(current_actor(), digest, repeats=number)
    return redirect(url_for("smart_city.show_run", run_id=run_id), code=303)


@bp.get("/flood/runs/<int:run_id>")
@signed_in
def show_run(run_id: int) -> str | Response:
    """The turn to decide, with everything that is known by now."""
    run = queries.get_run(current_actor(), run_id)
    if not run.is_open:
        return redirect(url_for("smart_city.show_debrief", run_id=run_id), code=303)
    return _turn_page(run)


@bp.post("/flood/runs/<int:run_id>/turns/<int:turn>")
@signed_in
def decide(run_id: int, turn: int) -> Any:
    """Decide a turn; a decision that breaks a rule comes back as typed, with the rule."""
    actor = current_actor()
    given = decision_fields(request.form, FIELD)
    try:
        after = services.decide(actor, run_id, turn, given)
    except Invalid as refusal:
        return _turn_page(queries.get_run(actor, run_id), given=given, refusal=refusal), 422
    except Conflict as refusal:
        flash(f"{refusal.message} {refusal.next_step}".strip(), "warning")
        return redirect(url_for("smart_city.show_run", run_id=run_id), code=303)
    view = "smart_city.show_debrief" if after.is_finished else "smart_city.show_run"
    return redirect(url_for(view, run_id=run_id), code=303)


@bp.post("/flood/runs/<int:run_id>/end")
@signed_in
def give_up(run_id: int) -> Response:
    services.give_up(current_actor(), run_id)
    flash(_("The run has ended. It counts nowhere."), "info")
    return redirect(url_for("smart_city.show_floods"), code=303)


@bp.get("/flood/runs/<int:run_id>/replay/<int:turn>")
@signed_in
def show_replay(run_id: int, turn: int) -> str:
    """One past turn again: what was known, what was decided and why, what came of it."""
    run = queries.get_run(current_actor(), run_id)
    if not 1 <= turn <= len(run.turns):
        raise NotFound(_l("This run has no turn %(turn)s.", turn=turn))
    return render_template(
        "smart_city/replay.html",
        run=run,
        title=_title(run),
        view=_view(run.spec),
        played=run.turns[turn - 1],
        rows=[turn_json(played) for played in run.turns[:turn]],
        without=[turn_json(played) for played in run.without[:turn]],
        is_counted=run.counted_reasons[turn - 1],
        last=len(run.turns),
    )


@bp.get("/flood/runs/<int:run_id>/debrief")
@signed_in
def show_debrief(run_id: int) -> str | Response:
    """What came of a run, beside doing nothing, preset ways, and everybody else."""
    actor = current_actor()
    run = queries.get_run(actor, run_id)
    if run.is_open:
        return redirect(url_for("smart_city.show_run", run_id=run_id), code=303)
    return render_template(
        "smart_city/debrief.html",
        run=run,
        title=_title(run),
        view=_view(run.spec),
        details=_details(run),
        debrief=localized(run.spec.get("debrief") or {}),
        digest=_playable(digest_of(run.spec)),
        others=queries.distribution(run.version.id) if run.is_finished else None,
    )


def _turn_page(run: queries.RunView, *, given: Any = None, refusal: AcademyError | None = None) -> str:
    return render_template(
        "smart_city/turn.html",
        run=run,
        title=_title(run),
        view=_view(run.spec),
        rows=[turn_json(turn) for turn in run.turns],
        without=[turn_json(turn) for turn in run.without],
        given=given or {},
        refusal=refusal,
        name=FIELD,
    )


def _details(run: queries.RunView) -> dict[str, Any]:
    """The same evidence that an answered exercise keeps, so that both are shown alike."""
    score = run.score
    return {
        "parts": {part: str(points) for part, points in score.parts.items()} if score else {},
        "of": dict(run.flood.weights),
        "total": str(score.total) if score else None,
        "turns": [
            turn_json(turn, is_counted)
            for turn, is_counted in zip(run.turns, run.counted_reasons, strict=True)
        ],
        "without": [turn_json(turn) for turn in run.without],
        "ways": ways_json(run.flood, queries.seed_of(run.id)) if run.is_finished else [],
    }


def _playable(digest: str) -> str | None:
    """The flood's name if it can still be played by the reader in this version."""
    return next((row.digest for row in queries.list_scenarios(current_actor()) if row.digest == digest), None)


def _title(run: queries.RunView) -> str:
    return title_of(run.spec, current_language())


def _view(spec: Any) -> dict[str, Any]:
    return FLOODS.present(spec, 0, current_language())
