"""What tests need beside Python packages: Chromium, PostgreSQL's binaries, a tool that draws PDFs.

``python -m tests.tools`` installs what is missing when run as root on Debian, and else names the
packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

PACKAGES = {"chromium": "chromium", "pdftoppm": "poppler-utils", "initdb": "postgresql"}


# measurements use them where they are, and do without where they are not
BENCH_PACKAGES = {"wrk": "wrk"}


def find(tool: str) -> Path | None:
    """Where a tool lies, or None; PostgreSQL's server tools are outside the path on Debian."""
    found = shutil.which(tool)
    if found:
        return Path(found)
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), reverse=True)
    return candidates[0] if candidates else None


def install_for_measuring() -> None:
    """Install the load generator if this can be done without asking; measurements have one of their own."""
    missing = [package for tool, package in BENCH_PACKAGES.items() if find(tool) is None]
    if missing and os.geteuid() == 0 and shutil.which("apt-get"):
        with suppress(subprocess.CalledProcessError):
            _install(missing)


def main() -> int:
    missing = [package for tool, package in PACKAGES.items() if find(tool) is None]
    if not missing:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"The tests need these packages: {' '.join(missing)}. Install them, then run again.", file=sys.stderr)
        return 2
    _install(missing)
    return 0


def _install(packages: list[str]) -> None:
    print(f"Installing {' '.join(packages)} …", file=sys.stderr, flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages]
    for command in (["apt-get", "update", "-qq"], install):
        subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
