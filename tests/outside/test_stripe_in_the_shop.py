"""A buyer pays by Stripe on the pages of the shop: his card is typed into Stripe's own form, never into ours."""

import httpx

from tests.outside.stripe_desk import StripeDesk, settings_for, signed
from tests.till import Till
from tests.web.conftest import serving
from tests.web.pages.browsing import BROWSER, follow, send, words_of


async def test_a_booking_is_paid_on_the_card_page(till: Till, conninfo: str, desk: StripeDesk) -> None:
    held = await till.hold()
    path = f"/shop/bookings/{held.id}"
    settings = {**settings_for(desk.url), "stripe_publishable_key": "pk_test_shop"}
    async with serving(conninfo, **settings) as url, httpx.AsyncClient(base_url=url, timeout=30) as client:
        page = await client.get(path, headers=BROWSER)
        assert "js.stripe.com" not in page.headers["content-security-policy"]
        card = await follow(client, await send(client, page, "/payments"))
        assert str(card.url).endswith("/card")
        assert 'data-key="pk_test_shop"' in card.text
        assert 'src="https://js.stripe.com/v3/"' in card.text
        policy = card.headers["content-security-policy"]
        assert "script-src 'self' https://js.stripe.com;" in policy
        assert "unsafe" not in policy
        (payment,) = (await client.get(f"/bookings/{held.id}/payments")).json()
        assert payment["instructions"]["client_secret"] in card.text
        back = await client.get(path, params={"payment_intent": payment["reference"]}, headers=BROWSER)
        assert "Your payment is being confirmed." in words_of(back)
        assert "Look once more" in words_of(back)
        await desk.pay(payment["reference"])
        body = await desk.notice(payment["reference"])
        await client.post("/payments/stripe/events", content=body, headers=signed(body))
        done = await client.get(path, params={"payment_intent": payment["reference"]}, headers=BROWSER)
        assert "Your tickets" in words_of(done)
        assert "Look once more" not in words_of(done)


async def test_without_a_publishable_key_the_shop_offers_no_cards(till: Till, conninfo: str, desk: StripeDesk) -> None:
    held = await till.hold()
    async with serving(conninfo, **settings_for(desk.url)) as url, httpx.AsyncClient(base_url=url) as client:
        words = words_of(await client.get(f"/shop/bookings/{held.id}", headers=BROWSER))
    assert "Pay at the box office" in words
