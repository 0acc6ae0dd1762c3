"""Every page there is: one table, by which each is photographed and looked at by axe."""

from typing import NamedTuple

from tests.browser.subjects import Subjects


class Shot(NamedTuple):
    """A page: its name, its path with the names of what it is about, and the status that it answers with."""

    name: str
    path: str
    status: int = 200
    is_for_members: bool = False

    def at(self, subjects: Subjects) -> str:
        """The page's path."""
        return self.path.format(**subjects)


def _console(name: str, path: str, status: int = 200) -> Shot:
    return Shot(f"console-{name}", f"/console{path}", status, is_for_members=True)


SHOTS = (
    Shot("home", "/"),
    Shot("home-empty", "/?q=nothing-of-that-name"),
    Shot("month", "/?month={month}"),
    Shot("organizer", "/shop/organizers/{organizer_id}"),
    Shot("event", "/shop/events/{event_id}"),
    Shot("event-wrong-code", "/shop/events/{event_id}?code=NOTACODE"),
    Shot("event-free", "/shop/events/{free_event_id}"),
    Shot("event-sold-out", "/shop/events/{sold_out_event_id}"),
    Shot("event-not-yet", "/shop/events/{later_event_id}"),
    Shot("event-cancelled", "/shop/events/{cancelled_event_id}"),
    Shot("widget", "/shop/events/{event_id}/widget"),
    Shot("booking-held", "/shop/bookings/{held_booking_id}"),
    Shot("booking-transfer", "/shop/bookings/{transfer_booking_id}"),
    Shot("booking", "/shop/bookings/{confirmed_booking_id}"),
    Shot("booking-free", "/shop/bookings/{free_booking_id}"),
    Shot("booking-cancelled", "/shop/bookings/{cancelled_booking_id}"),
    Shot("booking-run-out", "/shop/bookings/{run_out_booking_id}"),
    Shot("holder", "/shop/bookings/{confirmed_booking_id}/tickets/1/holder"),
    Shot("give-back", "/shop/bookings/{confirmed_booking_id}/cancellation"),
    Shot("give-up", "/shop/bookings/{held_booking_id}/cancellation"),
    Shot("not-there", "/shop/nowhere", status=404),
    Shot("sign-in", "/console/sign-in"),
    Shot("password-reset", "/console/password-reset"),
    _console("start", ""),
    _console("events", "/organizers/{organizer_id}/events"),
    _console("events-empty", "/organizers/{organizer_id}/events?q=nothing-of-that-name"),
    _console("event-new", "/organizers/{organizer_id}/events/new"),
    _console("event-settings", "/events/{event_id}/settings"),
    _console("event-draft", "/events/{draft_event_id}/settings"),
    _console("event-image", "/events/{event_id}/image"),
    _console("event-offer", "/events/{event_id}/offer"),
    _console("ticket-type-new", "/events/{event_id}/offer/ticket-types/new"),
    _console("promo-code-new", "/events/{event_id}/offer/promo-codes/new"),
    _console("event-cancelling", "/events/{event_id}/cancellation"),
    _console("event-cancelled", "/events/{cancelled_event_id}/cancellation"),
    _console("dashboard", "/organizers/{organizer_id}"),
    _console("event-dashboard", "/events/{event_id}"),
    _console("bookings", "/organizers/{organizer_id}/bookings"),
    _console("event-bookings", "/events/{event_id}/bookings"),
    _console("booking", "/bookings/{confirmed_booking_id}"),
    _console("booking-held", "/bookings/{held_booking_id}"),
    _console("booking-cancelling", "/bookings/{confirmed_booking_id}/cancellation"),
    _console("sale", "/events/{event_id}/sale"),
    _console("messages", "/events/{event_id}/messages"),
    _console("team", "/organizers/{organizer_id}/team"),
    _console("keys", "/organizers/{organizer_id}/keys"),
    _console("webhooks", "/organizers/{organizer_id}/webhooks"),
    _console("mails", "/organizers/{organizer_id}/mails"),
    _console("wordings", "/organizers/{organizer_id}/mails/wording"),
    _console("wording", "/organizers/{organizer_id}/mails/wording/booking_confirmed/de"),
    _console("audit-log", "/organizers/{organizer_id}/audit-log"),
    _console("privacy", "/organizers/{organizer_id}/privacy"),
    _console("account", "/account"),
    _console("organizer-settings", "/organizers/{organizer_id}/settings"),
    _console("organizer-logo", "/organizers/{organizer_id}/logo"),
    _console("not-there", "/nowhere", status=404),
)
