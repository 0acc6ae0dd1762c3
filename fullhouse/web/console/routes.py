"""The addresses of the console."""

from fastapi import APIRouter

from fullhouse.actions.deps import Deps
from fullhouse.web.console import (
    account_pages,
    audit_log_pages,
    booking_list_pages,
    booking_pages,
    cancellation_pages,
    dashboard_pages,
    event_cancellation_pages,
    event_list_pages,
    event_settings_pages,
    factor_pages,
    home_pages,
    key_pages,
    line_pages,
    mail_pages,
    me_pages,
    message_pages,
    money_pages,
    offer_pages,
    picture_pages,
    privacy_pages,
    sale_pages,
    settings_pages,
    sign_in_pages,
    team_pages,
    webhook_pages,
    wording_pages,
)

OF_ORGANIZERS = (
    *(dashboard_pages, event_list_pages, booking_list_pages, settings_pages),
    *(team_pages, key_pages, webhook_pages, wording_pages, mail_pages, privacy_pages, audit_log_pages),
)
OF_EVENTS = (event_settings_pages, event_cancellation_pages, offer_pages, picture_pages, message_pages, sale_pages)
OF_BOOKINGS = (booking_pages, cancellation_pages, line_pages, money_pages)


def build(deps: Deps) -> APIRouter:
    """All pages of the console; none of them is in the API's document."""
    router = APIRouter(include_in_schema=False)
    sign_in_pages.add(router, deps)
    account_pages.add(router, deps)
    home_pages.add(router, deps)
    me_pages.add(router, deps)
    factor_pages.add(router, deps)
    for one in (*OF_ORGANIZERS, *OF_EVENTS, *OF_BOOKINGS):
        one.add(router, deps)
    return router
