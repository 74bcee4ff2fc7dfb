"""Running an example as its reader would: as a program, against a server."""

import asyncio
import os
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PYTHON = sys.executable
RUN_SECONDS_MAX = 90.0


@dataclass(frozen=True, slots=True)
class Told:
    """How a program ended, and everything that it printed."""

    code: int | None
    text: str


async def run(*command: str | Path, cwd: Path | None = None, **environment: str) -> Told:
    """Run a program to its end, without blocking the server that serves in this loop."""
    process = await asyncio.create_subprocess_exec(
        *command,
        cwd=cwd,
        env={**os.environ, "COLUMNS": "160", "NO_COLOR": "1", "PYTHONDONTWRITEBYTECODE": "1", **environment},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    try:
        output, _ = await asyncio.wait_for(process.communicate(), RUN_SECONDS_MAX)
    except TimeoutError:
        process.kill()
        output, _ = await process.communicate()
    return Told(process.returncode, output.decode())
