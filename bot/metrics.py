"""How much the product does, for Prometheus. Every part keeps its own counts; this one reads them."""

import asyncio
import sqlite3
from collections.abc import Iterator
from typing import Any, TypeVar

from prometheus_client import CollectorRegistry, Histogram, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector
from sqlalchemy.exc import SQLAlchemyError

from bot.contact import Contact
from bot.intake import Intake
from bot.lanes import Lanes
from bot.sender import Sender
from kernel.clock import Clock
from storage import views
from storage.reader import Reader

T = TypeVar("T")

_PATIENCE_SECONDS = 2.0
_BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10)


def unit_seconds() -> Histogram:
    """Return an empty histogram of how long units of work take, in no registry yet."""
    return Histogram(
        "caiboshi_unit_seconds",
        "Seconds of a unit of work, from being asked for to being committed",
        buckets=_BUCKETS,
        registry=None,
    )


class Metrics(Collector):
    """Answers /metrics with a registry of its own."""

    def __init__(
        self,
        *,
        times: Histogram,
        intake: Intake,
        lanes: Lanes,
        sender: Sender,
        contact: Contact,
        reader: Reader,
        clock: Clock,
    ) -> None:
        self._registry = CollectorRegistry()
        self._intake, self._lanes, self._sender, self._contact = intake, lanes, sender, contact
        self._reader, self._clock = reader, clock
        self._outbox: dict[str, Any] | None = None
        self._registry.register(times)
        self._registry.register(self)

    async def text(self) -> bytes:
        """Return every metric; without those of the outbox while the database does not answer."""
        self._outbox = await self._outbox_standing()
        return generate_latest(self._registry)

    async def _outbox_standing(self) -> dict[str, Any] | None:
        try:
            async with asyncio.timeout(_PATIENCE_SECONDS):
                (standing,) = await self._reader.rows(views.outbox_standing())
        except (SQLAlchemyError, sqlite3.Error, OSError):
            return None
        return standing

    def collect(self) -> Iterator[Metric]:
        """Return what the parts counted, as the registry asks for it."""
        yield from self._updates()
        results = CounterMetricFamily("caiboshi_sends", "What became of messages tried", labels=("result",))
        for result, count in self._sender.results.items():
            results.add_metric((result,), count)
        yield results
        if (ago := self._contact.seconds_ago) is not None:
            yield GaugeMetricFamily(
                "caiboshi_telegram_contact_age_seconds",
                "Seconds since a poll succeeded or the webhook was seen to stand",
                ago,
            )
        if self._outbox is not None:
            yield from self._waiting(self._outbox)

    def _updates(self) -> Iterator[Metric]:
        for name, said, count in (
            ("taken_in", "Updates taken in", self._intake.taken_in_count),
            ("duplicate", "Updates delivered again", self._intake.duplicate_count),
            ("handled", "Updates and reports of the sender handled", self._lanes.handled_count),
            ("parked", "Updates put aside for a human", self._lanes.parked_count),
        ):
            yield CounterMetricFamily(f"caiboshi_updates_{name}", said, count)
        yield GaugeMetricFamily("caiboshi_lane_rows", "Updates in the lanes", self._lanes.depth)

    def _waiting(self, standing: dict[str, Any]) -> Iterator[Metric]:
        rows = GaugeMetricFamily("caiboshi_outbox_rows", "Messages not yet settled", labels=("state",))
        for state in ("pending", "in_hand"):
            rows.add_metric((state,), standing[state])
        yield rows
        since = standing["due_since"]
        late = (self._clock.now() - since).total_seconds() if since else 0.0
        yield GaugeMetricFamily(
            "caiboshi_outbox_oldest_due_seconds",
            "Seconds that the message longest due has been due; 0 when none is",
            max(late, 0.0),
        )
