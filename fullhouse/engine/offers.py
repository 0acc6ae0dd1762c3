"""What a process remembers of offers, so that a batch need not read what has not changed."""

from collections.abc import Iterable, Sequence

from fullhouse.rules.house import House
from fullhouse.rules.offer import Offer


class OfferMemory:
    """Offers by event. One counts only while the house, read under its lock, has the same version."""

    def __init__(self, most: int) -> None:
        """Remember up to `most` offers; the one that was read first is forgotten first."""
        self._most = most
        self._offers: dict[str, Offer] = {}

    def current(self, houses: Iterable[House]) -> tuple[dict[str, Offer], list[str]]:
        """The offers that count, and the events whose offers have to be read."""
        offers: dict[str, Offer] = {}
        stale: list[str] = []
        for house in houses:
            offer = self._offers.get(house.event_id)
            if offer is not None and offer.version == house.offer_version:
                offers[house.event_id] = offer
            else:
                stale.append(house.event_id)
        return offers, stale

    def with_pools(self, event_ids: Sequence[str]) -> list[str]:
        """Those of the events that are remembered to draw on pools."""
        offers = [self._offers.get(event_id) for event_id in event_ids]
        return [offer.event_id for offer in offers if offer is not None and offer.draws_on_pools]

    def remember(self, offers: Iterable[Offer]) -> None:
        """Take what was read."""
        for offer in offers:
            self._offers.pop(offer.event_id, None)
            self._offers[offer.event_id] = offer
        while len(self._offers) > self._most:
            del self._offers[next(iter(self._offers))]
