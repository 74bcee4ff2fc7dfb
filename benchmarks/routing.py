"""What it costs to find the operation that was declared last."""

from benchmarks.bench import Bench
from benchmarks.figures import Bounds, Figure
from benchmarks.load import Step
from benchmarks.stage import Account
from stripe_lite.http.route import Operation
from stripe_lite.registry import operations

REQUESTS = 4_000
REQUESTS_IF_QUICK = 2_000
CLIENTS = 8


def routing(bench: Bench) -> list[Figure]:
    """The CPU of a request to the last-declared route ÷ to the first-declared one."""
    figure = Figure("last-declared route ÷ first, CPU", Bounds(1.2, 1.1, at_most=True), side_unit="µs")
    reading = [operation for operation in operations() if operation.method == "GET"]
    first, last = _step(reading[0]), _step(reading[-1])
    requests = REQUESTS_IF_QUICK if bench.quick else REQUESTS
    for _ in range(bench.rounds):
        figure.add(_microseconds(bench, last, requests), _microseconds(bench, first, requests))
    figure.note = f"{len(operations())} routes"
    return [figure]


def _step(operation: Operation) -> Step:
    """A request that is found and then refused for want of a key: what follows is the same for every route."""
    path = operation.path
    for name in operation.names:
        path = path.replace(f"{{{name}}}", "x")
    return Step("GET", path, status=401)


def _microseconds(bench: Bench, step: Step, requests: int) -> float:
    server = bench.server
    used = server.cpu_seconds()
    bench.run_times(server, Account("", ""), step, operations=requests, clients=CLIENTS)
    return (server.cpu_seconds() - used) / requests * 1e6
