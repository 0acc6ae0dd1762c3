"""What forms of the console do, by the names that the API has for it: the audit log knows each act by one name."""

from collections.abc import Mapping

OF_ORGANIZER = "/organizers/{organizer_id}"
WEBHOOK = f"{OF_ORGANIZER}/webhooks/{{webhook_id}}"
WORDING = f"{OF_ORGANIZER}/wording/{{kind}}/{{language}}"
COMPLETION = "/bookings/{booking_id}/refunds/{refund_id}/completion"

_PAGES: Mapping[str, str] = {
    f"{OF_ORGANIZER}/team": f"POST {OF_ORGANIZER}/invitations",
    f"{OF_ORGANIZER}/team/members/{{person_id}}/role": f"PATCH {OF_ORGANIZER}/members/{{person_id}}",
    f"{OF_ORGANIZER}/team/members/{{person_id}}/removal": f"DELETE {OF_ORGANIZER}/members/{{person_id}}",
    f"{OF_ORGANIZER}/team/invitations/{{invitation_id}}/withdrawal": (
        f"DELETE {OF_ORGANIZER}/invitations/{{invitation_id}}"
    ),
    f"{OF_ORGANIZER}/keys": f"POST {OF_ORGANIZER}/keys",
    f"{OF_ORGANIZER}/keys/{{key_id}}/revocation": f"DELETE {OF_ORGANIZER}/keys/{{key_id}}",
    f"{OF_ORGANIZER}/webhooks": f"POST {OF_ORGANIZER}/webhooks",
    WEBHOOK: f"PATCH {WEBHOOK}",
    f"{WEBHOOK}/secrets": f"POST {WEBHOOK}/secrets",
    f"{WEBHOOK}/test": f"POST {WEBHOOK}/test",
    f"{WEBHOOK}/removal": f"DELETE {WEBHOOK}",
    f"{WEBHOOK}/deliveries/{{delivery_id}}/replay": f"POST {WEBHOOK}/deliveries/{{delivery_id}}/replay",
    f"{OF_ORGANIZER}/mails/{{mail_id}}/repetition": f"POST {OF_ORGANIZER}/mails/{{mail_id}}/repetition",
    f"{OF_ORGANIZER}/mails/wording/{{kind}}/{{language}}": f"PUT {WORDING}",
    f"{OF_ORGANIZER}/mails/wording/{{kind}}/{{language}}/test": f"POST {WORDING}/test",
    f"{OF_ORGANIZER}/mails/wording/{{kind}}/{{language}}/removal": f"DELETE {WORDING}",
    f"{OF_ORGANIZER}/privacy/erasures": f"POST {OF_ORGANIZER}/erasures",
    f"{OF_ORGANIZER}/privacy/retention": f"PUT {OF_ORGANIZER}/retention",
    "/events/{event_id}/messages": "POST /events/{event_id}/messages",
    "/bookings/{booking_id}/refunds": "POST /bookings/{booking_id}/refunds",
    COMPLETION: f"POST {COMPLETION}",
    "/account/totp/removal": "DELETE /me/totp",
    "/account/passkeys/{passkey_id}/removal": "DELETE /me/passkeys/{passkey_id}",
}

ACTS: Mapping[tuple[str, str], str] = {("POST", f"/console{page}"): act for page, act in _PAGES.items()}
"""By method and path template of the form; what is not here is known by its own."""
