"""What every group of figures is measured with."""

from dataclasses import dataclass

from benchmarks.load import Outcome, Scenario, Step
from benchmarks.localstripe import LocalStripe
from benchmarks.reference import Pgbench
from benchmarks.stage import Account, Process, Stage, play

CREATE = Step(
    "POST",
    "/v1/payment_intents",
    "amount=2000&currency=usd&payment_method_types[]=card",
    expect={"status": "requires_payment_method"},
)
CONFIRM = Step(
    "POST", "/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa", expect={"status": "succeeded"}
)
REFUSED_SHARE_MAX = 0.01


@dataclass
class Bench:
    """The stage, the references, and how thoroughly to measure."""

    stage: Stage
    pgbench: Pgbench
    localstripe: LocalStripe
    quick: bool
    rounds: int
    seconds: float

    @property
    def warm_up_seconds(self) -> float:
        """How long clients run before they are counted."""
        return min(0.5, self.seconds / 4)

    def run(self, process: Process, account: Account, *steps: Step, clients: int = 32, seconds: float = 0) -> Outcome:
        """Let clients do the steps over and over for a while."""
        return self.play(
            Scenario(
                process.port,
                account.authorization,
                list(steps),
                clients=clients,
                seconds=seconds or self.seconds,
                warm_up_seconds=self.warm_up_seconds,
            )
        )

    def play(self, scenario: Scenario) -> Outcome:
        """Play a scenario that must go well."""
        outcome = play(scenario)
        if outcome.operations == 0 or outcome.refused > REFUSED_SHARE_MAX * outcome.operations:
            raise RuntimeError(f"{outcome.refused} of {outcome.operations + outcome.refused} failed: {outcome.errors}")
        return outcome
