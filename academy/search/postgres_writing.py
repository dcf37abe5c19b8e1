"""Writing the index that PostgreSQL keeps: generations as rows, one transaction per batch."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql

from academy.kernel import clock
from academy.search.analysis import Compounds
from academy.search.backend import Applied, IndexDamaged, Replace, SearchDoc, WriterBusy
from academy.search.compound_lexicon import InBuildingOrder
from academy.search.postgres_terms import row_of
from academy.search.postgres_view import ENTRY, GENERATION, TERM, Connections
from academy.search.state import check_turn, checked, meta_of

KEPT = timedelta(minutes=10)  # a replaced generation, for readers that are slow
SEEN = timedelta(seconds=60)  # a deleted document, for readers that look at the state before
BUILDER_LOST = timedelta(minutes=2)
AT_ONCE = 200
BUILD_LOCK = 0x61636164  # any number of our own

_CURRENT = select(GENERATION).where(GENERATION.c.is_current)
_COUNT_TERMS = text(
    "INSERT INTO search_term (generation_id, field, term, documents, state)"
    " SELECT :generation, CASE left(word, 1) WHEN 't' THEN 'title' ELSE 'body' END, substr(word, 3), sum(ndoc), 0"
    " FROM ts_stat(:vectors) WHERE left(word, 1) = 't' OR substr(word, 3, 1) NOT IN ('_', ':', '#')"
    " GROUP BY 2, 3"
)


def current(connection: Connection, *, lock: bool = False) -> Row[Any]:
    """The generation in use.

    Raises:
        IndexDamaged: there is none that can be used.
    """
    found = connection.execute(_CURRENT.with_for_update() if lock else _CURRENT).first()
    if found is None:
        raise IndexDamaged("there is no index yet")
    if found.damage:
        raise IndexDamaged(found.damage)
    checked(found.meta)
    return found


def write_batch(
    connections: Connections, batch: Sequence[Replace], before: Applied, after: Applied, token: int
) -> None:
    """Replace groups of documents.

    Raises:
        IndexDamaged: there is no index.
        WriterBusy: see :func:`academy.search.state.check_turn`.
    """
    with connections.reading() as connection:
        compounds = Compounds(current(connection).lexicon)
    rows, added = _rows([doc for change in batch for doc in change.docs], compounds)
    with connections.writing() as connection:
        generation = current(connection, lock=True)
        check_turn(generation.meta, before, token)
        state = generation.state + 1
        groups = [change.group for change in batch]
        connection.execute(
            update(ENTRY)
            .where(
                ENTRY.c.generation_id == generation.id, ENTRY.c.group_ref.in_(groups), ENTRY.c.gone.is_(None)
            )
            .values(gone=state, gone_at=clock.now(), changed=state)
        )
        _insert(connection, generation.id, rows, generation.numbers, state)
        if added:
            terms = [
                {"generation_id": generation.id, "field": field, "term": term, "documents": 1, "state": state}
                for field, term in sorted(added)
            ]
            connection.execute(postgresql.insert(TERM).on_conflict_do_nothing(), terms)
        purged = connection.execute(
            delete(ENTRY)
            .where(ENTRY.c.generation_id == generation.id, ENTRY.c.gone_at < clock.now() - SEEN)
            .returning(ENTRY.c.gone)
        ).scalars()
        connection.execute(
            update(GENERATION)
            .where(GENERATION.c.id == generation.id)
            .values(
                meta=meta_of(after, token),
                state=state,
                numbers=generation.numbers + len(rows),
                purged_at_state=max(purged, default=generation.purged_at_state),
            )
        )


def build(connections: Connections, docs: Iterable[SearchDoc], applied: Applied, token: int) -> int:
    """Write a generation beside the one in use; its id. Each batch is a transaction of its own.

    Raises:
        WriterBusy: another process builds one.
    """
    generation = _begin(connections)
    try:
        ordered = InBuildingOrder(docs)
        numbers = 0
        for some in _by_number(iter(ordered), AT_ONCE):
            rows = [row_of(doc, compounds)[0] for doc, compounds in some]
            with connections.writing() as connection:
                _insert(connection, generation, rows, numbers, 0)
                _beat(connection, generation)
            numbers += len(rows)
        with connections.writing() as connection:
            _finish(connection, generation, numbers, ordered.compounds, meta_of(applied, token))
    except BaseException:
        with connections.writing() as connection:
            connection.execute(delete(GENERATION).where(GENERATION.c.id == generation))
        raise
    return generation


def _begin(connections: Connections) -> int:
    """A new generation, if nobody builds one; those that nobody needs go."""
    now = clock.now()
    with connections.writing() as connection:
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": BUILD_LOCK})
        building = GENERATION.c.is_whole.is_(False)
        alive = connection.execute(
            select(GENERATION.c.id).where(building, GENERATION.c.beat_at >= now - BUILDER_LOST)
        ).first()
        if alive is not None:
            raise WriterBusy("another process builds an index")
        unused = building | (GENERATION.c.is_current.is_(False) & (GENERATION.c.beat_at < now - KEPT))
        connection.execute(delete(GENERATION).where(unused))
        new = {"meta": {}, "lexicon": [], "beat_at": now, "is_current": False, "is_whole": False}
        new |= {"state": 0, "numbers": 0, "purged_at_state": 0}
        return connection.execute(insert(GENERATION).returning(GENERATION.c.id), new).scalar_one()


def _beat(connection: Connection, generation: int) -> None:
    kept = connection.execute(
        update(GENERATION)
        .where(GENERATION.c.id == generation)
        .values(beat_at=clock.now())
        .returning(GENERATION.c.id)
    ).first()
    if kept is None:
        raise WriterBusy("another process has taken the building over")


def _finish(connection: Connection, generation: int, numbers: int, compounds: Compounds, meta: dict) -> None:
    vectors = f"SELECT terms FROM search_entry WHERE generation_id = {generation:d}"
    connection.execute(_COUNT_TERMS, {"generation": generation, "vectors": vectors})
    connection.execute(
        update(GENERATION)
        .where(GENERATION.c.id == generation)
        .values(
            meta=meta, lexicon=sorted(compounds.lexicon), numbers=numbers, is_whole=True, beat_at=clock.now()
        )
    )
    connection.execute(text("ANALYZE search_entry"))


def activate(connections: Connections, generation: int) -> None:
    """Let readers use a generation."""
    with connections.writing() as connection:
        connection.execute(_CURRENT.with_for_update())
        connection.execute(
            update(GENERATION)
            .where(GENERATION.c.is_current | (GENERATION.c.id == generation))
            .values(is_current=GENERATION.c.id == generation, beat_at=clock.now())
        )


def note_damage(connections: Connections, generation: int, reason: str) -> None:
    """Have everybody see that a generation cannot be read."""
    with connections.writing() as connection:
        connection.execute(
            update(GENERATION).where(GENERATION.c.id == generation).values(damage=reason[:500])
        )


def size_in_bytes(connection: Connection) -> int:
    """What the index takes on disk, all generations together."""
    return connection.scalar(
        select(func.pg_total_relation_size("search_entry") + func.pg_total_relation_size("search_term"))
    )


def _rows(docs: Iterable[SearchDoc], compounds: Compounds) -> tuple[list[dict], set[tuple[str, str]]]:
    made = [row_of(doc, compounds) for doc in docs]
    return [row for row, _added in made], {term for _row, added in made for term in added}


def _insert(connection: Connection, generation: int, rows: Sequence[dict], first: int, state: int) -> None:
    if not rows:
        return
    own = {"generation_id": generation, "born": state, "changed": state, "gone": None, "gone_at": None}
    numbered = [row | own | {"number": number} for number, row in enumerate(rows, start=first)]
    connection.execute(insert(ENTRY).values(terms=bindparam("terms")), numbered)


def _by_number(items: Iterator[Any], number: int) -> Iterator[list[Any]]:
    while some := list(islice(items, number)):
        yield some
