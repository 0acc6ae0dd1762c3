"""Money of a booking in the console: sent back beside a cancellation, and told in words how it stands."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.people import Office, open_office
from tests.web.asking import NOBODY
from tests.web.basket_office import new_hold, new_offering
from tests.web.console.staff import browser_of, hire, look, stranger_of
from tests.web.pages.browsing import BROWSER, GERMAN, follow, form_to, resend, send, words_of


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    """A closed server with an owner and an account at a bank."""
    async with open_office(conninfo, bank_iban="DE02120300000000202051", bank_holder="Box office") as opened:
        await opened.owner()
        yield opened


@pytest.fixture
async def olga(office: Office) -> httpx.AsyncClient:
    browser = await browser_of(office)
    browser.headers["origin"] = str(browser.base_url).rstrip("/")
    return browser


@pytest.fixture
async def path(olga: httpx.AsyncClient, conninfo: str) -> str:
    """The page of a hold of two adults, 55.25 altogether."""
    held = await new_hold(olga, await new_offering(olga, conninfo))
    return f"/console/bookings/{held['id']}"


async def paid_at_the_desk(olga: httpx.AsyncClient, path: str) -> httpx.Response:
    answer = await send(olga, await look(olga, path), f"{path}/confirmation", paid_by="cash")
    return await follow(olga, answer)


async def test_a_part_goes_back_while_the_tickets_stay_good_and_the_same_form_sends_it_once(
    olga: httpx.AsyncClient, path: str
) -> None:
    page = await paid_at_the_desk(olga, path)
    form = form_to(page, f"{path}/refunds")
    answers = [await resend(olga, page, form, amount="10.00") for _ in range(2)]
    words = words_of(await follow(olga, answers[0]))
    assert answers[1].status_code == 303
    assert "The money goes back." in words
    assert words.count("Staff have asked for it") == 1
    assert "Paid €55.25 €55.25 €10.00" in words, words
    assert words.count("Valid") == 2


async def test_more_than_is_left_does_not_go_back(olga: httpx.AsyncClient, path: str) -> None:
    page = await paid_at_the_desk(olga, path)
    for amount, fault in (("55.26", "So much can't go back."), ("ten", "Please give an amount, as 12.50.")):
        again = await send(olga, page, f"{path}/refunds", amount=amount)
        assert again.status_code == 422
        assert fault in words_of(again)
    again = await send(olga, page, f"{path}/refunds", payment_id=NOBODY)
    assert "The booking has no such payment." in words_of(again)
    words = words_of(await follow(olga, await send(olga, page, f"{path}/refunds")))
    assert "Went back €55.25 €55.25 €55.25" in words, words


async def test_a_transfer_is_asked_for_comes_in_and_goes_back_by_hand(olga: httpx.AsyncClient, path: str) -> None:
    page = await look(olga, path)
    page = await follow(olga, await send(olga, page, f"{path}/payments"))
    assert "Waits for the money" in words_of(page)
    booking = path.removeprefix("/console")
    (begun,) = (await olga.get(f"{booking}/payments")).json()
    statement = f"date;amount;currency;payer;text\n2030-05-01;55.25;EUR;Zoe;{begun['reference']}\n"
    assert (await olga.post("/payments/bank_transfer/statements", content=statement.encode())).status_code == 200
    page = await follow(olga, await send(olga, await look(olga, path), f"{path}/refunds"))
    assert "On its way" in words_of(page)
    (refund,) = (await olga.get(f"{booking}/payments")).json()[0]["refunds"]
    tail = f"{path}/refunds/{refund['id']}/completion"
    form = form_to(page, tail)
    answers = [await resend(olga, page, form) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [303, 303]
    words = words_of(await follow(olga, answers[0]))
    assert "It is written down that the money went back." in words
    assert "On its way" not in words
    other = form._replace(action=tail.replace(refund["id"], NOBODY))
    assert (await resend(olga, page, other, form_key=NOBODY)).status_code == 422
    german = words_of(await look(olga, path, **GERMAN))
    assert "Vom Team veranlasst" in german
    assert "Zurückgezahlt" in german


async def test_money_goes_back_by_those_who_manage_alone(office: Office, olga: httpx.AsyncClient, path: str) -> None:
    page = await paid_at_the_desk(olga, path)
    form = form_to(page, f"{path}/refunds")
    seller = await hire(office, "box_office")
    shown = await look(seller, path)
    assert "/refunds" not in shown.text
    for visitor, status in ((seller, 403), (await stranger_of(office), 404)):
        own = await visitor.get("/console/account", headers=BROWSER)
        token = dict(form_to(own, "/console/sign-out").fields)
        fields = [pair for pair in form.fields if pair[0] not in token]
        answer = await resend(visitor, own, form._replace(action=f"{path}/refunds", fields=[*fields, *token.items()]))
        assert answer.status_code == status, words_of(answer)
