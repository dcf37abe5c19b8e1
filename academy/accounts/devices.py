"""What a browser calls itself, as people would call it."""

from __future__ import annotations

__all__ = ["name_of_device"]

# the first that is found counts: browsers also bear the names of those they descend from
_BROWSERS = (
    ("Zalo", "Zalo"),
    ("coc_coc_browser", "Cốc Cốc"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("SamsungBrowser", "Samsung Internet"),
    ("Firefox", "Firefox"),
    ("FxiOS", "Firefox"),
    ("Chrome", "Chrome"),
    ("CriOS", "Chrome"),
    ("Safari", "Safari"),
)
_SYSTEMS = (
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Android", "Android"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("CrOS", "ChromeOS"),
    ("Linux", "Linux"),
)


def name_of_device(agent: str) -> str:
    """A User-Agent header as browser and system, ``"Chrome, Android"``; the header itself if neither is known."""
    found = [next((name for mark, name in known if mark in agent), "") for known in (_BROWSERS, _SYSTEMS)]
    return ", ".join(name for name in found if name) or agent[:40]
