"""Refusals on second factors, passkeys and OpenID Connect. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class PersonNotFound(Refusal):
    """No such person; only who runs the installation is told so."""

    code = "person_not_found"


class SignInAgain(Refusal):
    """What changes how a person signs in needs a session that was begun a short while ago."""

    code = "sign_in_again"


class CodeNotValid(Refusal):
    """The code of the authenticator app is wrong, too old, or was used."""

    code = "code_not_valid"


class TotpActive(Refusal):
    """An authenticator app is in use already; it has to be removed first."""

    code = "totp_active"


class TotpNotFound(Refusal):
    """No authenticator app is in use, or none waits to be confirmed."""

    code = "totp_not_found"


class SecondFactorRequired(Refusal):
    """The person has no second factor that recovery codes would stand in for."""

    code = "second_factor_required"


class SecondFactorRefused(Refusal):
    """The sign-in does not wait any more, or what was sent does not finish it; it is not said which."""

    code = "second_factor_refused"


class PasskeyNotValid(Refusal):
    """The answer of a passkey is not one to the challenge, or not by this passkey."""

    code = "passkey_not_valid"


class PasskeyNotFound(Refusal):
    """The person has no such passkey."""

    code = "passkey_not_found"


class TooManyPasskeys(Refusal):
    """The person can't have more passkeys than `limit`."""

    code = "too_many_passkeys"


class PasskeyRefused(Refusal):
    """The passkey signs nobody in; it is not said why."""

    code = "passkey_refused"


class OpenidNotOffered(Refusal):
    """Sign-in with OpenID Connect is not configured."""

    code = "openid_not_offered"


class OpenidRefused(Refusal):
    """What the OpenID provider says signs nobody in."""

    code = "openid_refused"


class OpenidDown(Refusal):
    """The OpenID provider gave no answer that makes sense."""

    code = "openid_down"
