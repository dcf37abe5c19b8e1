"""Which documents answer a plan: conditions that every engine evaluates in its own way.

Vietnamese is found by its pairs of syllables, German and English by their words. A document needs all words,
or the greater part of the pairs; if none has, weaker measures are tried, one after the other. The rule stands
here once: the scorer evaluates it on arrays, Tantivy as a query.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from academy.search.plan import Alternative, Pair, Plan, Unit

VIETNAMESE = frozenset(["vi"])


@dataclass(frozen=True, slots=True)
class Holds:
    """Any of the terms stands in the title or, unless ``title``, in the text."""

    terms: tuple[str, ...]
    title: bool = False


@dataclass(frozen=True, slots=True)
class Facet:
    """The facet ``field`` has one of the values."""

    field: str
    values: frozenset[str]


@dataclass(frozen=True, slots=True)
class AtLeast:
    """At least so many of the conditions."""

    least: int
    of: tuple["Condition", ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    of: "Condition"


Condition = Holds | Facet | AtLeast | Not

ALWAYS = AtLeast(0)
NEVER = AtLeast(1)


def all_of(*conditions: Condition) -> Condition:
    """All conditions; ``ALWAYS`` if there are none."""
    left = tuple(dict.fromkeys(one for one in conditions if one != ALWAYS))
    return left[0] if len(left) == 1 else AtLeast(len(left), left)


def any_of(*conditions: Condition) -> Condition:
    """One of the conditions; ``NEVER`` if there are none."""
    left = tuple(dict.fromkeys(one for one in conditions if one != NEVER))
    return left[0] if len(left) == 1 else AtLeast(1, left)


def hit(unit: Unit) -> Condition:
    """The document holds what a unit asks for, in whatever form."""
    if unit.every:
        return all_of(*(Holds((term,), unit.title) for term in unit.every))
    return any_of(Holds(unit.exact + unit.loose, unit.title), *named_otherwise(unit))


def as_meant(unit: Unit) -> Condition:
    """The document holds it as typed, or by another name."""
    return any_of(Holds(unit.exact, unit.title), *named_otherwise(unit))


def named_otherwise(asked: Unit | Pair) -> list[Condition]:
    """The other names of what was typed, for each that all its terms are there."""
    return [together(group, asked.title) for group in asked.instead]


def together(group: tuple[str, ...], title: bool) -> Condition:
    """All terms of a group."""
    return all_of(*(Holds((term,), title) for term in group))


def silent(unit: Unit) -> Condition:
    """The unit says nothing in the document's language."""
    return Facet("lang", unit.neutral) if unit.neutral else NEVER


def forbidden(plan: Plan) -> Condition:
    """The document holds what was excluded, as typed: marks count if there are any."""
    return any_of(*(hit(unit) if unit.every else Holds(unit.exact, unit.title) for unit in plan.excluded))


def paired(alternative: Alternative) -> tuple[Condition, ...]:
    """Each pair of neighbouring words."""
    return tuple(any_of(Holds(pair.terms, pair.title), *named_otherwise(pair)) for pair in alternative.pairs)


@dataclass(frozen=True, slots=True)
class Rule:
    """When a document answers an alternative.

    Attributes:
        required: always (phrases and numbers).
        measures: the strictest first, by name; the first that any wanted document passes decides.
        rest: what suffices if no document passes any.
        marks: for each marked word that occurs at all: it stands there with its marks.
    """

    required: Condition
    measures: tuple[tuple[str, Condition], ...]
    rest: Condition
    marks: tuple[Condition, ...] = field(default=())


def rule(alternative: Alternative, exists: Callable[[Condition], bool]) -> Rule:
    """The rule of an alternative; ``exists`` tells whether any document that the reader wants fulfils a condition.

    Syllables scattered over a Vietnamese text are not its words, so there the pairs decide if there are any.
    """
    units = alternative.units
    hits = [hit(unit) for unit in units]
    answered = [any_of(one, silent(unit)) for one, unit in zip(hits, units, strict=True)]
    spoken = any_of(*hits)  # words that say nothing answer beside others, not alone
    required = all_of(*(one for one, unit in zip(hits, units, strict=True) if unit.every))
    if any(unit.decisive for unit in units):
        return Rule(required, (), spoken)
    known = [exists(one) for one in hits]
    marks = tuple(
        any_of(as_meant(unit), silent(unit))
        for unit, is_known in zip(units, known, strict=True)
        if unit.marked and is_known
    )
    vietnamese = Facet("lang", VIETNAMESE)
    said = all(unit.neutral for unit in units)  # else who answers all units holds one of the words
    full = all_of(*answered, spoken if said else ALWAYS)
    spelled = any_of(all_of(*marks), Not(vietnamese))
    scattered = all_of(full, spelled)
    pairs = paired(alternative)
    half_of_pairs = AtLeast(max(1, (len(pairs) + 1) // 2), pairs)
    first = scattered
    if len(units) == 1:
        first = full
    elif pairs:
        first = any_of(all_of(vietnamese, half_of_pairs, spoken), all_of(Not(vietnamese), full))
    unknown = known.count(False)
    measures = [("all words", first), ("all words, scattered", scattered)]
    if unknown and 2 * unknown <= len(units):
        most = AtLeast(len(units) - unknown, tuple(answered))
        measures.append(("all words that occur at all", all_of(most, spoken, spelled)))
    half = all_of(AtLeast((len(units) + 1) // 2, tuple(answered)), spoken) if len(units) > 2 else NEVER
    return Rule(required, tuple(measures), any_of(half, *pairs), marks)


def decided(rule: Rule, exists: Callable[[Condition], bool]) -> tuple[str, Condition]:
    """The measure that decides, by name, and the whole condition."""
    for name, measure in rule.measures:
        condition = all_of(rule.required, measure)
        if exists(condition):
            return name, condition
    return "some of the words", all_of(rule.required, rule.rest)
