"""A lesson and a paper by keyboard alone: the order of what Tab reaches, and that one sees where one is."""

from __future__ import annotations

from tests.e2e.browsing import DESKTOP
from tests.e2e.places import DATA, READING
from tests.e2e.sitting import chip, start_final_quiz

_FOCUSED = """() => {
  const node = document.activeElement;
  const parts = [];
  for (const [name, selector] of [["skip", ".skip"], ["brand", ".brand"], ["nav", ".site-nav"], ["search", ".site-search"],
    ["account", ".account"], ["crumbs", ".breadcrumbs"], ["exercise", "fieldset.exercise"], ["check", ".lesson-exercise .actions"],
    ["finish", ".lesson-foot"], ["around", ".lesson-nav"], ["slots", ".slots"], ["hand in", "[name=review]"]])
    if (node.closest(selector)) parts.push(name);
  const style = getComputedStyle(node);
  const shown = node.getBoundingClientRect();
  const ring = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) > 0 || style.boxShadow !== "none";
  const near = [node, node.parentElement, node.closest("label, .searchbox, .option")].filter(Boolean);
  return {part: parts.pop() || "", seen: near.some((one) => ring(getComputedStyle(one))),
    inside: shown.bottom > 0 && shown.top < window.innerHeight, what: node.outerHTML.slice(0, 100), body: node === document.body};
}"""


def walk(page, presses: int = 250) -> list[dict]:
    """Everything that Tab reaches from the top, until it has been round once."""
    stops = []
    for _press in range(presses):
        page.keyboard.press("Tab")
        stop = page.evaluate(_FOCUSED)
        if stop["body"] or (stops and stop["part"] == "skip"):
            break
        stops.append(stop)
    return stops


def check(stops: list[dict], order: list[str]) -> None:
    unseen = [stop["what"] for stop in stops if not stop["seen"]]
    assert not unseen, "no focus ring:\n" + "\n".join(unseen)
    outside = [stop["what"] for stop in stops if not stop["inside"]]
    assert not outside, "focused out of sight:\n" + "\n".join(outside)
    parts = [stop["part"] for stop in stops]
    first = [parts.index(part) if part in parts else None for part in order]
    assert None not in first, (
        f"not reached: {[part for part, place in zip(order, first, strict=True) if place is None]}"
    )
    assert first == sorted(first), f"{order} are reached in another order: {first}"


def test_a_lesson_by_keyboard(browsers):
    page = browsers.signed_in("learner1", DESKTOP)
    page.goto(f"{DATA}/lessons/01-bang-tinh")
    check(walk(page), ["skip", "brand", "nav", "search", "account", "crumbs", "exercise", "check", "around"])
    page.goto(f"{DATA}/lessons/01-bang-tinh")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"


def test_a_paper_by_keyboard(browsers):
    page = browsers.signed_in("learner172", DESKTOP)
    start_final_quiz(page, READING.rsplit("/", 1)[1])
    check(walk(page), ["skip", "brand", "exercise", "slots", "hand in"])
    page.goto(page.url)
    # one of the two is on every paper that can be drawn
    field = page.locator("[data-slot] input[type=radio], [data-slot] select").first
    number = field.evaluate("field => field.closest('[data-slot]').dataset.slot")
    field.focus()
    page.keyboard.press("ArrowDown")
    chip(page, number, "stored").wait_for()
