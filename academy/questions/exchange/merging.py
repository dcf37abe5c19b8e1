"""A question that comes in again, in another language or after a change, keeps what the file does not say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from academy.questions.fields import LANGUAGES

__all__ = ["are_alike", "languages_of", "merged", "renamed", "renumbered", "with_unsaid"]

_GAP = re.compile(r"\{([0-9]{1,2})\}")


def languages_of(spec: Mapping[str, Any]) -> set[str]:
    """The languages that an item is written in."""
    texts = spec.get("text")
    return set(texts) if isinstance(texts, Mapping) else set()


def are_alike(old: Any, new: Any) -> bool:
    """Whether two specs are built alike: lists of the same lengths, so that entries belong together."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        return all(
            are_alike(old[name], new[name]) for name in old.keys() & new.keys() if name not in LANGUAGES
        )
    if isinstance(old, list) or isinstance(new, list):
        return (
            isinstance(old, list)
            and isinstance(new, list)
            and len(old) == len(new)
            and all(are_alike(before, after) for before, after in zip(old, new, strict=True))
        )
    return True


def merged(old: Any, new: Any, lang: str) -> Any:
    """The new spec with the texts of the old one in other languages, and its ids; both are built alike."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        if new and set(new) <= {lang} and set(old) <= set(LANGUAGES):
            return {**old, **new}
        result = {name: merged(old.get(name), value, lang) for name, value in new.items()}
        if "id" in old and "id" in new:
            result["id"] = old["id"]
        others = set(LANGUAGES) - {lang}
        for name, value in old.items():
            if name not in new and isinstance(value, Mapping) and value:
                kept = {language: text for language, text in value.items() if language in others}
                if kept and set(value) <= set(LANGUAGES):
                    result[name] = kept
        return result
    if isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        return [merged(before, after, lang) for before, after in zip(old, new, strict=True)]
    return new


def renumbered(old: Mapping[str, Any], new: Mapping[str, Any], lang: str) -> Mapping[str, Any]:
    """A text with gaps under the numbers that its gaps had, by their order in the text of the language."""
    before = _GAP.findall(old.get("text", {}).get(lang, ""))
    after = _GAP.findall(new["text"][lang])
    if "gaps" not in new or len(before) != len(after) or len(set(after)) != len(after):
        return new
    names = dict(zip(after, before, strict=True))
    place = [gap["id"] for gap in old["gaps"]]
    gaps = [{**gap, "id": names[gap["id"]]} for gap in new["gaps"] if gap["id"] in names]
    if sorted(gap["id"] for gap in gaps) != sorted(place):
        return new
    gaps.sort(key=lambda gap: place.index(gap["id"]))
    text = _GAP.sub(lambda found: f"{{{names[found[1]]}}}", new["text"][lang])
    return {**new, "text": {lang: text}, "gaps": gaps}


def renamed(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """A table or a placing whose columns or entries have the ids that they had, wherever they are named."""
    result = dict(new)
    for named, users, reference in (("columns", "rows", "correct"), ("entries", "places", "accept")):
        if named not in new or len(old.get(named, ())) != len(new[named]):
            continue
        names = {after["id"]: before["id"] for before, after in zip(old[named], new[named], strict=True)}
        result[named] = [{**row, "id": names[row["id"]]} for row in new[named]]
        result[users] = [
            {**row, reference: [names.get(name, name) for name in row.get(reference, ())]}
            for row in new[users]
        ]
    return result


def with_unsaid(old: Mapping[str, Any], new: Mapping[str, Any]) -> dict[str, Any]:
    """What people mark, with the rubric, the limits and the model that a file is silent on."""
    unsaid = ("words", "model", "rubric", "rubric_shown")
    return {**{name: old[name] for name in unsaid if name in old}, **new}
