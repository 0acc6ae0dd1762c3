"""Who and what is in the demo: organizers with their people, and what they put on. Nothing of it is real."""

from typing import Literal, NamedTuple, TypeAlias

from fullhouse.rules.permission import Role

Fate: TypeAlias = Literal["on", "draft", "cancelled"]


class Person(NamedTuple):
    """Somebody who works for an organizer."""

    name: str
    role: Role


class House(NamedTuple):
    """An organizer. `domain` is one of those that are for examples alone (RFC 2606), so no mail ever arrives."""

    name: str
    domain: str
    language: Literal["en", "de"]
    colour: str
    people: tuple[Person, ...]


class Priced(NamedTuple):
    """A ticket type, with its part of what is sold; `places` limits it by a pool of its own."""

    name: str
    price_minor: int
    share: float
    places: int | None = None
    visibility: Literal["public", "code", "box_office"] = "public"


class Show(NamedTuple):
    """An event: in how many days it begins, for how many it is on sale before, and which part of its places goes.

    `more` are the dates of its series, in weeks.
    """

    house: int
    name: str
    venue: str
    zone: str
    places: int
    days: int
    on_sale_days: int
    sold: float
    types: tuple[Priced, ...]
    text: str
    currency: str = "EUR"
    fate: Fate = "on"
    more: int = 0
    hour: int = 19


HOUSES = (
    House(
        "Northlight Concerts",
        "northlight.example",
        "en",
        "#27408b",
        (Person("Nora Lind", "owner"), Person("Max Okafor", "manager"), Person("Bea Holm", "box_office")),
    ),
    House(
        "Theater am Hafen",
        "hafen.example",
        "de",
        "#8a1c3b",
        (Person("Jürgen Weiß", "owner"), Person("Leyla Öztürk", "box_office"), Person("Dirk Düsen", "door")),
    ),
    House(
        "PyNorth",
        "pynorth.example",
        "en",
        "#1f6f54",
        (Person("Ingrid Haugen", "owner"), Person("Sam Doyle", "manager")),
    ),
    House("Table Thirty & Friends", "tablethirty.example", "en", "#7a4a12", (Person("Inês Prata", "owner"),)),
)

_FIRST = (
    "Ada Aylin Amélie Anton Beatriz Björn Carla Chen Clara Dávid Elena Emeka Fatima Finn Greta Hannah Hugo Ida "
    "Ingrid Ivan Jana João Jonas Kaito Klara Lars Lea Léo Linus Lucía Malik Marta Mia Milan Mohammed Nadia Nina "
    "Olga Oskar Paul Priya Rosa Samuel Sofia Søren Tariq Theo Ursula Viktor Wanda Yara Yusuf Zoë Łukasz Þóra 小明 李娜 "
    "آمنة "
)
_LAST = (
    "Andersen Bauer Becker Bianchi Brown Costa Dąbrowski Demir Dubois Eriksen Fischer García Hansen Haddad Hofmann "
    "Ivanova Jansen Johansson Kaya Keller Klein Kowalski Krüger Lefèvre Lehmann Lopes MacLeod Martin Meyer Moreau "
    "Müller Müller-Lüdenscheidt Murphy Nguyen Nielsen Novák Nowak O'Hara Okafor Petrov Popescu Richter Rossi Sato "
    "Schmidt Schneider Silva Smith Svensson Szabó Tanaka van_den_Berg Vogel Wagner Walsh Weber Wolf Wójcik Yıldız "
    "Zhang "
)
FIRST_NAMES, LAST_NAMES = _FIRST.split(), _LAST.split()
