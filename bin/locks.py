"""Checks that the lock files pin everything by hash and name no host.

Where packages come from is the reader's business (pip's configuration), so a lock file that names
an index would fail, or reach out, on somebody else's machine.
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCKS = ("requirements.txt", "requirements-demo.txt", "requirements-dev.txt")
FOREIGN_LOCKS = ("uv.lock", "poetry.lock", "Pipfile.lock", "pdm.lock")
HOST = re.compile(r"https?://|git\+|file:|--(extra-)?index-url|--find-links|--trusted-host")
PIN = re.compile(r"^[a-zA-Z0-9._-]+(\[[^]]*\])?==[^ ]+")


def lock_faults(root: Path = ROOT) -> list[str]:
    """What is wrong with the lock files below `root`, one sentence each; empty when all is well."""
    faults = [
        f"{name} records where packages came from; remove it"
        for name in FOREIGN_LOCKS
        if (root / name).exists()
    ]
    for name in LOCKS:
        path = root / name
        if not path.exists():
            faults.append(f"{name} is missing; run bin/lock")
            continue
        faults += _faults_of(name, path.read_text())
    return faults


def _faults_of(name: str, text: str) -> list[str]:
    faults = []
    entries = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
    for number, line in enumerate(text.splitlines(), 1):
        if HOST.search(line):
            faults.append(f"{name}:{number} names a host or a place: {line.strip()}")
    faults += [f"{name}: not pinned: {line}" for line in entries if not PIN.match(line)]
    if text.count("==") and len(
        re.findall(r"^\S.*\\\n +--hash=sha256:", text, re.MULTILINE)
    ) != len(entries):
        faults.append(f"{name}: an entry has no hash; run bin/lock")
    return faults


if __name__ == "__main__":
    found = lock_faults()
    print("\n".join(found) or "The lock files pin everything by hash and name no host.")
    sys.exit(bool(found))
