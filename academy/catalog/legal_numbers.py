"""Numbers of legal documents: one spelling for comparing, one for addresses, one for citing an article."""

import re

from academy.kernel.text import fold, slug

__all__ = ["article_label", "fold_number", "is_article", "number_slug"]

_DASHES = str.maketrans({"‐": "-", "‑": "-", "–": "-", "—": "-", "−": "-"})
_ARTICLE = re.compile(
    r"(?:d(?P<article>\d+[a-z]?))(?:\.k(?P<clause>\d+[a-z]?))?(?:\.(?P<point>[a-zđ]))?|pl(?P<annex>\d+|[ivx]+)?"
)

_LABELS = {
    "vi": {"article": "Điều {}", "clause": "khoản {}", "point": "điểm {}", "annex": "Phụ lục {}"},
    "en": {"article": "Article {}", "clause": "clause {}", "point": "point {}", "annex": "Annex {}"},
    "de": {"article": "Artikel {}", "clause": "Absatz {}", "point": "Buchstabe {}", "annex": "Anhang {}"},
}


def fold_number(number: str) -> str:
    """The number as it is compared: ``171/2025/NĐ-CP`` and ``171 / 2025/nd–cp`` → ``171/2025/nd-cp``."""
    return re.sub(r"\s+", "", fold(number.translate(_DASHES)))


def number_slug(number: str) -> str:
    """The number as it stands in addresses: ``171-2025-nd-cp``."""
    return slug(fold_number(number))


def is_article(text: str) -> bool:
    """Whether ``text`` names a place in a document: ``d5``, ``d5.k2``, ``d5.k2.a``, ``pl1``."""
    return _ARTICLE.fullmatch(text) is not None


def article_label(article: str, lang: str) -> str:
    """The place in words, in the order usual in the language: ``d5.k2`` → ``khoản 2 Điều 5``, ``Article 5 clause 2``.

    Empty if there is no place or it is not understood.
    """
    found = _ARTICLE.fullmatch(article)
    if not found:
        return ""
    labels = _LABELS.get(lang, _LABELS["en"])
    parts = [
        labels[name].format(found[name].upper() if name == "annex" else found[name])
        for name in ("article", "clause", "point", "annex")
        if found[name]
    ]
    return " ".join(reversed(parts) if lang == "vi" else parts) or labels["annex"].format("").strip()
