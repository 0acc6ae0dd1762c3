"""What a booking takes beside places, while a batch is decided: uses of promo codes, and what a buyer may have."""

from collections import Counter
from collections.abc import Mapping

from fullhouse.rules import basket
from fullhouse.rules.booking import BasketRequest, Booking, PaymentWay, Promo, PromoUse
from fullhouse.rules.cancellation import lines_left
from fullhouse.rules.promo import PromoCode, buyer_key_of, used_up_refusal
from fullhouse.rules.refusals import Refusal
from fullhouse.rules.selling import OpenEvent

NO_USE = PromoUse(0, 0, 0)


class Sides:
    """The running counts of codes and buyers in a batch. Of codes that were not loaded only the change is kept."""

    def __init__(
        self,
        codes: Mapping[tuple[str, str], PromoCode],
        buyers: Mapping[tuple[str, str], Mapping[str, int]],
    ) -> None:
        """Begin with what the database says: codes by event id and code, tickets by event id and buyer."""
        self._codes = codes
        self._by_id = {(event_id, code.id): code for (event_id, _), code in codes.items()}
        self._had = {buyer: Counter(tickets) for buyer, tickets in buyers.items()}
        self.promo_uses: dict[tuple[str, str], PromoUse] = {}

    def code(self, request: BasketRequest) -> PromoCode | None:
        """The code that a request names, if there is such a one."""
        return self._codes.get((request.event_id, request.promo_code)) if request.promo_code else None

    def refusal(
        self, event: OpenEvent, request: BasketRequest, code: PromoCode | None, promo: Promo | None
    ) -> Refusal | None:
        """Why a basket can't be had by this code, of which it is so much use, or this buyer; None if it can."""
        if code is not None and promo is not None:
            refusal = used_up_refusal(code, self._used(event.offer.event_id, code), promo.use)
            if refusal is not None:
                return refusal
        if not event.limits_buyers:
            return None
        return basket.buyer_refusal(event.offer, request, self._tickets_had(request))

    def fits(self, event: OpenEvent, booking: Booking) -> bool:
        """Tell whether a booking that gave everything back may have it again."""
        code = self._by_id.get((booking.event_id, booking.promo.code_id)) if booking.promo else None
        if booking.promo is not None and code is None:
            return False
        # Who was not named when he booked need not be now.
        paid_by: PaymentWay | None = "cash" if booking.buyer is None else None
        request = BasketRequest(booking.event_id, lines_left(booking), booking.buyer, paid_by=paid_by)
        return self.refusal(event, request, code, booking.promo) is None

    def take(self, booking: Booking) -> None:
        """Count a booking."""
        self._change(booking, 1)

    def put_back(self, booking: Booking) -> None:
        """Count a booking no longer."""
        self._change(booking, -1)

    def _change(self, booking: Booking, sign: int) -> None:
        if booking.promo is not None:
            key = (booking.event_id, booking.promo.code_id)
            self.promo_uses[key] = self.promo_uses.get(key, NO_USE).plus(booking.promo.use, sign)
        if self._had and booking.buyer is not None:
            had = self._had.get((booking.event_id, buyer_key_of(booking.buyer.email)))
            if had is not None:
                for type_id, quantity in lines_left(booking):
                    had[type_id] += sign * quantity

    def _used(self, event_id: str, code: PromoCode) -> PromoUse:
        return code.used.plus(self.promo_uses.get((event_id, code.id), NO_USE))

    def _tickets_had(self, request: BasketRequest) -> Mapping[str, int]:
        if request.buyer is None:
            return {}
        return self._had.setdefault((request.event_id, buyer_key_of(request.buyer.email)), Counter())
