"""The other server to compare with: localstripe, which keeps everything in memory, in a venv of its own."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load import Step
from benchmarks.stage import ROOT, Account, Process, Stage, ask, free_port

REQUIREMENTS = Path(__file__).with_name("localstripe.txt")
FOLDER = ROOT / ".tools" / "localstripe"
INSTALL_SECONDS_MAX = 300
ACCOUNT = Account("sk_test_localstripe", "")
CARD = "type=card&card[number]=4242424242424242&card[exp_month]=12&card[exp_year]=2040&card[cvc]=123"
# Its confirmation takes no payment method, so that creation names one.
CREATE = "amount=2000&currency=usd&payment_method={}"
CONFIRM = Step("POST", "/v1/payment_intents/{id}/confirm", expect={"status": "succeeded"})


class NotInstalled(Exception):
    """localstripe could not be installed; the message says why."""


class LocalStripe:
    """Starts localstripe servers, each from empty."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage

    @contextmanager
    def server(self) -> Iterator[Process]:
        """A new localstripe."""
        port = free_port()
        command = [str(_python()), "-m", "localstripe", "--port", str(port), "--from-scratch"]
        process = Process(command, port, {}, self._stage.folder / "localstripe.log")
        try:
            process.await_answer("/js.stripe.com/v3/")
            yield process
        finally:
            process.stop()

    def create_step(self, process: Process) -> Step:
        """Creation of a payment intent with a new card."""
        card = ask(process.port, "POST", "/v1/payment_methods", ACCOUNT.key, CARD)
        return Step(
            "POST",
            "/v1/payment_intents",
            CREATE.format(card["id"]),
            expect={"status": "requires_confirmation"},
        )


def _python() -> Path:
    """The interpreter of localstripe's venv, which is made at first use."""
    python = FOLDER / "bin" / "python"
    wanted = REQUIREMENTS.read_text()
    made = FOLDER / "made-from.txt"
    if made.exists() and made.read_text() == wanted:
        return python
    shutil.rmtree(FOLDER, ignore_errors=True)
    uv = next((each for each in (shutil.which("uv"), str(ROOT / ".tools/bin/uv")) if each and Path(each).exists()), "")
    if uv:
        _run(uv, "venv", "--quiet", "--no-project", "--python", sys.executable, str(FOLDER))
        _run(uv, "pip", "install", "--quiet", "--python", str(python), "--requirement", str(REQUIREMENTS))
    else:
        _run(sys.executable, "-m", "venv", str(FOLDER))
        _run(str(python), "-m", "pip", "install", "--quiet", "--requirement", str(REQUIREMENTS))
    made.write_text(wanted)
    return python


def _run(*command: str) -> None:
    try:
        done = subprocess.run(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=INSTALL_SECONDS_MAX,
            cwd=ROOT,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise NotInstalled(f"localstripe could not be installed: {error}") from error
    if done.returncode != 0:
        raise NotInstalled(f"localstripe could not be installed: {done.stdout.strip()[-300:]}")
