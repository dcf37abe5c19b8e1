"""What is asked of every page: accessible in both themes and at both widths, nothing sticking out sideways."""

from __future__ import annotations

from pathlib import Path
from typing import Any

AXE = (Path(__file__).parents[1] / "vendor" / "axe.min.js").read_text(encoding="utf-8")
STANDARDS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# the themes differ in colours alone
COLOURS = ["color-contrast", "link-in-text-block"]
WIDTHS = {"desktop": (1280, 800), "phone": (390, 844)}
NARROWEST = 320

# colours on their way from one theme to the other are of neither
_STILL = """() => { const rules = new CSSStyleSheet();
  rules.replaceSync("*, *::before, *::after { transition: none !important; animation: none !important }");
  document.adoptedStyleSheets = [rules]; }"""
_RUN = """(only) => axe.run(document, {runOnly: only, resultTypes: ["violations"]}).then(({violations}) =>
  violations.flatMap(({id, help, nodes}) => nodes.map((node) => `${id}: ${help}: ${node.html.slice(0, 160)}`)))"""
_WIDER = """() => {
  const room = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= room) return [];
  return [...document.querySelectorAll("body *")].filter((node) => node.getBoundingClientRect().right > room + 1)
    .slice(0, 5).map((node) => node.outerHTML.slice(0, 120));
}"""


def inspect(page: Any) -> None:
    """Look at the page as it stands; it is left narrow and dark.

    Raises:
        AssertionError: something is not as it should be; the message lists every fault.
    """
    page.wait_for_load_state("load")
    page.evaluate(_STILL)
    page.evaluate(AXE)
    faults = []
    for device, (width, height) in WIDTHS.items():
        page.set_viewport_size({"width": width, "height": height})
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            only = (
                {"type": "tag", "values": STANDARDS}
                if theme == "light"
                else {"type": "rule", "values": COLOURS}
            )
            faults += [f"{device}, {theme}: {fault}" for fault in page.evaluate(_RUN, only)]
        faults += [f"{device}: wider than the window: {node}" for node in page.evaluate(_WIDER)]
    page.set_viewport_size({"width": NARROWEST, "height": 568})
    faults += [f"{NARROWEST} px: wider than the window: {node}" for node in page.evaluate(_WIDER)]
    assert not faults, f"{page.url}\n" + "\n".join(faults)
