"""What this process counts while it works, for /metrics. What can be counted from rows is in bot/figures.py instead."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterable, Iterator

from prometheus_client import CollectorRegistry, Counter, Histogram, ProcessCollector
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector
from prometheus_client.samples import Sample

WORKER = f"{socket.gethostname()}:{os.getpid()}"
"""The name of this process beside others that answer for the same bot."""
_OWN = CollectorRegistry(auto_describe=False)
ProcessCollector(registry=_OWN)
TURNS = Counter("doorstep_turns", "Turns, by what became of them", ["outcome"], registry=_OWN)
"""outcome: done | failed | limited."""
SENDS = Counter(
    "doorstep_sends", "Calls to a channel, by what they came to", ["channel", "outcome"], registry=_OWN
)
"""outcome: sent, 429, 403, or the kind of bot.messages.SendFailed."""
LIMITED = Counter("doorstep_web_limited", "Requests answered with 429", registry=_OWN)
WRITES = Histogram(
    "doorstep_store_write_seconds",
    "From handing a transaction in to its commit",
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 30),
    registry=_OWN,
)


class OfThisWorker(Collector):
    """This process's own numbers, each with the label `worker`."""

    def collect(self) -> Iterable[Metric]:
        """Every metric of the process."""
        for metric in _OWN.collect():
            metric.samples = list(_named(metric.samples))
            yield metric


def _named(samples: Iterable[Sample]) -> Iterator[Sample]:
    for sample in samples:
        yield sample._replace(labels={**sample.labels, "worker": WORKER})
