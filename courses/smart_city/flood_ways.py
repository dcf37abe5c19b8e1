"""Twelve preset ways of acting, for comparison and for examining new floods. Each knows only what is past."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from courses.smart_city.flood_model import Decision, Flood, Policy, State, nothing


def _fixed(choose: Callable[[int, Flood], Decision]) -> Policy:
    """A way that depends on the turn alone."""

    def way(flood: Flood, state: State, _seen: Sequence[float]) -> Decision:
        return choose(state.turn + 1, flood)

    return way


def adaptive(flood: Flood, state: State, _seen: Sequence[float]) -> Decision:
    """Pump by the water level and an expected rain of 11 (16 in surge turns); ask for help once it rises."""
    turn = state.turn + 1
    expected = state.water + 11 + (flood.surge_extra if turn in flood.surge_turns else 0)
    pumps = math.ceil((expected - 20) / flood.pump_effect)
    return Decision(
        pumps=max(0, min(flood.pumps_max, pumps)),
        inform=state.water > 14 or turn <= 3,
        request=state.water >= 18
        and state.requested_in is None
        and turn <= flood.turns - flood.request_delay,
        evacuate=_step(flood, 1) if state.water > 32 else state.evacuated,
    )


def _step(flood: Flood, index: int) -> int:
    """The share of an evacuation step, the highest if there are fewer."""
    return flood.steps[min(index, len(flood.steps) - 1)]


WAYS: Mapping[str, Policy] = {
    "nothing": nothing,
    "all_pumps": _fixed(lambda turn, flood: Decision(pumps=flood.pumps_max)),
    "two_pumps": _fixed(lambda turn, flood: Decision(pumps=2)),
    "inform": _fixed(lambda turn, flood: Decision(inform=True)),
    "evacuate_first": _fixed(lambda turn, flood: Decision(inform=True, evacuate=_step(flood, 1))),
    "evacuate_half": _fixed(
        lambda turn, flood: Decision(inform=True, evacuate=_step(flood, 2) if turn >= 2 else 0)
    ),
    "early_request": _fixed(lambda turn, flood: Decision(pumps=2, inform=True, request=turn == 1)),
    "late_pumps": _fixed(
        lambda turn, flood: Decision(pumps=flood.pumps_max if turn >= 3 else 0, inform=True)
    ),
    "adaptive": adaptive,
    "request_three_pumps": _fixed(
        lambda turn, flood: Decision(pumps=3 if turn <= 4 else 1, inform=turn <= 4, request=turn == 1)
    ),
    "all_pumps_inform": _fixed(lambda turn, flood: Decision(pumps=flood.pumps_max, inform=True)),
    "request_all_pumps": _fixed(
        lambda turn, flood: Decision(
            pumps=flood.pumps_max if turn <= 4 else 0, inform=turn <= 4, request=turn == 1
        )
    ),
}
