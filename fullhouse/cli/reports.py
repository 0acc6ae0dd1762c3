"""Reports as tables for people and as JSON for programs."""

import json
from collections.abc import Sequence

from fullhouse.actions.reconciliation import Report
from fullhouse.printing.mail import Rendered
from fullhouse.rules.mail import LoggedMail
from fullhouse.rules.reconciliation import Finding


def reconciliation_text(report: Report) -> str:
    """What does not fit, one line each, and what was mended."""
    lines = [f"{report.payments_asked} payments asked for."]
    lines += [_line("MENDED", finding) for finding in report.mended]
    lines += [_line("DIFFERENCE", finding) for finding in report.findings]
    lines += [f"UNANSWERED  payment {payment_id}: its provider gave no answer" for payment_id in report.unanswered]
    lines.append(f"{len(report.findings)} differences." if report.findings else "Tickets and money agree.")
    return "\n".join(lines)


def _line(word: str, finding: Finding) -> str:
    of = f", payment {finding.payment_id} ({finding.provider})" if finding.payment_id else ""
    what = finding.kind.replace("_", " ")
    return f"{word}  {what}: {finding.amount_minor} {finding.currency} minor, booking {finding.booking_id}{of}"


def reconciliation_json(report: Report) -> str:
    """The same as one JSON object; amounts are minor units."""
    return json.dumps(
        {
            "payments_asked": report.payments_asked,
            "findings": [finding._asdict() for finding in report.findings],
            "mended": [finding._asdict() for finding in report.mended],
            "unanswered": report.unanswered,
        },
        indent=2,
    )


def mails_text(found: Sequence[LoggedMail]) -> str:
    """Mails, one line each."""
    lines = [
        f"{one.mail.id}  {one.state:<7}  {one.mail.kind:<20}  {one.mail.to_email}"
        + (f"  {one.error}" if one.error else "")
        for one in found
    ]
    return "\n".join(lines) or "There are none."


def mail_text(one: LoggedMail, rendered: Rendered | None) -> str:
    """A mail with what it says."""
    head = [f"To: {one.mail.to_email}", f"State: {one.state}", *([f"Error: {one.error}"] if one.error else [])]
    if rendered is None:
        return "\n".join([*head, "", "What it said is not kept."])
    return "\n".join([*head, f"Subject: {rendered.subject}", "", rendered.text])
