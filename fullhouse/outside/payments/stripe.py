"""Stripe: cards and what else it offers, by PaymentIntents. The buyer pays on Stripe's form with the client secret.

Every call that could move money twice has an idempotency key made of our own ids, which are stored before the call.
"""

import json
import re
from collections.abc import Awaitable
from typing import Any, TypeVar, cast

import stripe

from fullhouse.outside.payments.provider import (
    Begun,
    Heard,
    ProviderUnavailable,
    Returned,
    Seen,
    SignatureWrong,
)
from fullhouse.rules.payment import Payment, Refund, RefundState

T = TypeVar("T")

REFUND_STATES: dict[str, RefundState] = {
    "succeeded": "done",
    "pending": "asked",
    "requires_action": "asked",
    "failed": "failed",
    "canceled": "failed",
}
REFUNDS_MAX = 100
_OUR_ID = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class Stripe:
    """One Stripe account."""

    def __init__(self, secret_key: str, webhook_secret: str, url: str, seconds_max: float) -> None:
        """Nothing is opened before the first call."""
        self._webhook_secret = webhook_secret
        self._http = stripe.HTTPXClient(timeout=seconds_max)
        self._client = stripe.StripeClient(
            secret_key,
            base_addresses={"api": url},
            # Who asks again decides that himself: the buyer, or the worker.
            max_network_retries=0,
            http_client=self._http,
        )

    async def begin(self, payment: Payment) -> Begun:
        """Make a PaymentIntent; the same payment gets the same one."""
        intent = await _answer(
            self._client.v1.payment_intents.create_async(
                {
                    "amount": payment.amount_minor,
                    "currency": payment.currency.lower(),
                    "metadata": {"payment_id": payment.id},
                },
                {"idempotency_key": f"payment-{payment.id}"},
            )
        )
        return Begun(_text(intent, "id"), {"client_secret": _text(intent, "client_secret")})

    async def look(self, payment: Payment) -> Seen:
        """Ask how the PaymentIntent stands."""
        return _seen(await self._intent(payment))

    async def cancel(self, payment: Payment) -> Seen:
        """Cancel the PaymentIntent, unless it is paid or cancelled already."""
        try:
            return _seen(await _answer(self._client.v1.payment_intents.cancel_async(await self._id(payment))))
        except _RefusedError:
            return await self.look(payment)

    async def refund(self, payment: Payment, refund: Refund) -> Returned:
        """Refund the charge of the PaymentIntent.

        An idempotency key is kept for a day or so, and answers as it did the first time. So what was asked for before
        is looked for first.
        """
        charge = (await self._intent(payment)).get("latest_charge")
        charge_id = charge["id"] if isinstance(charge, dict) else charge
        if not isinstance(charge_id, str):
            raise ProviderUnavailable("the payment intent has no charge")
        made = await _answer(self._client.v1.refunds.list_async({"charge": charge_id, "limit": REFUNDS_MAX}))
        for one in _objects(made):
            if (one.get("metadata") or {}).get("refund_id") == refund.id:
                return _returned(one)
        try:
            return _returned(
                await _answer(
                    self._client.v1.refunds.create_async(
                        {
                            "charge": charge_id,
                            "amount": refund.amount_minor,
                            "metadata": {"refund_id": refund.id, "payment_id": payment.id},
                        },
                        {"idempotency_key": f"refund-{refund.id}"},
                    )
                )
            )
        except _RefusedError as error:
            # A charge that was refunded by other hands, for instance: asking again would change nothing.
            return Returned("failed", reason=str(error))

    def hear(self, body: bytes, signature: str) -> Heard:
        """Read a notice whose signature is good and not old."""
        try:
            stripe.WebhookSignature.verify_header(body.decode(), signature, self._webhook_secret, 300)
            found = json.loads(body)["data"]["object"]
        except (stripe.SignatureVerificationError, ValueError, KeyError, TypeError) as error:
            raise SignatureWrong from error
        if not isinstance(found, dict):
            raise SignatureWrong
        payment_id = (found.get("metadata") or {}).get("payment_id")
        if not isinstance(payment_id, str) or not _OUR_ID.fullmatch(payment_id):
            payment_id = None
        reference = found.get("id") if found.get("object") == "payment_intent" else found.get("payment_intent")
        return Heard(payment_id, _text_or_none(reference))

    async def close(self) -> None:
        """End the connections."""
        await self._http.close_async()  # type: ignore[no-untyped-call] # Stripe left its types out

    async def _intent(self, payment: Payment) -> dict[str, Any]:
        intent_id = await self._id(payment)
        return await _answer(self._client.v1.payment_intents.retrieve_async(intent_id, {"expand": ["latest_charge"]}))

    async def _id(self, payment: Payment) -> str:
        """What Stripe calls a payment; when its answer was lost, the idempotency key brings it back."""
        return payment.reference or cast("str", (await self.begin(payment)).reference)


class _RefusedError(ProviderUnavailable):
    """Stripe understood and said no; the text is its code."""


async def _answer(asked: Awaitable[T]) -> dict[str, Any]:
    """What Stripe says, as plain data. Raises ProviderUnavailable."""
    try:
        found = await asked
        answer = found.to_dict()  # type: ignore[attr-defined] # all of Stripe's objects have it
    except stripe.InvalidRequestError as error:
        raise _RefusedError(error.code or "invalid_request") from error
    except (stripe.StripeError, AttributeError, ValueError, TypeError) as error:
        raise ProviderUnavailable(type(error).__name__) from error
    return cast("dict[str, Any]", answer)


def _text(answer: dict[str, Any], name: str) -> str:
    value = answer.get(name)
    if not isinstance(value, str):
        raise ProviderUnavailable(f"the answer has no {name}")
    return value


def _text_or_none(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _objects(answer: dict[str, Any]) -> list[dict[str, Any]]:
    found = answer.get("data")
    if not isinstance(found, list):
        raise ProviderUnavailable("the answer has no list")
    return found


def _seen(intent: dict[str, Any]) -> Seen:
    status = _text(intent, "status")
    if status == "succeeded":
        received = intent.get("amount_received", intent.get("amount"))
        charge = intent.get("latest_charge")
        refunded = charge.get("amount_refunded", 0) if isinstance(charge, dict) else 0
        if not isinstance(received, int) or not isinstance(refunded, int):
            raise ProviderUnavailable("the answer has no amount")
        return Seen("received", received, refunded)
    if status == "canceled":
        return Seen("cancelled")
    fault = intent.get("last_payment_error")
    # The buyer may try another card: the payment stays open.
    return Seen("open", reason=_text_or_none(fault.get("code")) if isinstance(fault, dict) else None)


def _returned(refund: dict[str, Any]) -> Returned:
    state = REFUND_STATES.get(_text(refund, "status"))
    if state is None:
        raise ProviderUnavailable("the refund is in no state that is known")
    return Returned(state, _text(refund, "id"), _text_or_none(refund.get("failure_reason")))
