"""Running pgbench of the same PostgreSQL, over the same socket as the server."""

import re

from benchmarks.stage import Stage
from stripe_lite.db.binaries import find_binaries, run_as, server_user

CLIENTS = 32
THREADS = 2
START_FROM = 100_000_000_000  # So that every number of an id has the same width.
START_STEP = 10_000_000  # More than a run commits.


class Pgbench:
    """The pgbench that belongs to the stage's PostgreSQL."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._user = server_user()
        self._program = find_binaries(None, self._user, stage.folder / "data").folder / "pgbench"
        self._runs = 0

    def rate(self, database: str, script: str, account_id: str, seconds: float) -> float:
        """Transactions of the script a second, at 32 clients."""
        self._runs += 1
        file = self._stage.folder / "data" / f"pgbench_{self._runs}.sql"
        file.write_text(script)
        file.chmod(0o644)
        command = [
            str(self._program),
            *("--no-vacuum", "--client", str(CLIENTS), "--jobs", str(THREADS), "--time", str(max(1, round(seconds)))),
            *("--define", f"n={START_FROM + self._runs * START_STEP}", "--define", f"account={account_id}"),
            *("--file", str(file), "--host", str(self._stage.socket_folder), "--username", "stripe_lite"),
            database,
        ]
        done = run_as(self._user, command, self._stage.folder / "data")
        found = re.search(r"tps = ([0-9.]+)", done.stdout)
        failed = re.search(r"number of failed transactions: ([0-9]+)", done.stdout)
        if done.returncode != 0 or found is None or (failed is not None and failed.group(1) != "0"):
            raise RuntimeError(f"pgbench failed:\n{done.stdout[-2000:]}")
        return float(found.group(1))
