"""Who is asked about a payment that was begun, also where nothing new can be paid that way any more."""

from fullhouse.actions.deps import Deps
from fullhouse.outside.payments.bank_transfer import BankTransfer
from fullhouse.outside.payments.provider import Provider, ProviderUnavailable
from fullhouse.rules.payment import Payment

_BANKS = BankTransfer("", "")


def provider_of(deps: Deps, one: Payment) -> Provider:
    """The provider of a payment. Raises ProviderUnavailable for one that is not set up here.

    Banks are asked nothing, so a transfer comes to its end without an account to transfer to.
    """
    provider = deps.providers.get(one.provider)
    if provider is not None:
        return provider
    if one.provider == "bank_transfer":
        return _BANKS
    raise ProviderUnavailable(f"{one.provider} is not set up here")
