"""Which permission each call needs: one line a route. A route that is not here answers nobody.

read, sell, scan, manage, own: needed at the organizer of the event, booking, series or organizer that the path names;
where it names none, at the one that the caller works for (`Fullhouse-Organizer` says which, if there are several).
Who calls without one is told 401, a stranger 404, and a colleague without the permission 403.
public: everybody. Who stands at the organizer may then do, or see, what the comment says.
signed_in: any person who is signed in, about himself.
"""

from collections.abc import Mapping
from typing import Literal, TypeAlias

from fullhouse.rules.permission import Permission

Need: TypeAlias = Permission | Literal["public", "signed_in"]

PERMISSIONS: Mapping[tuple[str, str], Need] = {
    # Pages of the installation itself.
    ("GET", "/"): "public",
    ("GET", "/docs"): "public",
    ("GET", "/healthz"): "public",
    ("GET", "/readyz"): "public",
    ("GET", "/metrics"): "public",
    # Events. With "read", drafts are shown too.
    ("GET", "/events"): "public",
    ("GET", "/events/{event_id}"): "public",
    ("GET", "/events/{event_id}/availability"): "public",
    ("GET", "/events/{event_id}/details"): "public",
    ("GET", "/series/{series_id}"): "public",
    ("POST", "/events"): "manage",
    ("PATCH", "/events/{event_id}"): "manage",
    ("POST", "/events/{event_id}/publication"): "manage",
    ("DELETE", "/events/{event_id}/publication"): "manage",
    ("POST", "/events/{event_id}/copies"): "manage",
    ("POST", "/events/{event_id}/series"): "manage",
    ("POST", "/events/{event_id}/cancellation"): "manage",
    ("GET", "/events/{event_id}/cancellation"): "read",
    ("GET", "/events/{event_id}/explanation"): "read",
    # What an event offers. With "read", ticket types that are not public are shown too.
    ("GET", "/events/{event_id}/ticket-types"): "public",
    ("GET", "/events/{event_id}/ticket-types/{ticket_type_id}"): "public",
    ("POST", "/events/{event_id}/ticket-types"): "manage",
    ("PATCH", "/events/{event_id}/ticket-types/{ticket_type_id}"): "manage",
    ("DELETE", "/events/{event_id}/ticket-types/{ticket_type_id}"): "manage",
    ("GET", "/events/{event_id}/pools"): "read",
    ("GET", "/events/{event_id}/pools/{pool_id}"): "read",
    ("POST", "/events/{event_id}/pools"): "manage",
    ("PATCH", "/events/{event_id}/pools/{pool_id}"): "manage",
    ("DELETE", "/events/{event_id}/pools/{pool_id}"): "manage",
    ("GET", "/events/{event_id}/fees"): "read",
    ("GET", "/events/{event_id}/fees/{fee_id}"): "read",
    ("POST", "/events/{event_id}/fees"): "manage",
    ("PATCH", "/events/{event_id}/fees/{fee_id}"): "manage",
    ("DELETE", "/events/{event_id}/fees/{fee_id}"): "manage",
    ("GET", "/events/{event_id}/promo-codes"): "read",
    ("GET", "/events/{event_id}/promo-codes/{promo_code_id}"): "read",
    ("POST", "/events/{event_id}/promo-codes"): "manage",
    ("PATCH", "/events/{event_id}/promo-codes/{promo_code_id}"): "manage",
    ("DELETE", "/events/{event_id}/promo-codes/{promo_code_id}"): "manage",
    # Bookings. A booking's id is its buyer's key: who knows it is the buyer, unless he stands at the organizer with
    # "sell"; then he acts as staff. What was paid elsewhere than at the desk, staff give back against the policy only
    # with "manage", see `refunding.py`.
    ("POST", "/quotes"): "public",
    ("POST", "/bookings"): "public",  # with paid_by, which is for staff: "sell" at the organizer of the event
    ("GET", "/bookings/{booking_id}"): "public",
    ("GET", "/bookings/{booking_id}/tickets"): "public",
    ("GET", "/bookings/{booking_id}/history"): "public",
    ("PUT", "/bookings/{booking_id}/tickets/{number}/holder"): "public",
    ("PUT", "/bookings/{booking_id}/lines"): "public",
    ("POST", "/bookings/{booking_id}/confirmation"): "sell",
    ("PATCH", "/bookings/{booking_id}/cancel"): "public",
    ("POST", "/bookings/{booking_id}/refund-quotes"): "public",
    ("POST", "/bookings/{booking_id}/cancellations"): "public",  # with refunding other than by policy: "sell"
    # Organizers. Who has the say over keys and settings owns; a key never does.
    ("POST", "/organizers"): "signed_in",
    ("GET", "/organizers/{organizer_id}"): "read",
    ("PATCH", "/organizers/{organizer_id}"): "own",
    ("GET", "/organizers/{organizer_id}/members"): "own",
    ("PATCH", "/organizers/{organizer_id}/members/{person_id}"): "own",
    ("DELETE", "/organizers/{organizer_id}/members/{person_id}"): "own",
    ("GET", "/organizers/{organizer_id}/invitations"): "own",
    ("POST", "/organizers/{organizer_id}/invitations"): "own",
    ("DELETE", "/organizers/{organizer_id}/invitations/{invitation_id}"): "own",
    ("GET", "/organizers/{organizer_id}/keys"): "own",
    ("POST", "/organizers/{organizer_id}/keys"): "own",
    ("DELETE", "/organizers/{organizer_id}/keys/{key_id}"): "own",
    ("DELETE", "/organizers/{organizer_id}/test-data"): "own",
    # Payments. Money that goes back beside a cancellation is a decision on money, so it takes "manage".
    ("GET", "/bookings/{booking_id}/payments"): "public",
    ("POST", "/bookings/{booking_id}/payments"): "public",  # at the desk (cash, card_terminal): "sell"
    ("POST", "/bookings/{booking_id}/refunds"): "manage",
    ("POST", "/bookings/{booking_id}/refunds/{refund_id}/completion"): "manage",
    ("POST", "/payments/bank_transfer/statements"): "manage",
    ("POST", "/organizers/{organizer_id}/payments/bank_transfer/statements"): "manage",
    ("POST", "/payments/stripe/events"): "public",  # signed by Stripe
    # Signing in, and what concerns nobody but who is signed in.
    ("POST", "/setup"): "public",  # with the token that the first start prints
    ("POST", "/sessions"): "public",
    ("DELETE", "/sessions/current"): "signed_in",
    ("GET", "/me"): "signed_in",
    ("PUT", "/me/password"): "signed_in",
    ("DELETE", "/me/memberships/{organizer_id}"): "signed_in",
    ("POST", "/password-resets"): "public",
    ("POST", "/password-resets/completion"): "public",  # with the token from the mail
    ("POST", "/invitations/acceptance"): "public",  # with the token from the mail
    ("GET", "/me/sessions"): "signed_in",
    ("DELETE", "/me/sessions"): "signed_in",
    ("DELETE", "/me/sessions/{session_id}"): "signed_in",
    ("POST", "/sessions/second-factor"): "public",  # with the token of a sign-in that waits for it
    ("POST", "/sessions/passkey-options"): "public",
    ("POST", "/sessions/passkey"): "public",  # with the answer of a passkey
    ("GET", "/sessions/oidc"): "public",
    ("GET", "/sessions/oidc/callback"): "public",  # with the code of the OpenID provider
    ("POST", "/me/totp"): "signed_in",
    ("POST", "/me/totp/confirmation"): "signed_in",
    ("DELETE", "/me/totp"): "signed_in",
    ("POST", "/me/recovery-codes"): "signed_in",
    ("POST", "/me/passkey-options"): "signed_in",
    ("POST", "/me/passkeys"): "signed_in",
    ("GET", "/me/passkeys"): "signed_in",
    ("DELETE", "/me/passkeys/{passkey_id}"): "signed_in",
    # Webhooks. What was delivered has buyers in it.
    ("GET", "/organizers/{organizer_id}/webhooks"): "read",
    ("POST", "/organizers/{organizer_id}/webhooks"): "manage",
    ("GET", "/organizers/{organizer_id}/webhooks/{webhook_id}"): "read",
    ("PATCH", "/organizers/{organizer_id}/webhooks/{webhook_id}"): "manage",
    ("DELETE", "/organizers/{organizer_id}/webhooks/{webhook_id}"): "manage",
    ("POST", "/organizers/{organizer_id}/webhooks/{webhook_id}/secrets"): "manage",
    ("POST", "/organizers/{organizer_id}/webhooks/{webhook_id}/test"): "manage",
    ("GET", "/organizers/{organizer_id}/webhooks/{webhook_id}/deliveries"): "read",
    ("GET", "/organizers/{organizer_id}/webhooks/{webhook_id}/deliveries/{delivery_id}"): "read",
    ("POST", "/organizers/{organizer_id}/webhooks/{webhook_id}/deliveries/{delivery_id}/replay"): "manage",
    # Lists and files for staff, and what an organizer is owed.
    ("GET", "/events/{event_id}/bookings"): "read",
    ("GET", "/events/{event_id}/tickets"): "read",
    ("GET", "/events/{event_id}/exports/{file}"): "read",
    ("GET", "/organizers/{organizer_id}/exports/{file}"): "read",
    ("GET", "/events/{event_id}/settlement"): "manage",
    ("GET", "/events/{event_id}/settlement.{file_format}"): "manage",
    ("GET", "/organizers/{organizer_id}/settlement"): "manage",
    ("GET", "/organizers/{organizer_id}/settlement.{file_format}"): "manage",
    # What is known of a person, and how it is erased.
    ("GET", "/organizers/{organizer_id}/people"): "manage",
    ("POST", "/organizers/{organizer_id}/erasures"): "own",
    ("GET", "/organizers/{organizer_id}/retention"): "read",
    ("PUT", "/organizers/{organizer_id}/retention"): "own",
    ("GET", "/organizers/{organizer_id}/retention/preview"): "read",
    # Mails. Their log has buyers in it; what all buyers are sent is for those who manage.
    ("GET", "/organizers/{organizer_id}/mails"): "read",
    ("GET", "/organizers/{organizer_id}/mails/{mail_id}"): "read",
    ("POST", "/organizers/{organizer_id}/mails/{mail_id}/repetition"): "sell",
    ("GET", "/organizers/{organizer_id}/mail-settings"): "read",
    ("PUT", "/organizers/{organizer_id}/mail-settings"): "manage",
    ("GET", "/organizers/{organizer_id}/wording/{kind}/{language}"): "read",
    ("PUT", "/organizers/{organizer_id}/wording/{kind}/{language}"): "manage",
    ("DELETE", "/organizers/{organizer_id}/wording/{kind}/{language}"): "manage",
    ("POST", "/organizers/{organizer_id}/wording/{kind}/{language}/preview"): "manage",
    ("POST", "/organizers/{organizer_id}/wording/{kind}/{language}/test"): "manage",
    ("GET", "/events/{event_id}/messages"): "read",
    ("POST", "/events/{event_id}/messages"): "manage",
    ("GET", "/events/{event_id}/messages/{message_id}"): "read",
    ("GET", "/unsubscriptions/{token}"): "public",
    ("POST", "/unsubscriptions/{token}"): "public",
    # What happened, for other systems; what is told of bookings has their ids, which are their buyers' keys.
    ("GET", "/changes"): "read",
    ("GET", "/organizers/{organizer_id}/changes"): "read",
    # The audit log is for those who own.
    ("GET", "/organizers/{organizer_id}/audit-log"): "own",
    ("GET", "/organizers/{organizer_id}/audit-log/seal"): "own",
    ("GET", "/organizers/{organizer_id}/audit-log/export.csv"): "own",
}
