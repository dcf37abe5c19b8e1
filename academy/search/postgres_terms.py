"""Terms as lexemes of a ``tsvector``: one for each term of a document, which tells field, weight and term.

``b3_can_bo`` stands for the pair ``can bo`` in a body at weight level 3. So the index alone (GIN) says in which
documents a term has which weight, and PostgreSQL never opens a document to rank it: its own ``ts_rank`` reads the
whole vector of every document found.
"""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Mapping

from academy.search.analysis import Compounds
from academy.search.backend import SearchDoc
from academy.search.fields import body_terms, stored_values, title_terms

LEVELS = {"title": (1.0, 2.0, 3.0), "body": (0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 13.0)}
LONGEST_TERM = 200
MOST_BYTES = (
    900_000  # PostgreSQL takes no vector beyond 1 MB: of a whole library in one document, the rarest go
)


def lexeme(field: str, level: int, term: str) -> str:
    """The lexeme of a term at a level of weight."""
    return f"{field[0]}{level}{term}"


def quoted(text: str) -> str:
    """A lexeme as a ``tsquery`` or a part of a ``tsvector``."""
    return "'" + text.replace("\\", "\\\\").replace("'", "''") + "'"


def lexemes_of(field: str, term: str) -> list[str]:
    """The lexemes of a term at every level."""
    return [lexeme(field, level, term) for level in range(len(LEVELS[field]))]


def weight_of(found: str) -> float:
    """The weight that a lexeme stands for."""
    field = "title" if found[0] == "t" else "body"
    return LEVELS[field][int(found[1])]


def vector(terms_by_field: Mapping[str, Counter[str]]) -> str:
    """A ``tsvector`` literal."""
    weighted = [
        (weight, lexeme(field, max(0, bisect_right(LEVELS[field], weight) - 1), term))
        for field, terms in terms_by_field.items()
        for term, weight in terms.items()
        if len(term) <= LONGEST_TERM
    ]
    size, kept = 0, []
    for _weight, one in sorted(weighted, key=lambda each: -each[0]):
        size += len(one.encode()) + 4
        if size > MOST_BYTES:
            break
        kept.append(quoted(one))
    return " ".join(kept)


def continued(terms_by_field: Mapping[str, Iterable[str]]) -> set[tuple[str, str]]:
    """Terms by which beginnings of words go on: all of titles, and the words of bodies."""
    return {
        (field, term)
        for field, terms in terms_by_field.items()
        for term in terms
        if len(term) <= LONGEST_TERM and (field == "title" or is_word(term))
    }


def is_word(term: str) -> bool:
    """Whether a term is a word as it stands, not a pair, a stem or a number."""
    return term[:1] not in "_:#"


def row_of(doc: SearchDoc, compounds: Compounds) -> tuple[dict, set[tuple[str, str]]]:
    """A document as a row of ``search_entry``, and what it adds to the lexicon."""
    terms = {"title": title_terms(doc, compounds), "body": body_terms(doc, compounds)}
    row = {
        "ref": doc.ref,
        "group_ref": doc.group,
        "values": {
            "module": doc.module, "course": doc.course, "lang": doc.lang, "tag": list(doc.tags),
            "label": list(doc.labels),
        },
        "title_length": float(sum(terms["title"].values())),
        "body_length": float(sum(terms["body"].values())),
        "terms": vector(terms),
        "data": stored_values(doc),
    }  # fmt: skip
    return row, continued(terms)
