"""What a run tells: the machine, one table for each part, and every figure as a line of JSON for programs."""

from __future__ import annotations

import json
import os
import platform
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TextIO

from tests.tools import find

NAME = 46
Cell = str | float | int | None


@dataclass(slots=True)
class Report:
    """Figures as they come; ``json`` is where they go for programs, if anywhere."""

    json: TextIO | None = None
    seconds: dict[str, float] = field(default_factory=dict)

    def machine(self) -> None:
        """Say on what was measured: absolute figures mean nothing without it, ratios little."""
        load = " ".join(f"{one:.1f}" for one in os.getloadavg())
        self.title("The machine")
        print(f"{_processor()}, {os.cpu_count()} cores, {_memory():.0f} GB; {platform.system()} {platform.release()}")
        print(f"Python {platform.python_version()}, SQLite {sqlite3.sqlite_version}, {_postgresql()}")
        print(f"one flush of a file to disk takes {_flush_ms():.2f} ms; load before the run {load}", flush=True)

    def title(self, text: str) -> None:
        print(f"\n{text}\n{'-' * len(text)}", flush=True)

    def tell(self, bench: str, value: float | None, unit: str, baseline: float | None = None) -> None:
        """A figure by itself; ``ratio`` is its share of the baseline."""
        if value is None:
            return
        self._note(bench, value, unit, baseline)
        beside = f"{value / baseline:>9.3f} of {_short(baseline)}" if baseline else ""
        print(f"{bench:<{NAME}}{_short(value):>12} {unit:<14}{beside}", flush=True)

    def table(self, header: Sequence[str], rows: Sequence[Sequence[Cell]]) -> None:
        """Several figures side by side; the first column says of what."""
        cells = [list(header), *([_shown(cell) for cell in row] for row in rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(header))]
        for number, row in enumerate(cells):
            first, *others = (cell.rjust(width) for cell, width in zip(row, widths, strict=True))
            print("  ".join([first.strip().ljust(widths[0]), *others]))
            if number == 0:
                print("  ".join("-" * width for width in widths))
        print(flush=True)

    def keep(self, bench: str, value: float | None, unit: str, baseline: float | None = None) -> None:
        """A figure that a table shows, for programs."""
        if value is not None:
            self._note(bench, value, unit, baseline)

    def _note(self, bench: str, value: float, unit: str, baseline: float | None) -> None:
        if self.json is not None:
            ratio = round(value / baseline, 4) if baseline else None
            line = {"bench": bench, "value": round(value, 4), "unit": unit, "baseline": baseline, "ratio": ratio}
            self.json.write(json.dumps(line) + "\n")
            self.json.flush()

    @contextmanager
    def part(self, name: str) -> Iterator[None]:
        """Count the time of a part of the run."""
        began = time.perf_counter()
        try:
            yield
        finally:
            self.seconds[name] = self.seconds.get(name, 0) + time.perf_counter() - began

    def durations(self) -> None:
        self.title("How long it took")
        told = ", ".join(f"{name} {seconds:.0f} s" for name, seconds in self.seconds.items())
        print(f"{told}; {sum(self.seconds.values()) / 60:.1f} minutes in all", flush=True)


def _shown(cell: Cell) -> str:
    if cell is None:
        return ""
    return cell if isinstance(cell, str) else _short(cell)


def _short(value: float) -> str:
    """Three digits or more, never an exponent."""
    if isinstance(value, int) or abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.1f}" if abs(value) >= 100 else f"{value:.2f}" if abs(value) >= 1 else f"{value:.3f}"


def _processor() -> str:
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _memory() -> float:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1e9


def _postgresql() -> str:
    tool = find("pg_ctl")
    if tool is None:
        return "no PostgreSQL"
    said: Any = subprocess.run([tool, "--version"], capture_output=True, text=True)
    return "PostgreSQL " + said.stdout.split(") ", 1)[-1].split()[0]


def _flush_ms(times: int = 20) -> float:
    with tempfile.TemporaryFile() as file:
        began = time.perf_counter()
        for _time in range(times):
            file.write(b"x" * 4096)
            file.flush()
            os.fsync(file.fileno())
        return 1000 * (time.perf_counter() - began) / times
