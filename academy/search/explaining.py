"""Why a query finds what it finds, in lines for an operator."""

from collections.abc import Iterator, Mapping
from typing import Any

from academy.search.answering import Answering, filters_of, has_phrases, holds_phrases, values_of
from academy.search.backend import Scope
from academy.search.matching import as_meant, forbidden, hit, paired, silent
from academy.search.plan import Alternative, Plan, Unit
from academy.search.query import Query

SHOWN_TERMS = 12
LOOKED_AT = 1000


def explain(answering: Answering, query: Query, limit: int) -> Iterator[str]:
    """The plan and the best documents."""
    plan, filters = answering.plan(query), filters_of(query)
    for alternative in plan.alternatives:
        for unit in alternative.units:
            yield _describe(answering, unit)
        for pair in alternative.pairs:
            yield f"pair: {_counted(answering, pair.terms)}"
        yield f"decides: {answering.measure(plan, alternative, filters)[1]}"
    found = answering.find(plan, filters, None)
    yield f"{found.total} documents"
    for one in found.best(0, limit):
        data = answering.stored(one.document)
        yield f"{one.score:8.3f}  {data['ref']}  {data['title']}"


def explain_document(answering: Answering, query: Query, scope: Scope, ref: str) -> Iterator[str]:
    """Why a document is found at its place, or not at all."""
    document = answering.locate(ref)
    if document is None:
        yield f"The index holds no document {ref}."
        return
    data = answering.stored(document)
    yield f"{ref}  {data['title']}  ({data['kind']}, {data['lang']}, version {data['version']})"
    yield from _explain_scope(answering, document, data, scope)
    filters = filters_of(query)
    for name, values in filters.items():
        held = values_of(data, name)
        passes = _yes(bool(values.intersection(held)))
        yield f"filter {name} in {', '.join(sorted(values))}: {passes} ({', '.join(held) or 'none'})"
    plan = answering.plan(query)
    if plan.replaced:
        yield f"read as: {plan.corrected(query.text)}"
    if plan.excluded:
        yield f"excluded by -: {_yes(answering.holds(document, forbidden(plan)))}"
    for number, alternative in enumerate(plan.alternatives, start=1):
        if len(plan.alternatives) > 1:
            yield f"alternative {number}:"
        yield from _explain_alternative(answering, document, plan, alternative, filters)
    if has_phrases(plan):
        yield f"phrases stand in the text word by word: {_yes(holds_phrases(data, plan))}"
    yield _place(answering, plan, query, ref)


def _explain_scope(
    answering: Answering, document: Any, data: Mapping[str, Any], scope: Scope
) -> Iterator[str]:
    labels = ", ".join(data["labels"]) or "no label"
    if answering.sees(document):
        matching = sorted(scope.labels & set(data["labels"]))
        yield f"may be found: yes (by {'everybody who sees all' if scope.everything else ', '.join(matching)})"
    elif data["course"] in scope.closed:
        yield f"may be found: no (course {data['course']} is closed to this reader)"
    else:
        yield f"may be found: no (its labels are {labels}; the reader has {', '.join(sorted(scope.labels)) or 'none'})"


def _explain_alternative(
    answering: Answering, document: Any, plan: Plan, alternative: Alternative, filters: Mapping
) -> Iterator[str]:
    for unit in alternative.units:
        yield f"{_answer(answering, document, unit):<10}{_describe(answering, unit)}"
    for pair, condition in zip(alternative.pairs, paired(alternative), strict=True):
        answer = "found" if answering.holds(document, condition) else "missing"
        yield f"{answer:<10}pair: {_counted(answering, pair.terms)}"
    rule, decides, condition = answering.measure(plan, alternative, filters)
    for name, measure in rule.measures:
        yield f"{_yes(answering.holds(document, measure)):<10}answers by: {name}"
        if name == decides:
            break
    yield f"{_yes(answering.holds(document, condition)):<10}what decides for this query: {decides}"


def _answer(answering: Answering, document: Any, unit: Unit) -> str:
    if unit.exact and answering.holds(document, as_meant(unit)):
        return "as typed"
    if answering.holds(document, hit(unit)):
        return "found" if unit.every else "loosely"
    return "silent" if answering.holds(document, silent(unit)) else "missing"


def _describe(answering: Answering, unit: Unit) -> str:
    terms = unit.every or unit.exact + unit.loose
    kind = "all of" if unit.every else "any of"
    names = "".join(f"; or all of: {_counted(answering, group)}" for group in unit.instead)
    return f"{kind}: {_counted(answering, terms)}{names}{' in titles' if unit.title else ''}"


def _counted(answering: Answering, terms: tuple[str, ...]) -> str:
    shown = ", ".join(f"{term} ({answering.count(term)})" for term in terms[:SHOWN_TERMS])
    return shown + (f" and {len(terms) - SHOWN_TERMS} more" if len(terms) > SHOWN_TERMS else "")


def _place(answering: Answering, plan: Plan, query: Query, ref: str) -> str:
    found = answering.find(plan, filters_of(query), None)
    best = found.best(0, LOOKED_AT)
    for place, one in enumerate(best, start=1):
        if answering.stored(one.document)["ref"] == ref:
            return f"place {place} of {found.total}, score {one.score:.3f}; the first has {best[0].score:.3f}"
    return f"not found; {found.total} other documents are" + (
        f", the last looked at has score {best[-1].score:.3f}" if len(best) == LOOKED_AT else ""
    )


def _yes(value: bool) -> str:
    return "yes" if value else "no"
