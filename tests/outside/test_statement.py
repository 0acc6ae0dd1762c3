"""Bank statements: what is written there is read to the last unit, and what can't be read is refused whole."""

import pytest

from fullhouse.outside.payments.statement import StatementUnreadable, transfers_in

HEAD = "date;amount;currency;payer;text\n"
CAMT = """<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt><Stmt>{}</Stmt></BkToCstmrStmt></Document>
"""
ENTRY = """
<Ntry><Amt Ccy="EUR">{amount}</Amt><CdtDbtInd>{way}</CdtDbtInd><Sts><Cd>{status}</Cd></Sts>
<BookgDt><Dt>2030-05-01</Dt></BookgDt><AcctSvcrRef>B1</AcctSvcrRef><NtryDtls>{details}</NtryDtls></Ntry>
"""
DETAIL = """
<TxDtls><Amt Ccy="EUR">{}</Amt><CdtDbtInd>CRDT</CdtDbtInd><RltdPties><Dbtr><Nm>Ada</Nm></Dbtr></RltdPties>
<RmtInf><Ustrd>Tickets</Ustrd><Strd><CdtrRefInf><Ref>RF18 5390</Ref></CdtrRefInf></Strd></RmtInf></TxDtls>
"""


def entry(amount: str = "52.00", way: str = "CRDT", status: str = "BOOK", details: str = "") -> str:
    return ENTRY.format(amount=amount, way=way, status=status, details=details)


def camt(*entries: str) -> bytes:
    return CAMT.format("".join(entries)).encode()


@pytest.mark.parametrize(
    ("amount", "currency", "minor"),
    [
        ("52.00", "EUR", 5_200),
        ("52,5", "EUR", 5_250),
        ("0.07", "EUR", 7),
        ("-1.00", "EUR", -100),
        ("999999999999.99", "EUR", 99_999_999_999_999),
        ("5200", "JPY", 5_200),
        ("1.234", "KWD", 1_234),
        ("1.10000", "EUR", 110),
    ],
)
def test_an_amount_is_read_to_the_last_unit(amount: str, currency: str, minor: int) -> None:
    (one,) = transfers_in((HEAD + f"2030-05-01;{amount};{currency};Ada;Tickets\n").encode())
    assert (one.amount_minor, one.currency, one.payer, one.text) == (minor, currency, "Ada", "Tickets")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"date;amount\n",
        (HEAD + "2030-05-01;52.00;EUR;Ada\n").encode(),
        (HEAD + "01.05.2030;52.00;EUR;Ada;Tickets\n").encode(),
        *[
            (HEAD + f"2030-05-01;{amount};EUR;Ada;x\n").encode()
            for amount in ("", "1.234", "1.000,00", "1e3", "NaN", "٣")
        ],
        b"\xff\xfe",
        b"<Document>",
        camt(entry(way="?")),
        camt(entry(amount="fifty")),
        b'<!DOCTYPE d [<!ENTITY a "aaaa">]><Document>&a;</Document>',
    ],
)
def test_what_can_not_be_read_is_refused_whole(body: bytes) -> None:
    with pytest.raises(StatementUnreadable):
        transfers_in(body)


def test_other_columns_and_a_comma_between_them_are_fine() -> None:
    body = b'\xef\xbb\xbfid,Date,Amount,Currency,Payer,Text,balance\n7,2030-05-01,1.00,eur,"Ada, B.","a\nb",9\n'
    (one,) = transfers_in(body)
    assert (one.payer, one.text, one.currency) == ("Ada, B.", "a\nb", "EUR")


def test_entries_that_are_alike_are_two_and_a_statement_read_again_has_the_same() -> None:
    line = "2030-05-01;1.00;EUR;Ada;x\n"
    first, again = transfers_in((HEAD + line * 2).encode()), transfers_in((HEAD + line * 2).encode())
    assert first == again
    assert first[0].id != first[1].id


def test_a_camt_statement_is_read_with_its_collected_entries_taken_apart() -> None:
    body = camt(
        entry(),
        entry(amount="3.00", way="DBIT"),
        entry(amount="9.00", status="PDNG"),
        entry(amount="30.50", details=DETAIL.format("10.25") + DETAIL.format("20.25")),
    )
    transfers = transfers_in(body)
    assert [one.amount_minor for one in transfers] == [5_200, -300, 1_025, 2_025]
    assert (transfers[2].payer, transfers[2].text) == ("Ada", "Tickets RF18 5390")
    assert len({one.id for one in transfers}) == 4


def test_the_details_of_a_single_transfer_need_no_amount_of_their_own() -> None:
    detail = "<TxDtls><RmtInf><Ustrd>RF18539007547034</Ustrd></RmtInf></TxDtls>"
    (one,) = transfers_in(camt(entry(details=detail)))
    assert (one.amount_minor, one.text) == (5_200, "RF18539007547034")
