"""What every group of figures is measured with."""

import asyncio
import os
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cached_property

from benchmarks.load import Outcome, Scenario, Step
from benchmarks.localstripe import LocalStripe
from benchmarks.pgbench import Pgbench
from benchmarks.stage import Account, Process, Stage, play

DATABASE = "bench"
CREATE = Step(
    "POST",
    "/v1/payment_intents",
    "amount=2000&currency=usd&payment_method_types[]=card",
    expect={"status": "requires_payment_method"},
)
CONFIRM = Step(
    "POST", "/v1/payment_intents/{id}/confirm", "payment_method=pm_card_visa", expect={"status": "succeeded"}
)
CLIENTS = 32
REFUSED_SHARE_MAX = 0.01


@dataclass
class Bench:
    """The stage, the references, and how thoroughly to measure."""

    stage: Stage
    open: ExitStack
    quick: bool
    rounds: int
    seconds: float
    pgbench: Pgbench = field(init=False)
    localstripe: LocalStripe = field(init=False)

    def __post_init__(self) -> None:
        self.pgbench = Pgbench(self.stage)
        self.localstripe = LocalStripe(self.stage)

    @cached_property
    def dsn(self) -> str:
        """The address of the database that most groups share."""
        return asyncio.run(self.stage.create_database(DATABASE))

    @cached_property
    def server(self) -> Process:
        """The server that most groups share."""
        return self.open.enter_context(self.stage.server(self.dsn, STRIPE_LITE_WORKERS=str(os.cpu_count() or 1)))

    @property
    def warm_up_seconds(self) -> float:
        """How long clients run before they are counted."""
        return min(0.5, self.seconds / 4)

    def new_account(self) -> Account:
        """An empty account on the shared server: what a figure begins with, instead of emptying tables under load."""
        return asyncio.run(self.stage.new_account(self.dsn, self.server))

    def run(
        self,
        process: Process,
        account: Account | list[Account],
        *steps: Step,
        clients: int = CLIENTS,
        seconds: float | None = None,
        any_of: list[str] | None = None,
    ) -> Outcome:
        """Let clients do the steps over and over for a while; of several accounts each client takes its own."""
        accounts = account if isinstance(account, list) else [account]
        return self.play(
            Scenario(
                process.port,
                [each.authorization for each in accounts],
                list(steps),
                clients=clients,
                seconds=self.seconds if seconds is None else seconds,
                warm_up_seconds=self.warm_up_seconds,
                any_of=any_of or [],
            )
        )

    def run_times(
        self,
        process: Process,
        account: Account,
        *steps: Step,
        operations: int,
        clients: int = CLIENTS,
        keep_ids: bool = False,
    ) -> Outcome:
        """Let clients do the steps so many times in all."""
        return self.play(
            Scenario(
                process.port,
                [account.authorization],
                list(steps),
                clients=clients,
                operations=operations,
                keep_ids=keep_ids,
            )
        )

    def play(self, scenario: Scenario) -> Outcome:
        """Play a scenario that must go well."""
        outcome = play(scenario)
        if outcome.operations == 0 or outcome.refused > REFUSED_SHARE_MAX * outcome.operations:
            raise RuntimeError(f"{outcome.refused} of {outcome.operations + outcome.refused} failed: {outcome.errors}")
        return outcome
