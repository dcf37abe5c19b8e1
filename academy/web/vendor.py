"""Refresh the third-party files that the pages are served with.

``python -m academy.web.vendor [fonts|icons|scripts|tests] …`` asks the machine's own npm client for the
pinned packages and rewrites the files made from them. Nothing is fetched while the academy runs; the
results are kept in the repository beside their licences.

    static/fonts/      reading and interface faces, see :mod:`academy.web.typefaces`
    static/vendor/     htmx
    templates/icons.html   the curated icons as one Jinja mapping, name -> SVG paths
    tests/vendor/      axe-core, which judges accessibility in the browser tests
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from academy.kernel.safe_archive import unpack_tar

MOST_UNPACKED = 512 * 1024 * 1024

PINNED = {
    "@fontsource/be-vietnam-pro": "5.3.0",
    "@fontsource-variable/source-serif-4": "5.3.1",
    "@fontsource/jetbrains-mono": "5.3.0",
    "htmx.org": "2.0.11",
    "@tabler/icons": "3.51.0",
    "axe-core": "4.14.1",
}

WEB = Path(__file__).resolve().parent
STATIC = WEB / "static"
TEST_VENDOR = WEB.parents[1] / "tests" / "vendor"

ICONS = """
adjustments-horizontal alert-circle alert-triangle archive arrow-back-up arrow-down arrow-left arrow-right
arrow-up arrows-sort award ban bell book-2 bookmark books briefcase building building-community bulb
calendar calendar-due calendar-event certificate chart-bar chart-line check checkbox chevron-down
chevron-left chevron-right chevron-up circle circle-check circle-x clipboard-check clipboard-list clock
clock-hour-4 cloud-check cloud-off cloud-up cloud-x copy database device-desktop device-floppy device-mobile
dots download drag-drop edit external-link eye eye-off file-check file-description file-export file-import
file-text file-x filter flag folder gavel git-compare grip-vertical hand-stop help-circle history home
hourglass id-badge-2 inbox info-circle key keyboard language link list list-check lock lock-open login
logout mail map-pin menu-2 message messages microphone mood-smile moon notes pencil percentage phone
player-pause player-play plus printer qrcode quote refresh replace report report-analytics rosette-discount-check
rotate-clockwise route scale school search send settings shield-check signature sitemap speakerphone stack-2
star sun table table-export target-arrow trash trending-down trending-up upload user user-check user-circle
user-minus user-plus users users-group volume wifi-off world writing x zoom-question
""".split()


class VendorError(RuntimeError):
    """A package could not be brought in, or does not hold what is expected of it."""


def unpack(package: str, folder: Path) -> Path:
    """Bring one pinned package through ``npm pack`` and return the folder of its files."""
    version = PINNED[package]
    command = ["npm", "pack", f"{package}@{version}", "--silent", "--pack-destination", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VendorError(f"npm pack {package}@{version} failed: {done.stderr.strip()}")
    archive = folder / done.stdout.split()[-1]
    target = folder / archive.stem
    unpack_tar(archive, target, most_bytes=MOST_UNPACKED)
    return target / "package"


def refresh_fonts(folder: Path) -> None:
    """Cut the faces to Latin and Vietnamese and write them as woff2 with their licences."""
    from academy.web import typefaces

    target = STATIC / "fonts"
    for family in typefaces.FAMILIES:
        source = unpack(family.package, folder)
        for face in family.faces:
            typefaces.build(family, face, source / "files", target / face.file)
        shutil.copyfile(source / "LICENSE", target / f"{family.stem}.LICENSE.txt")


def refresh_icons(folder: Path) -> None:
    """Write the curated icons as one template that only defines ``ICONS``."""
    source = unpack("@tabler/icons", folder)
    rows = [f"  \"{name}\": '{_paths(source / 'icons' / 'outline' / f'{name}.svg')}'," for name in ICONS]
    licence = (source / "LICENSE").read_text(encoding="utf-8").strip()
    text = "\n".join(
        [
            f"{{#- Icons of Tabler {PINNED['@tabler/icons']}, drawn on 24 × 24 with a line of 2.",
            "    Written by python -m academy.web.vendor icons; add a name there, not here.",
            "",
            licence,
            "-#}",
            "{%- set ICONS = {",
            *rows,
            "} -%}",
            "",
        ]
    )
    (WEB / "templates" / "icons.html").write_text(text, encoding="utf-8")


def _paths(svg: Path) -> str:
    """The drawing inside one Tabler SVG, without the invisible bounding box."""
    inner = re.search(r"<svg[^>]*>(.*)</svg>", svg.read_text(encoding="utf-8"), re.DOTALL)
    if inner is None or "'" in inner[1]:
        raise VendorError(f"{svg.name} is not the plain drawing this script expects")
    marks = re.sub(r'<path stroke="none"[^>]*/>', "", inner[1])
    return re.sub(r"\s*/>", "/>", re.sub(r">\s+<", "><", re.sub(r"\s+", " ", marks))).strip()


def refresh_scripts(folder: Path) -> None:
    """Copy htmx, minified, with its licence."""
    source = unpack("htmx.org", folder)
    target = STATIC / "vendor"
    shutil.copyfile(source / "dist" / "htmx.min.js", target / "htmx.min.js")
    shutil.copyfile(source / "LICENSE", target / "htmx.LICENSE.txt")


def refresh_tests(folder: Path) -> None:
    """Copy axe-core for the browser tests, with its licence."""
    source = unpack("axe-core", folder)
    TEST_VENDOR.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source / "axe.min.js", TEST_VENDOR / "axe.min.js")
    shutil.copyfile(source / "LICENSE", TEST_VENDOR / "axe.LICENSE.txt")


PARTS: dict[str, Callable[[Path], None]] = {
    "fonts": refresh_fonts,
    "icons": refresh_icons,
    "scripts": refresh_scripts,
    "tests": refresh_tests,
}


def main(arguments: list[str]) -> int:
    """Refresh the named parts, or all; returns the exit status."""
    unknown = [name for name in arguments if name not in PARTS]
    if unknown:
        print(f"unknown part {', '.join(unknown)}; known: {', '.join(PARTS)}", file=sys.stderr)
        return 2
    for folder in (STATIC / "fonts", STATIC / "vendor"):
        folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        for name in arguments or PARTS:
            PARTS[name](Path(scratch))
            print(f"refreshed {name}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
