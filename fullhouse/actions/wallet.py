"""Tickets in the wallets of phones, where this installation has what their passes are signed with."""

import asyncio

from fullhouse.actions import printed_ticket
from fullhouse.actions.deps import Deps
from fullhouse.printing.apple_pass import pass_of
from fullhouse.printing.google_wallet import link_of
from fullhouse.rules.mail import Language
from fullhouse.rules.wallet_refusals import WalletNotOffered


async def apple_pass(deps: Deps, booking_id: str, number: int, language: Language | None) -> bytes:
    """A ticket as a pass for Apple Wallet. Raises WalletNotOffered, and as `printed_ticket.find` does."""
    signer = deps.wallets.apple
    if signer is None:
        raise WalletNotOffered("Passes for Apple Wallet are not set up here.")
    found = await printed_ticket.find(deps, booking_id, number)
    ((one, code),) = found.with_codes
    # Signing takes some milliseconds, so it is done beside the others.
    words = language or found.event.language
    return await asyncio.to_thread(pass_of, found.event, one, code, signer, words, found.event.look)


async def google_link(deps: Deps, booking_id: str, number: int, language: Language | None) -> str:
    """The address that puts a ticket into Google Wallet. Raises WalletNotOffered, and as `printed_ticket.find` does."""
    issuer = deps.wallets.google
    if issuer is None:
        raise WalletNotOffered("Google Wallet is not set up here.")
    found = await printed_ticket.find(deps, booking_id, number)
    ((one, code),) = found.with_codes
    words = language or found.event.language
    return await asyncio.to_thread(link_of, found.event, one, code, issuer, deps.clock(), words, found.event.look)
