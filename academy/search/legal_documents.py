"""The legal register as documents of the index: number, title, issuer and dates, in every language there is a title in."""

from collections.abc import Iterator
from datetime import date

from academy.catalog.views import LegalRow
from academy.kernel.text import nfc
from academy.search.backend import Passage, SearchDoc

# of the text and not of its reader, as the words within lessons are
_WORDS = {
    "vi": ("ban hành", "có hiệu lực từ", "đến hết"),
    "en": ("issued", "in force from", "until"),
    "de": ("ausgestellt am", "in Kraft ab", "bis"),
}


def legal_group(document_id: int) -> str:
    """The group of a legal document in all its languages."""
    return f"legal:{document_id}"


def legal_documents(document_id: int, row: LegalRow) -> Iterator[SearchDoc]:
    """What can be found of an entry of the register; its validity is told by its page, not here: it changes overnight."""
    for lang, title in row.title.items():
        issuer = row.issuer.get(lang) or next(iter(row.issuer.values()), "")
        yield SearchDoc(
            ref=f"legal:{document_id}:{lang}",
            group=legal_group(document_id),
            kind="legal",
            lang=lang,
            title=nfc(f"{row.number} – {title}"),
            path=f"/legal/{row.slug}",
            passages=(Passage("", nfc(f"{issuer}; {_dates(row, lang)}.")),),
            extra={"number": row.number},
        )


def _dates(row: LegalRow, lang: str) -> str:
    issued, since, until = _WORDS.get(lang, _WORDS["en"])
    named = ((issued, row.issued), (since, row.effective), (until, row.until))
    return ", ".join(f"{word} {_day(day)}" for word, day in named if day is not None)


def _day(day: date) -> str:
    return f"{day.day}/{day.month}/{day.year}"
