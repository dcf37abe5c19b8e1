"""Message catalogs of the core and of every course module: extract, update, compile.

``python -m academy.web.catalogs extract`` brings the ``.po`` files up to date with the sources;
``compile`` makes the ``.mo`` files that the running academy reads.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
LANGUAGES = ("vi", "de")
KEYWORDS = {"_": None, "_l": None, "_m": None, "_n": (1, 2), "gettext": None, "lazy_gettext": None, "ngettext": (1, 2)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2")]


def packages() -> Iterator[tuple[Path, Path]]:
    """Source folder and catalog folder of the core and of each course module."""
    yield ROOT / "academy", ROOT / "academy" / "translations"
    for plugin in sorted((ROOT / "courses").glob("*/plugin.py")):
        yield plugin.parent, plugin.parent / "translations"


def extract(source: Path) -> Catalog:
    """All messages of a folder's code and templates, by place."""
    template = Catalog(charset="utf-8")
    found = extract_from_dir(str(source), METHODS, keywords=KEYWORDS, comment_tags=("Translators:",))
    for filename, line, message, comments, context in sorted(found, key=lambda row: (row[0], row[1])):
        template.add(message, None, [(filename, line)], auto_comments=comments, context=context)
    return template


def po_file(catalogs: Path, language: str) -> Path:
    return catalogs / language / "LC_MESSAGES" / "messages.po"


def update(source: Path, catalogs: Path) -> None:
    """Bring a package's ``.po`` files up to date; no translation is guessed."""
    template = extract(source)
    for language in LANGUAGES:
        path = po_file(catalogs, language)
        path.parent.mkdir(parents=True, exist_ok=True)
        catalog = read_catalog(path, language)
        template.creation_date = catalog.creation_date
        catalog.update(template, no_fuzzy_matching=True)
        catalog.obsolete.clear()
        with path.open("wb") as file:
            write_po(file, catalog, width=100, omit_header=False, no_location=True, sort_output=True)


def read_catalog(path: Path, language: str) -> Catalog:
    if not path.exists():
        return Catalog(locale=language, charset="utf-8", project="Digital Academy", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def compile_all() -> None:
    """Write the ``.mo`` file beside every ``.po`` file."""
    for _source, catalogs in packages():
        for path in catalogs.glob("*/LC_MESSAGES/messages.po"):
            with path.with_suffix(".mo").open("wb") as file:
                write_mo(file, read_catalog(path, path.parent.parent.name))


def main(arguments: list[str]) -> int:
    if arguments == ["extract"]:
        for source, catalogs in packages():
            update(source, catalogs)
    elif arguments == ["compile"]:
        compile_all()
    else:
        print("usage: python -m academy.web.catalogs extract|compile", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
