"""YAML that remembers where each value stands, so that a fault can name its line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from academy.kernel.text import nfc

__all__ = ["Fault", "Keys", "YamlFile", "load_yaml", "load_yaml_file"]

MAX_BYTES = 1_000_000

_Loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C library is ten times as fast

Keys = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """Something wrong in the content: where, what, and what to do about it.

    ``path`` is relative to the content root, ``line`` counts from 1.
    """

    path: str
    line: int
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.path}:{self.line}: {self.message} → {self.remedy}"


@dataclass(slots=True)
class YamlFile:
    """A file's value, the line of every key and item in it, and what was wrong already while reading.

    ``data`` is None if the file could not be read at all.
    """

    path: str
    data: Any = None
    faults: list[Fault] = field(default_factory=list)
    lines: dict[Keys, int] = field(default_factory=dict)

    def line_of(self, path: Keys) -> int:
        """The line of a value named by keys and indexes, or of the nearest thing around it."""
        for length in range(len(path), -1, -1):
            if path[:length] in self.lines:
                return self.lines[path[:length]]
        return 1

    def fault(self, path: Keys, message: str, remedy: str) -> Fault:
        """A fault at a value of this file."""
        return Fault(self.path, self.line_of(path), message, remedy)


def load_yaml_file(path: Path, root: Path) -> YamlFile:
    """Read one file; never raises for what is in it."""
    name = path.relative_to(root).as_posix()
    try:
        if path.stat().st_size > MAX_BYTES:
            return YamlFile(name, faults=[Fault(name, 1, "The file is larger than 1 MB", "split it")])
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError:
        return YamlFile(name, faults=[Fault(name, 1, "The file is not in UTF-8", "save it as UTF-8")])
    except OSError as error:
        return YamlFile(
            name, faults=[Fault(name, 1, f"The file cannot be read ({error.strerror})", "create it")]
        )
    return load_yaml(text, name)


def load_yaml(text: str, name: str, first_line: int = 1) -> YamlFile:
    """Read YAML from a text whose first line is line ``first_line`` of the file ``name``."""
    file = YamlFile(name)
    try:
        _Reader(file, first_line).read(nfc(text))
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark else 0)
        what = " ".join(part for part in (error.context, error.problem) if part)
        file.faults.append(
            Fault(name, line, f"This is not valid YAML: {what}", "check indentation, colons and quotes")
        )
    except (yaml.YAMLError, RecursionError) as error:
        file.faults.append(
            Fault(name, first_line, f"This is not valid YAML: {error}", "check the characters")
        )
    return file


class _Reader:
    """Composes nodes and turns them into plain values, noting the line of each."""

    def __init__(self, file: YamlFile, first_line: int) -> None:
        self.file = file
        self.first_line = first_line
        self.seen: set[int] = set()

    def read(self, text: str) -> None:
        self.loader = _Loader(text)
        try:
            node = self.loader.get_single_node()
            self.file.lines[()] = self.first_line
            self.file.data = self._value(node, ()) if node is not None else None
        finally:
            self.loader.dispose()

    def _note(self, mark: yaml.Mark, message: str, remedy: str) -> None:
        self.file.faults.append(Fault(self.file.path, self.first_line + mark.line, message, remedy))

    def _value(self, node: yaml.Node, path: Keys) -> Any:
        self.file.lines.setdefault(path, self.first_line + node.start_mark.line)
        # an alias is composed as the same node again: written out, a few lines could grow beyond all memory
        if id(node) in self.seen:
            self._note(
                node.start_mark, "An alias (*name) refers to this value", "write the value out in each place"
            )
            return None
        self.seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            return [self._value(item, (*path, index)) for index, item in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, path)
        try:
            return self.loader.construct_object(node)
        except (yaml.YAMLError, ValueError) as error:
            self._note(
                node.start_mark, f"“{node.value}” cannot be read: {error}", "put it in quotes, or correct it"
            )
            return None

    def _mapping(self, node: yaml.MappingNode, path: Keys) -> Mapping[str, Any]:
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            key = key_node.value if isinstance(key_node, yaml.ScalarNode) else None
            if key is None:
                self._note(key_node.start_mark, "A key must be a single word or text", "write key: value")
            elif key in values:
                self._note(key_node.start_mark, f"The key “{key}” stands here twice", "keep one of them")
            else:
                self.file.lines[(*path, key)] = self.first_line + key_node.start_mark.line
                values[key] = self._value(value_node, (*path, key))
        return values
