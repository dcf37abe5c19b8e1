"""The fields of a page's forms, as a browser without scripts would send them."""

from __future__ import annotations

from html.parser import HTMLParser

from werkzeug.datastructures import MultiDict


class Fields(HTMLParser):
    """``values``: what would be sent; ``names``: every field; ``buttons`` and ``forms``: their attributes."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.values: MultiDict[str, str] = MultiDict()
        self.names: set[str] = set()
        self.buttons: list[dict] = []
        self.forms: list[dict] = []
        self._select = ""
        self._textarea = ""
        self._options = 0
        self.feed(html)

    def handle_starttag(self, tag, pairs):
        found = dict(pairs)
        name = found.get("name") or ""
        if tag == "form":
            self.forms.append(found)
        elif tag == "button":
            self.buttons.append(found)
        elif tag == "select":
            self._select, self._options = name, 0
            self.names.add(name)
        elif tag == "option" and self._select:
            if not self._options or "selected" in found:
                self.values[self._select] = found.get("value", "")
            self._options += 1
        elif tag == "textarea":
            self._textarea = name
            self.names.add(name)
            self.values[name] = ""
        elif tag == "input" and name:
            self.names.add(name)
            if found.get("type") not in ("radio", "checkbox") or "checked" in found:
                self.values.add(name, found.get("value") or "")

    def handle_data(self, data):
        if self._textarea:
            # a browser leaves out the line break that follows the tag
            self.values[self._textarea] += data.removeprefix("\n") if not self.values[self._textarea] else data

    def handle_endtag(self, tag):
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._textarea = ""
