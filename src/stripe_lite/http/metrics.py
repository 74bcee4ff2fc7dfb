"""What Prometheus reads at `/metrics`: requests, their duration, webhook deliveries and the depth of the queues."""

import os
from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

from stripe_lite.http.answers import Outcome
from stripe_lite.http.front import Exchange

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
DURATION_BOUNDS_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
# Where several processes serve, each one keeps its counts in files of this folder, and whoever is asked adds them up.
FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
UNKNOWN = "unknown"


class Metrics:
    """The counts of one process; cheap, because every request passes here."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "stripe_lite_requests", "API requests answered.", ("operation", "status"), registry=self._registry
        )
        self._duration = Histogram(
            "stripe_lite_request_duration_seconds",
            "How long API requests took.",
            ("operation",),
            registry=self._registry,
            buckets=DURATION_BOUNDS_SECONDS,
        )
        self._deliveries = Counter(
            "stripe_lite_webhook_deliveries", "Tries to deliver a webhook.", ("result",), registry=self._registry
        )
        self._depth = Gauge(
            "stripe_lite_queue_depth",
            "What waits to be done.",
            ("queue",),
            registry=self._registry,
            multiprocess_mode="mostrecent",
        )
        self._process = CollectorRegistry()
        ProcessCollector(registry=self._process)
        PlatformCollector(registry=self._process)
        self._requests_of: dict[tuple[str, int], Counter] = {}
        self._duration_of: dict[str, Histogram] = {}
        self._deliveries_of: dict[str, Counter] = {}

    def request(self, exchange: Exchange, outcome: Outcome) -> None:
        """Count a request that was answered."""
        operation = UNKNOWN if exchange.operation is None else exchange.operation.id
        status = outcome.status
        requests = self._requests_of.get((operation, status))
        if requests is None:
            requests = self._requests_of[operation, status] = self._requests.labels(operation, str(status))
            self._duration_of[operation] = self._duration.labels(operation)
        requests.inc()
        self._duration_of[operation].observe(exchange.seconds)

    def delivery(self, result: str) -> None:
        """Count one try of a webhook delivery: `delivered` or `failed`."""
        if result not in self._deliveries_of:
            self._deliveries_of[result] = self._deliveries.labels(result)
        self._deliveries_of[result].inc()

    def text(self, depths: Mapping[str, int]) -> bytes:
        """Everything, in Prometheus's format, with the depths of the queues as they are now."""
        self._depth.clear()
        for queue, depth in depths.items():
            self._depth.labels(queue).set(depth)
        if FOLDER_VARIABLE not in os.environ:
            return generate_latest(self._registry) + generate_latest(self._process)
        together = CollectorRegistry()
        MultiProcessCollector(together)
        return generate_latest(together)
