"""The figures in the text format that Prometheus reads: those of rows as gauges, those of this process with its name."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from bot.figures import Figures
from bot.meters import OfThisWorker


def exposition(counted: Figures, troubled: Collection[str]) -> bytes:
    """Everything there is to say now."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_OfRows(counted, troubled))
    registry.register(OfThisWorker())
    return generate_latest(registry)


class _OfRows(Collector):
    def __init__(self, counted: Figures, troubled: Collection[str]) -> None:
        self._counted = counted
        self._troubled = troubled

    def collect(self) -> Iterable[Metric]:
        """The figures, the same from every worker; troubles are those that this worker sees."""
        counted = self._counted
        waiting = GaugeMetricFamily("doorstep_queue_messages", "Messages not sent yet", labels=["lane"])
        age = GaugeMetricFamily(
            "doorstep_queue_age_seconds", "How long the oldest of them has been due", labels=["lane"]
        )
        for lane, queue in counted.lanes.items():
            waiting.add_metric([lane], queue.waiting)
            age.add_metric([lane], queue.age_s)
        trouble = GaugeMetricFamily("doorstep_trouble", "Troubles now, by name", labels=["name"])
        for name in sorted(self._troubled):
            trouble.add_metric([name], 1)
        yield from (waiting, age, trouble)
        for name, about, value in (
            ("unconfirmed_messages", "Messages that may have arrived", counted.unconfirmed),
            ("withheld_messages", "Messages that wait for a page to open", counted.withheld),
            ("call_list_open", "People who are to be told by telephone", counted.calls),
            ("timer_lag_seconds", "How late the oldest due timer is", counted.timer_lag_s),
            ("failed_turns_kept", "Messages that failed and are kept for staff", counted.failed),
            ("inbox_waiting", "Messages that wait for their turn", counted.unread),
            ("inbox_age_seconds", "How long the oldest of them has been waiting", counted.heard_s),
            ("reply_age_seconds", "How long the oldest answer has been waiting", counted.reply_s),
        ):
            yield GaugeMetricFamily(f"doorstep_{name}", about, value)
