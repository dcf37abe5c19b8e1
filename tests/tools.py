"""What tests need beside Python packages: Chromium, PostgreSQL's binaries, a tool that draws PDFs.

``python -m tests.tools`` installs what is missing when run as root on Debian, and else names the
packages.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PACKAGES = {"chromium": "chromium", "pdftoppm": "poppler-utils", "initdb": "postgresql"}


def find(tool: str) -> Path | None:
    """Where a tool lies, or None; PostgreSQL's server tools are outside the path on Debian."""
    found = shutil.which(tool)
    if found:
        return Path(found)
    candidates = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{tool}"), reverse=True)
    return candidates[0] if candidates else None


def main() -> int:
    missing = [package for tool, package in PACKAGES.items() if find(tool) is None]
    if not missing:
        return 0
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        print(f"The tests need these packages: {' '.join(missing)}. Install them, then run again.", file=sys.stderr)
        return 2
    print(f"Installing {' '.join(missing)} …", flush=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    subprocess.run(["apt-get", "update", "-qq"], check=True, env=environment, stdout=subprocess.DEVNULL)
    subprocess.run(
        ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
        check=True,
        env=environment,
        stdout=subprocess.DEVNULL,
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
