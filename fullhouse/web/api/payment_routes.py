"""The routes of payments, with their description for the OpenAPI document."""

from typing import Annotated

from fastapi import APIRouter, Path, Response, params

from fullhouse.actions.deps import Deps
from fullhouse.web.api import payments
from fullhouse.web.api.documents import AT_ONES_OWN, IN_DOUBT, KEYED, MANAGEMENT, ORGANIZER, body_of, problems
from fullhouse.web.api.parameters import BookingId, CurrentCall, OrganizerId
from fullhouse.web.api.payment_shapes import PaymentRequest, PaymentShape, RefundRequest, RefundShape, TransferShape
from fullhouse.web.respond import response_of

NOT_PAID = (
    *("booking_not_found", "booking_not_held", "hold_expired", "event_cancelled"),
    *("payment_not_possible", "provider_down"),
)

SIGNATURE = {
    "name": "Stripe-Signature",
    "in": "header",
    "required": True,
    "description": "Made by Stripe with the webhook's secret.",
    "schema": {"type": "string"},
}

STATEMENT = {
    "required": True,
    "content": {"application/xml": {"schema": {"type": "string"}}, "text/csv": {"schema": {"type": "string"}}},
}
RefundId = Annotated[str, Path(description="The refund's id.")]


def add(router: APIRouter, deps: Deps, key: list[params.Depends]) -> None:
    """Add the calls of buyers who pay, that of the box office, and those of providers."""
    _add_paying(router, deps)
    _add_hearing(router, deps)
    _add_bank(router, deps, key)

    @router.post(
        "/bookings/{booking_id}/refunds",
        tags=["payments"],
        dependencies=key,
        status_code=201,
        response_model=RefundShape,
        responses=problems(
            "booking_not_found",
            "payment_not_found",
            "refund_not_possible",
            "provider_down",
            *IN_DOUBT,
            *MANAGEMENT,
            body=True,
        ),
        openapi_extra={**KEYED, "requestBody": body_of(RefundRequest)},
    )
    async def refund_payment(booking_id: BookingId, call: CurrentCall) -> Response:
        """Send money of a payment back, all or a part. Needs an API key; the same `Idempotency-Key` sends it once."""
        return response_of(await payments.send_back(deps, call, booking_id))


def _add_paying(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/bookings/{booking_id}/payments",
        tags=["payments"],
        status_code=201,
        response_model=PaymentShape,
        responses=problems(*NOT_PAID, *IN_DOUBT, *MANAGEMENT, body=True),
        openapi_extra={**KEYED, "requestBody": body_of(PaymentRequest)},
    )
    async def begin_payment(booking_id: BookingId, call: CurrentCall) -> Response:
        """Pay for a held booking. Again, in the same way: the same payment, as long as it is open; with a key for good.

        What is paid at the desk confirms the booking at once. Otherwise the answer says how to pay, and the hold lasts
        while the payment is open.
        """
        return response_of(await payments.begin(deps, call, booking_id))

    @router.get(
        "/bookings/{booking_id}/payments",
        tags=["payments"],
        response_model=list[PaymentShape],
        responses=problems("booking_not_found"),
    )
    async def show_payments(booking_id: BookingId) -> Response:
        """Show the payments of a booking. Whoever knows the booking's id may see them."""
        return response_of(await payments.index(deps, booking_id))


def _add_hearing(router: APIRouter, deps: Deps) -> None:
    @router.post(
        "/payments/stripe/events",
        tags=["payments"],
        status_code=204,
        response_class=Response,
        responses=problems("signature_invalid", "provider_down", "outcome_unknown"),
        openapi_extra={"parameters": [SIGNATURE], "requestBody": {"content": {"application/json": {"schema": {}}}}},
    )
    async def hear_stripe(call: CurrentCall) -> Response:
        """Take a notice of Stripe. It has to be signed; it may come twice, late or out of order."""
        return response_of(await payments.hear(deps, call))


def _add_bank(router: APIRouter, deps: Deps, key: list[params.Depends]) -> None:
    @router.post(
        "/organizers/{organizer_id}/payments/bank_transfer/statements",
        tags=["payments"],
        dependencies=key,
        response_model=list[TransferShape],
        responses=problems("organizer_not_found", *MANAGEMENT),
        openapi_extra={"requestBody": STATEMENT},
    )
    async def read_organizers_statement(organizer_id: OrganizerId, call: CurrentCall) -> Response:  # noqa: ARG001 - the gate has read it
        """Take a bank statement: what came in for the organizer's events is matched by its reference.

        CAMT.053, or CSV with the columns date, amount, currency, payer and text. Again: nothing changes.
        """
        return response_of(await payments.read_statement(deps, call))

    @router.post(
        "/payments/bank_transfer/statements",
        tags=["payments"],
        dependencies=key,
        response_model=list[TransferShape],
        responses=problems(*MANAGEMENT, *AT_ONES_OWN),
        openapi_extra={"parameters": [ORGANIZER], "requestBody": STATEMENT},
    )
    async def read_statement(call: CurrentCall) -> Response:
        """Take a bank statement of the organizer for whom one calls, as below `/organizers/{organizer_id}`."""
        return response_of(await payments.read_statement(deps, call))

    @router.post(
        "/bookings/{booking_id}/refunds/{refund_id}/completion",
        tags=["payments"],
        dependencies=key,
        response_model=RefundShape,
        responses=problems("booking_not_found", "refund_not_possible", *IN_DOUBT, *MANAGEMENT),
        openapi_extra=KEYED,
    )
    async def complete_refund(booking_id: BookingId, refund_id: RefundId, call: CurrentCall) -> Response:
        """Say that a refund was transferred by hand. Needs an API key. Again: the same answer."""
        return response_of(await payments.complete(deps, call, booking_id, refund_id))
