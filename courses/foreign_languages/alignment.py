"""A dictated sentence, in all its accepted readings, laid beside what a learner wrote.

The transcript is a chain of words. Wherever an accepted reading or a contraction differs from it, a
side path leads round the words it replaces, so readings may be mixed: who may write ``40,000`` for
*forty thousand* and ``đồng`` for *dong* may do both. The alignment is the Needleman–Wunsch recursion
over that net, at cost 1 for each word missing, extra or different.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from courses.foreign_languages.error_classes import EXTRA, MISSING, WordRules
from courses.foreign_languages.words import Word, words_of

__all__ = ["Alignment", "Pair", "Reading", "align", "readings_of"]


@dataclass(frozen=True, slots=True)
class Pair:
    """One place of the alignment: what was said, what was written, and the class of the error, if any."""

    expected: str | None
    given: str | None
    error: str | None


@dataclass(frozen=True, slots=True)
class Alignment:
    """The reading with the fewest errors, beside the answer.

    Attributes:
        words: words of that reading.
        errors: places with an error.
    """

    pairs: tuple[Pair, ...]
    words: int
    errors: int


@dataclass(frozen=True, slots=True)
class SidePath:
    """Words that may stand for ``transcript[start:end]``; none at all: those may be left out."""

    start: int
    end: int
    words: tuple[Word, ...]


@dataclass(frozen=True, slots=True)
class Reading:
    """The transcript and the side paths round parts of it."""

    words: tuple[Word, ...]
    side_paths: tuple[SidePath, ...]


def readings_of(
    transcript: str, accepted: Iterable[str], contractions: Iterable[Sequence[str]], language: str
) -> Reading:
    """All accepted readings of a sentence.

    Args:
        accepted: other ways to write the whole sentence.
        contractions: pairs of a long and a short form that are both right.
    """
    words = tuple(words_of(transcript, language))
    paths: dict[tuple, SidePath] = {}
    for path in (
        *_differences(words, accepted, language),
        *_contracted(words, contractions, language),
    ):
        paths.setdefault((path.start, path.end, tuple(word.key for word in path.words)), path)
    return Reading(words, tuple(paths.values()))


def _differences(words: tuple[Word, ...], accepted: Iterable[str], language: str) -> Iterator[SidePath]:
    keys = [word.key for word in words]
    for sentence in accepted:
        other = tuple(words_of(sentence, language))
        matcher = SequenceMatcher(None, keys, [word.key for word in other], autojunk=False)
        for kind, start, end, first, last in matcher.get_opcodes():
            if kind == "equal":
                continue
            if start < end:
                yield SidePath(start, end, other[first:last])
            elif start < len(words):  # something is added: it takes its neighbour along
                yield SidePath(start, start + 1, (*other[first:last], words[start]))
            elif words:
                yield SidePath(start - 1, start, (words[start - 1], *other[first:last]))


def _contracted(
    words: tuple[Word, ...], contractions: Iterable[Sequence[str]], language: str
) -> Iterator[SidePath]:
    keys = [word.key for word in words]
    for pair in contractions:
        forms = [tuple(words_of(form, language)) for form in pair]
        for form in forms:
            wanted = [word.key for word in form]
            for start in range(len(keys) - len(wanted) + 1):
                if wanted and keys[start : start + len(wanted)] == wanted:
                    for other in forms:
                        if other is not form:
                            yield SidePath(start, start + len(wanted), other)


# --- the recursion --------------------------------------------------------------------------------

_Cost = tuple[int, int, int]  # errors, dissimilarity, side paths taken
_WORST: _Cost = (1 << 30, 0, 0)
_GAP = 5  # dissimilarity of a word missing or extra: between a slip and another word


@dataclass(frozen=True, slots=True)
class _Arc:
    """A step of the net to a node: over one word, or over none where words may be left out."""

    source: int
    word: Word | None
    detour: int = 0


def _net(reading: Reading) -> list[list[_Arc]]:
    """The arcs that enter each node, nodes in an order in which every arc leads onwards.

    Node 0 is the beginning of the sentence, the last node its end.
    """
    names: list[tuple[int, int, int]] = [(place, 0, 0) for place in range(len(reading.words) + 1)]
    for number, path in enumerate(reading.side_paths, 1):
        names += [(path.start, number, step) for step in range(1, len(path.words))]
    order = {name: index for index, name in enumerate(sorted(names))}
    arcs: list[list[_Arc]] = [[] for _ in order]
    for place, word in enumerate(reading.words):
        arcs[order[place + 1, 0, 0]].append(_Arc(order[place, 0, 0], word))
    for number, path in enumerate(reading.side_paths, 1):
        source, end = order[path.start, 0, 0], order[path.end, 0, 0]
        for step, word in enumerate(path.words, 1):
            target = end if step == len(path.words) else order[path.start, number, step]
            arcs[target].append(_Arc(source, word, detour=int(step == 1)))
            source = target
        if not path.words:
            arcs[end].append(_Arc(source, None, detour=1))
    return arcs


def align(reading: Reading, given: Sequence[Word], rules: WordRules) -> Alignment:
    """Lay an answer beside the reading that fits it with the fewest errors.

    Among equally few errors the alignment with the more similar words is taken, then the one nearer to
    the transcript. Time and space grow with the size of the net times the length of the answer.
    """
    arcs = _net(reading)
    costs: list[list[_Cost]] = []
    steps: list[list[tuple[int, int, _Arc | None]]] = []
    for node, entering in enumerate(arcs):
        row, back = [_WORST] * (len(given) + 1), [(-1, -1, None)] * (len(given) + 1)
        if node == 0:
            row[0] = (0, 0, 0)
        for place in range(len(given) + 1):
            for cost, step in _ways(node, place, entering, costs, row, given, rules):
                if cost < row[place]:
                    row[place], back[place] = cost, step
        costs.append(row)
        steps.append(back)
    return _traced(steps, given, rules)


def _ways(
    node: int,
    place: int,
    entering: Sequence[_Arc],
    costs: Sequence[Sequence[_Cost]],
    row: Sequence[_Cost],
    given: Sequence[Word],
    rules: WordRules,
) -> Iterator[tuple[_Cost, tuple[int, int, _Arc | None]]]:
    """Every way to reach a node having used ``place`` words of the answer, with its cost."""
    for arc in entering:
        source = costs[arc.source]
        if arc.word is None:
            yield _plus(source[place], 0, 0, arc.detour), (arc.source, place, arc)
            continue
        if place > 0:
            unlike = rules.dissimilarity(arc.word, given[place - 1])
            yield _plus(source[place - 1], int(unlike > 0), unlike, arc.detour), (arc.source, place - 1, arc)
        yield _plus(source[place], 1, _GAP, arc.detour), (arc.source, place, arc)
    if place > 0:
        yield _plus(row[place - 1], 1, _GAP, 0), (node, place - 1, None)


def _plus(cost: _Cost, errors: int, unlike: int, detour: int) -> _Cost:
    return cost[0] + errors, cost[1] + unlike, cost[2] + detour


def _traced(
    steps: Sequence[Sequence[tuple[int, int, _Arc | None]]], given: Sequence[Word], rules: WordRules
) -> Alignment:
    node, place = len(steps) - 1, len(given)
    pairs: list[Pair] = []
    while (node, place) != (0, 0):
        source, before, arc = steps[node][place]
        if arc is None:
            pairs.append(Pair(None, given[before].text, EXTRA))
        elif arc.word is not None and before < place:
            written = given[before]
            pairs.append(Pair(arc.word.text, written.text, rules.classify(arc.word, written)))
        elif arc.word is not None:
            pairs.append(Pair(arc.word.text, None, MISSING))
        node, place = source, before
    pairs.reverse()
    return Alignment(
        pairs=tuple(pairs),
        words=sum(pair.expected is not None for pair in pairs),
        errors=sum(pair.error is not None for pair in pairs),
    )
