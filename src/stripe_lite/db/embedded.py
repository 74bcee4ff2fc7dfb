"""The embedded database: a real PostgreSQL, run as our own child over a folder of data.

A lock on the folder, inherited by postgres and all its processes, tells who owns it: whoever holds it may clear away
what a crash left behind, and whoever does not is a client of the server that does. The server ends with its owner.
"""

import fcntl
import hashlib
import os
import shutil
import signal
import socket
import stat
import struct
import subprocess
import tempfile
import threading
import time
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self
from urllib.parse import quote

from stripe_lite.db.binaries import (
    Binaries,
    EmbeddedPostgresError,
    ServerUser,
    environment,
    find_binaries,
    run_as,
    server_user,
)
from stripe_lite.lifeline import end_with

ROLE = "stripe_lite"  # Owns its database without being a superuser, so that revoked rights hold for it too.
DATABASE = "stripe_lite"
CREATE = f"CREATE ROLE {ROLE} LOGIN CREATEDB\nCREATE DATABASE {DATABASE} OWNER {ROLE}\n"

SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_BYTES_MAX = 103  # What macOS allows; Linux has 107.
CLAIM_SECONDS_MAX = 30.0  # Another process may be making the database, or ending.
READY_SECONDS_MAX = 60.0  # Recovery after a crash reads the log first.
STOP_SECONDS_MAX = 5.0
POLL_SECONDS = 0.02
LOG_BYTES_MAX = 10_000_000

CONFIGURATION = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "max_connections": "200",
    "shared_buffers": "256MB",
    "max_wal_size": "2GB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    # A solid-state disk's. With it, the plan made once for any number of rows is the cheapest for few of them, too.
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
UNSAFE_CONFIGURATION = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


class EmbeddedPostgres:
    """A PostgreSQL server over `data_dir`, ours or another process's; `fast` gives up durability, for tests."""

    def __init__(self, data_dir: Path, pg_bin: str | None = None, *, fast: bool = False) -> None:
        self.data_dir = data_dir.absolute()
        self.pg_bin = pg_bin
        self.fast = fast
        self._server: subprocess.Popen[bytes] | None = None
        self._lock: int | None = None

    @property
    def owner(self) -> bool:
        """Whether the running server is ours, and ends with us."""
        return self._server is not None

    @property
    def dsn(self) -> str:
        """Where the server listens, as asyncpg and SQLAlchemy read it."""
        return f"postgresql://{ROLE}@/{DATABASE}?host={quote(str(self._socket_dir))}&port=5432"

    def start(self) -> str:
        """Start the server, or join the one that another process runs over the same folder, and return its address."""
        if threading.current_thread() is not threading.main_thread():
            # The kernel ends postgres with the thread that forked it, not with the process.
            raise RuntimeError("start the embedded database from the main thread")
        user = server_user()
        _prepare_folder(self.data_dir, user)
        self._lock = os.open(self.data_dir / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            if self._claim():
                self._serve(user)
            else:
                self._release()
        except BaseException:
            self.stop()
            raise
        return self.dsn

    def stop(self) -> None:
        """Stop the server if it is ours: sessions are cut, what is committed stays."""
        if self._server is not None and self._server.poll() is None:
            self._server.send_signal(signal.SIGINT)
            try:
                self._server.wait(STOP_SECONDS_MAX)
            except subprocess.TimeoutExpired:
                self._server.send_signal(signal.SIGQUIT)  # Recovery at the next start makes up for it.
                self._server.wait()
        self._server = None
        self._release()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.stop()

    @property
    def _socket_dir(self) -> Path:
        nearby = self.data_dir / "run"
        if len(os.fsencode(nearby / SOCKET_NAME)) <= SOCKET_PATH_BYTES_MAX:
            return nearby
        name = hashlib.sha256(os.fsencode(self.data_dir)).hexdigest()[:16]
        return Path(tempfile.gettempdir()) / f"stripe_lite-{name}"

    def _release(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _claim(self) -> bool:
        """Take the folder's lock; False where the server of its holder answers us."""
        assert self._lock is not None
        until = time.monotonic() + CLAIM_SECONDS_MAX
        while True:
            try:
                fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            except BlockingIOError:
                if _answers(self._socket_dir / SOCKET_NAME):
                    return False
            if time.monotonic() > until:
                raise EmbeddedPostgresError(f"Another process holds {self.data_dir} and its database does not answer.")
            time.sleep(POLL_SECONDS)

    def _serve(self, user: ServerUser) -> None:
        binaries = find_binaries(self.pg_bin, user, self.data_dir)
        cluster = self.data_dir / "cluster"
        if not cluster.exists():
            _make_cluster(binaries, user, self.data_dir, cluster)
        _check_cluster(cluster, binaries, user)
        (cluster / "postmaster.pid").unlink(missing_ok=True)  # The lock is ours, so its writer is gone.
        _make_private(self._socket_dir, user)
        for left in self._socket_dir.glob(f"{SOCKET_NAME}*"):
            left.unlink()
        self._server = self._spawn(binaries, user, cluster)
        self._await_ready()

    def _spawn(self, binaries: Binaries, user: ServerUser, cluster: Path) -> subprocess.Popen[bytes]:
        assert self._lock is not None
        configuration = CONFIGURATION | {"unix_socket_directories": str(self._socket_dir)}
        if self.fast:
            configuration |= UNSAFE_CONFIGURATION
        options = [part for name, value in configuration.items() for part in ("-c", f"{name}={value}")]
        with self._open_log() as log:
            return subprocess.Popen(
                [str(binaries.folder / "postgres"), "-D", str(cluster), *options],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self.data_dir,
                env=environment(),
                pass_fds=[self._lock],
                start_new_session=True,  # Ctrl-C in the terminal is ours to handle: the server finishes first.
                user=user.uid if user.dropped else None,
                group=user.gid if user.dropped else None,
                extra_groups=[] if user.dropped else None,
                # An orphan would keep the lock elsewhere than on Linux, and the next start joins it as a client.
                preexec_fn=end_with(os.getpid(), signal.SIGINT),  # noqa: PLW1509 - two prepared system calls
            )

    def _open_log(self) -> BinaryIO:
        if self._log_path.exists() and self._log_path.stat().st_size > LOG_BYTES_MAX:
            self._log_path.replace(self._log_path.with_suffix(".log.old"))
        return self._log_path.open("ab")

    def _await_ready(self) -> None:
        assert self._server is not None
        until = time.monotonic() + READY_SECONDS_MAX
        while not _answers(self._socket_dir / SOCKET_NAME):
            if self._server.poll() is not None or time.monotonic() > until:
                raise EmbeddedPostgresError(f"PostgreSQL did not start; {self._log_path} ends:\n{self._log_tail()}")
            time.sleep(POLL_SECONDS)

    @property
    def _log_path(self) -> Path:
        return self.data_dir / "postgres.log"

    def _log_tail(self) -> str:
        return "\n".join(self._log_path.read_text(errors="replace").splitlines()[-10:])


def _prepare_folder(folder: Path, user: ServerUser) -> None:
    """Make the data folder, ours; where postgres runs as another user, one it can pass through to its own parts."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    if folder.stat().st_uid != os.geteuid():
        raise EmbeddedPostgresError(
            f"{folder} belongs to user id {folder.stat().st_uid}, and you are {os.geteuid()}: "
            "set STRIPE_LITE_DATA_DIR to another folder, or DATABASE_URL to a PostgreSQL server."
        )
    folder.chmod(0o711 if user.dropped else 0o700)
    closed = next((parent for parent in folder.parents if not user.may_enter(parent)), None)
    if closed is not None:
        raise EmbeddedPostgresError(
            f"PostgreSQL would run as user id {user.uid}, which may not enter {closed}: "
            "set STRIPE_LITE_DATA_DIR to a folder it can reach, or DATABASE_URL to a PostgreSQL server."
        )


def _make_cluster(binaries: Binaries, user: ServerUser, data_dir: Path, cluster: Path) -> None:
    """Create the database files beside their place and move them there once whole, so that a crash leaves no half."""
    unfinished = data_dir / "cluster.unfinished"
    shutil.rmtree(unfinished, ignore_errors=True)
    _make_private(unfinished, user)
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if binaries.major >= 17 else []
    initdb = [str(binaries.folder / "initdb"), "--locale=C", *locale, "--encoding=UTF8", "--auth=trust"]
    _must(run_as(user, [*initdb, "--username=postgres", "--no-sync", "-D", str(unfinished)], data_dir))
    single = [
        str(binaries.folder / "postgres"),
        "--single",
        "-D",
        str(unfinished),
        "-c",
        "exit_on_error=on",
        "postgres",
    ]
    _must(run_as(user, single, data_dir, CREATE))
    _must(run_as(user, [str(binaries.folder / "initdb"), "--sync-only", "-D", str(unfinished)], data_dir))
    unfinished.rename(cluster)


def _must(done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode != 0:
        raise EmbeddedPostgresError(f"{' '.join(done.args)} failed:\n{done.stdout.strip()}")


def _check_cluster(cluster: Path, binaries: Binaries, user: ServerUser) -> None:
    if cluster.stat().st_uid != user.uid:
        raise EmbeddedPostgresError(
            f"{cluster} belongs to user id {cluster.stat().st_uid} and PostgreSQL would run as {user.uid}: "
            "start stripe_lite as the user who made it, or set STRIPE_LITE_DATA_DIR to another folder."
        )
    made_by = (cluster / "PG_VERSION").read_text().strip()
    if made_by != str(binaries.major):
        raise EmbeddedPostgresError(
            f"{cluster} was made by PostgreSQL {made_by}, the programs in {binaries.folder} are of {binaries.major}: "
            "set STRIPE_LITE_PG_BIN to the older programs, or STRIPE_LITE_DATA_DIR to a new folder."
        )


def _make_private(folder: Path, user: ServerUser) -> None:
    """Make a folder of the server's user alone, refusing one that another user put there to listen in."""
    try:
        folder.mkdir(mode=0o700)
        os.chown(folder, user.uid, user.gid)
    except FileExistsError:
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != user.uid or status.st_mode & 0o077:
            raise EmbeddedPostgresError(f"{folder} is not a private folder of user id {user.uid}: remove it.") from None


def _answers(path: Path) -> bool:
    """Tell whether a server that takes sessions listens at a socket, by the first message of its protocol."""
    parameters = f"user\0{ROLE}\0database\0{DATABASE}\0\0".encode()
    hello = struct.pack("!ii", len(parameters) + 8, 3 << 16) + parameters
    try:
        with socket.socket(socket.AF_UNIX) as connection:
            connection.settimeout(2)
            connection.connect(str(path))
            connection.sendall(hello)
            if connection.recv(1) != b"R":  # "Authentication": anything else is an error, as while it starts or stops.
                return False
            connection.sendall(b"X\0\0\0\4")
            return True
    except OSError:
        return False
