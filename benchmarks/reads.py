"""Reading what was written, against localstripe's memory."""

from benchmarks import localstripe
from benchmarks.bench import CREATE, Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.load import Step
from benchmarks.localstripe import NotInstalled

STORED = 20
SECONDS_MAX = 2.0
RETRIEVE = Step("GET", "/v1/payment_intents/{any}", expect={"object": "payment_intent"})
LIST = Step("GET", "/v1/payment_intents?limit=10", count=10)


def reads(bench: Bench) -> list[Figure]:
    """Retrieve and list ÷ localstripe's, on a store of 20."""
    retrieve = Figure(f"retrieve ÷ localstripe, {STORED} stored", Bounds(0.8, 1.1))
    listing = Figure(f"list 10 ÷ localstripe, {STORED} stored", Bounds(2, 3))
    seconds = min(SECONDS_MAX, bench.seconds)
    account = bench.new_account()
    ids = bench.run_times(bench.server, account, CREATE, operations=STORED, clients=1, keep_ids=True).ids
    try:
        with bench.localstripe.server() as other:
            creation = bench.localstripe.create_step(other)
            them = localstripe.ACCOUNT
            their_ids = bench.run_times(other, them, creation, operations=STORED, clients=1, keep_ids=True).ids
            for _ in range(bench.rounds):
                for figure, step in ((retrieve, RETRIEVE), (listing, LIST)):
                    ours = bench.run(bench.server, account, step, seconds=seconds, any_of=ids)
                    theirs = bench.run(other, them, step, seconds=seconds, any_of=their_ids)
                    figure.add(ours.rate, theirs.rate)
    except NotInstalled as reason:
        retrieve.note = listing.note = str(reason)
    return [retrieve, listing]
