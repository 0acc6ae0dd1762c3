"""Refusals on wallets. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class WalletNotOffered(Refusal):
    """This installation has not what that wallet's passes are signed with."""

    code = "wallet_not_offered"
