"""What the engine counts about itself, for Prometheus: per batch, never per request."""

from collections import Counter as Tally

from prometheus_client import Counter, Gauge, Histogram

from fullhouse.rules.booking import Booked, Cancelled, Changed, Confirmed, Extended, Outcome, Released

REQUESTS = Counter("fullhouse_engine_requests_total", "Requests decided, by outcome.", ["outcome"])
BATCH_SIZE = Histogram(
    "fullhouse_engine_batch_requests", "Requests in a batch.", ["lane"], buckets=[1, 4, 16, 64, 256, 1024]
)
RETRIES = Counter("fullhouse_engine_retries_total", "Batches tried again after a transient fault.")
FAILURES = Counter("fullhouse_engine_failures_total", "Batches that failed by a defect.")
WAITING = Gauge("fullhouse_engine_waiting_requests", "Requests in the waiting line.", multiprocess_mode="livesum")
STREAMS = Gauge("fullhouse_live_streams", "Streams that show what is left.", multiprocess_mode="livesum")


def settled(outcomes: list[Outcome], lane: str) -> None:
    """Count a batch that was committed."""
    BATCH_SIZE.labels(lane).observe(len(outcomes))
    for name, count in Tally(map(_name, outcomes)).items():
        REQUESTS.labels(name).inc(count)


def _name(outcome: Outcome) -> str:
    if outcome.replayed:
        return "replayed"
    if isinstance(outcome, Booked):
        return "held" if outcome.booking.status == "held" else "booked"
    if isinstance(outcome, Confirmed):
        return "confirmed"
    if isinstance(outcome, Released):
        return "released"
    if isinstance(outcome, Extended):
        return "extended"
    if isinstance(outcome, Cancelled):
        return "cancelled"
    if isinstance(outcome, Changed):
        return "changed"
    return outcome.refusal.code
