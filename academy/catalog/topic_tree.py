"""Topics: a controlled vocabulary in which a wider topic contains narrower ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from academy.catalog.content_faults import validate_yaml
from academy.catalog.content_schema import TopicSchema
from academy.catalog.yaml_marks import Fault, Keys, load_yaml_file

__all__ = ["Topic", "cycles", "read_topics", "with_ancestors"]


@dataclass(frozen=True, slots=True)
class Topic:
    """An entry of ``topics.yaml``."""

    slug: str
    parent: str | None
    title: Mapping[str, str]


def with_ancestors(slugs: Iterable[str], parents: Mapping[str, str | None]) -> tuple[str, ...]:
    """The topics and all that contain them, sorted; unknown ones are left out."""
    found: set[str] = set()
    for slug in slugs:
        while slug in parents and slug not in found:
            found.add(slug)
            slug = parents[slug] or ""
    return tuple(sorted(found))


def read_topics(root: Path) -> tuple[dict[str, Topic], list[Fault]]:
    path = root / "topics.yaml"
    if not path.exists():
        return {}, []
    file = load_yaml_file(path, root)
    if file.faults or not isinstance(file.data, list):
        return {}, file.faults or [
            file.fault((), "A list of topics is expected here", "begin each with - slug: …")
        ]
    topics: dict[str, Topic] = {}
    faults: list[Fault] = []
    lines: dict[str, Keys] = {}
    for index, item in enumerate(file.data):
        data, found = validate_yaml(file, TopicSchema(), item, (index,))
        faults += found
        if data and data["slug"] in topics:
            faults.append(file.fault((index,), f"The topic “{data['slug']}” stands here twice", "keep one"))
        elif data:
            topics[data["slug"]] = Topic(data["slug"], data["parent"], data["title"])
            lines[data["slug"]] = (index,)
    for slug, topic in topics.items():
        if topic.parent is not None and topic.parent not in topics:
            faults.append(
                file.fault(lines[slug], f"There is no topic “{topic.parent}”", "correct the parent")
            )
    for cycle in cycles({slug: [topic.parent] if topic.parent else [] for slug, topic in topics.items()}):
        faults.append(
            file.fault(lines[cycle[0]], f"Topics contain each other: {' → '.join(cycle)}", "cut the circle")
        )
    return topics, faults


def cycles(edges: Mapping[str, Sequence[str]]) -> list[list[str]]:
    """Circles of a directed graph, each once, written with its first node at both ends."""
    found: dict[frozenset[str], list[str]] = {}
    done: set[str] = set()

    def walk(node: str, trail: list[str]) -> None:
        if node in trail:
            circle = [*trail[trail.index(node) :], node]
            found.setdefault(frozenset(circle), circle)
            return
        if node in done:
            return
        for following in edges.get(node, ()):
            walk(following, [*trail, node])
        done.add(node)

    for start in sorted(edges):
        walk(start, [])
    return list(found.values())
