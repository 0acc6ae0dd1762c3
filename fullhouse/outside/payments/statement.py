"""Bank statements: CAMT.053 (ISO 20022) and CSV, read into transfers. Amounts never pass through a float."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from hashlib import blake2b
from typing import NamedTuple
from uuid import UUID
from xml.etree.ElementTree import Element

from defusedxml import ElementTree
from defusedxml.common import DefusedXmlException

from fullhouse.rules.minor_units import minor_of

COLUMNS = ("date", "amount", "currency", "payer", "text")


class StatementUnreadable(Exception):
    """The file is no statement that we understand; the text says where."""


class Transfer(NamedTuple):
    """An entry of a statement. `id` is the same whenever the same entry is read; what went out is negative."""

    id: str
    booked_on: date
    amount_minor: int
    currency: str
    payer: str
    text: str


def transfers_in(body: bytes) -> list[Transfer]:
    """All entries of a statement. Raises StatementUnreadable: then nothing of it may be used."""
    try:
        rows = list(_camt(body) if body.lstrip().startswith(b"<") else _csv(body))
    except (ElementTree.ParseError, DefusedXmlException, UnicodeDecodeError, csv.Error, ValueError) as error:
        raise StatementUnreadable(str(error)[:200] or type(error).__name__) from error
    return list(_identified(rows))


def _identified(rows: Iterable[tuple[str, Transfer]]) -> Iterator[Transfer]:
    """Give each entry its id; of entries that are wholly alike, the second is another than the first."""
    seen: Counter[str] = Counter()
    for bank_id, one in rows:
        what = "\0".join([bank_id, *map(str, one[1:])])
        seen[what] += 1
        digest = blake2b(f"{what}\0{seen[what]}".encode(), digest_size=16).hexdigest()
        yield one._replace(id=str(UUID(digest)))


def _csv(body: bytes) -> Iterator[tuple[str, Transfer]]:
    """A table with a head line that names date, amount, currency, payer and text; others are passed over."""
    text = body.decode("utf-8-sig")
    head = text.partition("\n")[0]
    table = csv.DictReader(io.StringIO(text), delimiter=";" if ";" in head else ",", strict=True)
    names = [name.strip().lower() for name in table.fieldnames or ()]
    table.fieldnames = names
    missing = [name for name in COLUMNS if name not in names]
    if missing:
        raise ValueError(f"line 1: there is no column {missing[0]!r}")
    for row in table:
        try:
            currency = row["currency"].strip().upper()
            amount_minor = minor_of(row["amount"], currency)
            booked_on = date.fromisoformat(row["date"].strip())
            one = Transfer("", booked_on, amount_minor, currency, row["payer"].strip(), row["text"].strip())
        except (ValueError, AttributeError) as error:
            # A line that is too short has None for what it lacks.
            raise ValueError(f"line {table.line_num}: {error}") from error
        yield row.get("id", ""), one


def _camt(body: bytes) -> Iterator[tuple[str, Transfer]]:
    """The booked entries of a statement; what was collected into one entry is taken apart again."""
    for entry in _below(ElementTree.fromstring(body, forbid_dtd=True), "Ntry"):
        if (_first(entry, "Sts", "Cd") or _first(entry, "Sts")).strip() not in {"BOOK", ""}:
            continue
        details = _below(entry, "TxDtls")
        # A single detail needs no amount of its own; several without amounts can't be told apart.
        is_parted = details and (len(details) == 1 or all(_amount(one) is not None for one in details))
        parts = details if is_parted else [entry]
        for number, part in enumerate(parts, 1):
            yield f"{_first(entry, 'AcctSvcrRef')}/{number}", _transfer(entry, part)


def _transfer(entry: Element, part: Element) -> Transfer:
    found = _amount(part)
    if found is None:
        found = _amount(entry)
    if found is None:
        raise ValueError("an entry has no amount")
    amount_minor = minor_of(found.text or "", found.get("Ccy", ""))
    way = _first(part, "CdtDbtInd") or _first(entry, "CdtDbtInd")
    if way not in {"CRDT", "DBIT"} or amount_minor < 0:
        raise ValueError("an entry says not whether it came in or went out")
    if _first(entry, "RvslInd") == "true":
        # A reversed debit comes in again (ISO 20022, ReversalIndicator), but it is our own money and nobody's payment.
        way = "DBIT"
    booked_on = date.fromisoformat(_first(entry, "BookgDt", "Dt") or _first(entry, "BookgDt", "DtTm")[:10])
    text = " ".join((one.text or "").strip() for name in ("Ustrd", "Ref", "EndToEndId") for one in _below(part, name))
    sign = 1 if way == "CRDT" else -1
    return Transfer("", booked_on, sign * amount_minor, found.get("Ccy", ""), _first(part, "Dbtr", "Nm"), text)


def _amount(element: Element) -> Element | None:
    """The amount of an entry, or of a detail (TxAmt before the older Amt)."""
    for one in element:
        if _name(one) == "Amt":
            return one
    for outer in _below(element, "TxAmt")[:1]:
        return next(iter(_below(outer, "Amt")), None)
    return None


def _name(element: Element) -> str:
    """The name without its namespace: versions of the format differ in that."""
    return str(element.tag).rpartition("}")[2]


def _below(element: Element, name: str) -> list[Element]:
    return [one for one in element.iter() if _name(one) == name]


def _first(element: Element, *path: str) -> str:
    """The text at a path, each step anywhere below the one before; empty when there is none."""
    for name in path:
        found = _below(element, name)
        if not found:
            return ""
        element = found[0]
    return (element.text or "").strip()
