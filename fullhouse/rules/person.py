"""Persons: who can sign in, and how their mail addresses are told apart."""

import unicodedata
from typing import NamedTuple

from fullhouse.rules.mail import Language


class Person(NamedTuple):
    """Somebody with an account. He may work for several organizers, or for none."""

    id: str
    email: str
    name: str
    language: Language


class Account(NamedTuple):
    """A person with what his password is compared with; None when he has no password."""

    person: Person
    password_hash: str | None


def email_key(email: str) -> str:
    """A mail address as it is compared: two with the same key are one account.

    Upper and lower case are one, though a mail server could tell them apart (RFC 5321, section 2.4); none does. Mail
    goes to the address of the account alone, so a look-alike that somebody types gets nothing.
    """
    return unicodedata.normalize("NFC", email.strip()).lower()
