"""Reconciling: do tickets, ledger and providers tell of the same money? What can be mended is, if asked for."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import NamedTuple

from fullhouse.actions import booking, payment, refund
from fullhouse.actions.deps import Deps
from fullhouse.actions.payment_provider import provider_of
from fullhouse.outside.payments.provider import ProviderUnavailable
from fullhouse.rules.payment import Payment
from fullhouse.rules.reconciliation import Finding, unlike_bookings, unlike_provider
from fullhouse.rules.refusals import Refusal
from fullhouse.store import payment as payments
from fullhouse.store import reconciliation

ASKED = ("stripe",)
"""Providers that can be asked. What statements and the desk told is the ledger's own."""

PAGE = 200
FIRST = "00000000-0000-0000-0000-000000000000"


class Report(NamedTuple):
    """What was asked of providers, what does not fit, what was mended of it, and which payments nobody answers for."""

    payments_asked: int
    findings: list[Finding]
    mended: list[Finding]
    unanswered: list[str]


async def run(deps: Deps, days: int, *, repair: bool) -> Report:
    """Compare all bookings with the ledger, and the ledger with the providers for payments begun in the last days.

    With `repair`, providers are heard first as if their notices came now, and then what is owed goes back. The findings
    are those that are left.
    """
    found, unanswered, asked = await _look(deps, days)
    mended: list[Finding] = []
    if found and repair:
        for finding in found:
            await _mend(deps, finding)
        left, unanswered, _ = await _look(deps, days)
        mended = [finding for finding in found if finding not in left]
        found = left
    return Report(asked, found, mended, unanswered)


async def _look(deps: Deps, days: int) -> tuple[list[Finding], list[str], int]:
    findings: list[Finding] = []
    unanswered: list[str] = []
    asked = 0
    async with deps.database.read() as conn:
        balances = await reconciliation.uneven(conn)
    findings += [finding for balance in balances if (finding := unlike_bookings(balance)) is not None]
    async for one in _askable(deps, days):
        asked += 1
        try:
            seen = await provider_of(deps, one).look(one)
        except ProviderUnavailable:
            unanswered.append(one.id)
            continue
        finding = unlike_provider(one, seen.received_minor, seen.refunded_minor)
        if finding is not None:
            findings.append(finding)
    return findings, unanswered, asked


async def _askable(deps: Deps, days: int) -> AsyncIterator[Payment]:
    """Payments whose providers can be asked. One without a reference was never answered for, and has no money."""
    since = deps.clock() - timedelta(days=days)
    for provider in ASKED:
        after = FIRST
        while provider in deps.providers:
            async with deps.database.read() as conn:
                ids = await reconciliation.payment_ids(conn, provider, since, after, PAGE)
                found = [await payments.find(conn, "stripe", payment_id, None) for payment_id in ids]
            for one in found:
                if one is not None and one.reference is not None:
                    yield one
            if len(ids) < PAGE:
                break
            after = ids[-1]


async def _mend(deps: Deps, finding: Finding) -> None:
    """Do what can be done without anybody's judgement: hear the provider, confirm, send back what is owed."""
    if finding.kind not in {"paid_without_ticket", "paid_twice", "refund_missing"}:
        return
    found = await booking.find(deps, finding.booking_id)
    async with deps.database.read() as conn:
        standing = await payments.of_booking(conn, found.event_id, found.number)
    for one in standing:
        try:
            if one.id == finding.payment_id:
                await payment.look(deps, one)
            elif finding.payment_id is None and one.state in ("received", "paid"):
                await payment.finish(deps, one)
            elif finding.payment_id is None and one.state == "refunding":
                await refund.settle(deps, found, one.number)
        except (ProviderUnavailable, Refusal):
            # It stays in the report, which is then made anew.
            continue
