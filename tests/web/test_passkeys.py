"""Passkeys over HTTP, answered by an authenticator made of software: made, used alone or as second factor, removed."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from webauthn import base64url_to_bytes
from webauthn.helpers import bytes_to_base64url

from tests.authenticator import PRESENT, Authenticator
from tests.people import OWNER, Office, sign_in
from tests.web.asking import NOBODY, assert_problem
from tests.web.factoring import STRANGER, URL, app_of, finish, open_office_of_two, passkey_of, waiting, whoami


@pytest.fixture
async def office(conninfo: str) -> AsyncIterator[Office]:
    async with open_office_of_two(conninfo) as opened:
        yield opened


@pytest.fixture
async def owner(office: Office) -> httpx.AsyncClient:
    return await office.signed_in()


async def options(visitor: httpx.AsyncClient, **body: Any) -> dict[str, Any]:
    """What a passkey has to answer."""
    answer = await visitor.post("/sessions/passkey-options", json=body)
    assert answer.status_code == 200, answer.text
    asked: dict[str, Any] = answer.json()
    return asked


async def by_passkey(visitor: httpx.AsyncClient, credential: dict[str, Any]) -> httpx.Response:
    return await visitor.post("/sessions/passkey", json={"credential": credential})


# ---------------------------------------------------------------------------------------------------------------- made


async def test_a_passkey_is_made_and_listed(office: Office, owner: httpx.AsyncClient) -> None:
    _, made = await passkey_of(owner, "Olga's phone")
    assert len(made.pop("recovery_codes")) == 10
    assert (made["name"], made["transports"], made["last_used_at"]) == ("Olga's phone", ["hybrid", "internal"], None)
    assert (await owner.get("/me/passkeys")).json() == [made]
    assert (await (await office.signed_in(STRANGER)).get("/me/passkeys")).json() == []


async def test_recovery_codes_come_with_the_first_factor_alone(office: Office, owner: httpx.AsyncClient) -> None:
    await passkey_of(owner)
    _, second = await passkey_of(owner)
    assert second["recovery_codes"] == []


async def test_a_device_makes_no_second_passkey(owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    asked = (await owner.post("/me/passkey-options")).json()
    assert [one["id"] for one in asked["excludeCredentials"]] == [bytes_to_base64url(device.credential_id)]
    body = {"name": "Again", "credential": device.create(asked)}
    assert_problem(await owner.post("/me/passkeys", json=body), 409, "passkey_not_valid")
    assert len((await owner.get("/me/passkeys")).json()) == 1


async def test_a_challenge_makes_one_passkey_of_one_person_in_time(office: Office, owner: httpx.AsyncClient) -> None:
    asked = (await owner.post("/me/passkey-options")).json()
    stranger = await office.signed_in(STRANGER)
    stolen = {"name": "Mine", "credential": Authenticator(URL).create(asked)}
    assert_problem(await stranger.post("/me/passkeys", json=stolen), 409, "passkey_not_valid")
    good = {"name": "Mine", "credential": Authenticator(URL).create(asked)}
    assert (await owner.post("/me/passkeys", json=good)).status_code == 201
    again = {"name": "Mine", "credential": Authenticator(URL).create(asked)}
    assert_problem(await owner.post("/me/passkeys", json=again), 409, "passkey_not_valid")
    late = {"name": "Mine", "credential": Authenticator(URL).create((await owner.post("/me/passkey-options")).json())}
    office.clock.move(minutes=5)
    assert_problem(await owner.post("/me/passkeys", json=late), 409, "passkey_not_valid")


async def test_a_challenge_is_used_up_by_a_wrong_answer_too(owner: httpx.AsyncClient) -> None:
    asked = (await owner.post("/me/passkey-options")).json()
    for origin in ("https://evil.example", URL):
        body = {"name": "Mine", "credential": Authenticator(origin).create(asked)}
        assert_problem(await owner.post("/me/passkeys", json=body), 409, "passkey_not_valid")


@pytest.mark.parametrize(
    "bent", [{"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"challenge": "AAAA"}, {"fmt": "tpm"}]
)
async def test_a_passkey_that_is_made_elsewhere_is_refused(owner: httpx.AsyncClient, bent: dict[str, str]) -> None:
    asked = (await owner.post("/me/passkey-options")).json()
    body = {"name": "Mine", "credential": Authenticator(URL).create(asked, **bent)}
    assert_problem(await owner.post("/me/passkeys", json=body), 409, "passkey_not_valid")
    assert (await owner.get("/me/passkeys")).json() == []


async def test_a_person_has_no_more_than_twenty_passkeys(owner: httpx.AsyncClient) -> None:
    for _ in range(19):
        await passkey_of(owner)
    asked = [(await owner.post("/me/passkey-options")).json() for _ in range(2)]
    bodies = [{"name": "Last", "credential": Authenticator(URL).create(one)} for one in asked]
    answers = await asyncio.gather(*[owner.post("/me/passkeys", json=body) for body in bodies])
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert assert_problem(await owner.post("/me/passkey-options"), 409, "too_many_passkeys")["limit"] == 20


# --------------------------------------------------------------------------------------------------------- used alone


async def test_a_passkey_alone_signs_in(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    await app_of(office, owner)
    visitor = office.visitor()
    asked = await options(visitor)
    assert "allowCredentials" not in asked or asked["allowCredentials"] == []
    assert (asked["rpId"], asked["userVerification"]) == ("tickets.example", "required")
    assert await whoami(office, await by_passkey(visitor, device.get(asked))) == OWNER
    assert (await visitor.get("/me")).json()["email"] == OWNER, "the browser has the cookie"
    (listed,) = (await owner.get("/me/passkeys")).json()
    assert listed["last_used_at"] is not None


async def test_an_answer_signs_in_once(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    credential = device.get(await options(office.visitor()))
    answers = await asyncio.gather(*[by_passkey(office.visitor(), credential) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 401, 401, 401]
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")


async def test_an_answer_that_comes_too_late_signs_nobody_in(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    credential = device.get(await options(office.visitor()))
    office.clock.move(minutes=5)
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")


async def test_every_no_is_the_same_no(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    unknown = Authenticator(URL)
    unknown.user_handle = device.user_handle
    forged = Authenticator(URL)
    forged.credential_id, forged.user_handle = device.credential_id, device.user_handle
    unverified = device.get(await options(office.visitor()), origin="http://tickets.example")
    answers = [unverified, unknown.get(await options(office.visitor())), forged.get(await options(office.visitor()))]
    elsewhere = ({"origin": "https://evil.example"}, {"rp_id": "evil.example"}, {"challenge": "AAAA"})
    answers += [device.get(await options(office.visitor()), **bent) for bent in elsewhere]
    tampered = device.get(await options(office.visitor()))
    signature = bytearray(base64url_to_bytes(tampered["response"]["signature"]))
    signature[-1] ^= 1
    tampered["response"]["signature"] = bytes_to_base64url(bytes(signature))
    other_purpose = device.get({**(await owner.post("/me/passkey-options")).json(), "rpId": "tickets.example"})
    said = set()
    for credential in (*answers, tampered, other_purpose):
        refused = await by_passkey(office.visitor(), credential)
        assert_problem(refused, 401, "passkey_refused")
        said.add(refused.text)
    assert len(said) == 1


async def test_a_device_that_does_not_verify_its_person_signs_nobody_in(
    office: Office, owner: httpx.AsyncClient
) -> None:
    device, _ = await passkey_of(owner)
    device.flags = PRESENT
    credential = device.get(await options(office.visitor()))
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")


async def test_a_copy_of_a_passkey_is_found_out(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    for _ in range(2):
        assert (await by_passkey(office.visitor(), device.get(await options(office.visitor())))).status_code == 201
    device.sign_count = 1
    credential = device.get(await options(office.visitor()))
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")


async def test_nobody_tries_for_ever(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    visitor = office.visitor("198.51.100.9")
    asked = {"challenge": bytes_to_base64url(bytes(32)), "rpId": "tickets.example"}
    codes = [(await by_passkey(visitor, device.get(asked))).json()["code"] for _ in range(40)]
    assert codes[0] == "passkey_refused"
    assert codes[-1] == "too_many_attempts"
    credential = device.get(await options(office.visitor()))
    assert (await by_passkey(office.visitor(), credential)).status_code == 201


@pytest.mark.parametrize(
    "credential",
    [
        None,
        {},
        "x",
        {"id": "AA", "rawId": "AA", "type": "password", "response": {}},
        {"id": "AA", "rawId": "AA", "type": "public-key", "response": {"clientDataJSON": "AA"}},
        {
            "id": "\x00",
            "rawId": "AA",
            "type": "public-key",
            "response": {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA"},
        },
    ],
)
async def test_what_is_no_answer_is_refused_with_its_field(office: Office, credential: Any) -> None:
    answer = await office.visitor().post("/sessions/passkey", json={"credential": credential})
    assert assert_problem(answer, 422, "validation_failed")["field"].startswith("credential")


async def test_nonsense_of_the_right_form_signs_nobody_in(office: Office) -> None:
    response = {"clientDataJSON": "AA", "authenticatorData": "AA", "signature": "AA", "userHandle": "AA"}
    credential = {"id": "AA", "rawId": "AA", "type": "public-key", "response": response}
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")


# --------------------------------------------------------------------------------------------------- as second factor


async def test_a_passkey_finishes_a_sign_in_by_password(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    assert (await sign_in(office.visitor())).json()["factors"] == ["passkey", "recovery_code"]
    visitor = office.visitor()
    token = await waiting(visitor)
    asked = await options(visitor, token=token)
    assert [one["id"] for one in asked["allowCredentials"]] == [bytes_to_base64url(device.credential_id)]
    assert await whoami(office, await finish(visitor, token, passkey=device.get(asked))) == OWNER


async def test_the_passkey_of_another_finishes_nothing(office: Office, owner: httpx.AsyncClient) -> None:
    await passkey_of(owner)
    strange, _ = await passkey_of(await office.signed_in(STRANGER))
    token = await waiting(office.visitor())
    answered = strange.get(await options(office.visitor(), token=token))
    assert_problem(await finish(office.visitor(), token, passkey=answered), 401, "second_factor_refused")


async def test_a_challenge_for_the_second_factor_is_for_nothing_else(office: Office, owner: httpx.AsyncClient) -> None:
    device, _ = await passkey_of(owner)
    token = await waiting(office.visitor())
    for_second = device.get(await options(office.visitor(), token=token))
    assert_problem(await by_passkey(office.visitor(), for_second), 401, "passkey_refused")
    for_sign_in = device.get(await options(office.visitor()))
    assert_problem(await finish(office.visitor(), token, passkey=for_sign_in), 401, "second_factor_refused")
    again = device.get(await options(office.visitor(), token=token))
    assert (await finish(office.visitor(), token, passkey=again)).status_code == 201


async def test_options_for_a_sign_in_that_does_not_wait_are_refused(office: Office) -> None:
    answer = await office.visitor().post("/sessions/passkey-options", json={"token": "fs_guessed"})
    assert_problem(answer, 401, "sign_in_required")


# -------------------------------------------------------------------------------------------------------------- removed


async def test_a_passkey_that_is_removed_signs_nobody_in(office: Office, owner: httpx.AsyncClient) -> None:
    device, made = await passkey_of(owner)
    path = f"/me/passkeys/{made['id'].upper()}"
    stranger = await office.signed_in(STRANGER)
    assert_problem(await stranger.delete(path), 404, "passkey_not_found")
    assert (await owner.delete(path, headers={"idempotency-key": "one"})).status_code == 204
    assert (await owner.delete(path, headers={"idempotency-key": "one"})).headers["idempotency-replayed"] == "true"
    for gone in (path, f"/me/passkeys/{NOBODY}", "/me/passkeys/x"):
        assert_problem(await owner.delete(gone), 404, "passkey_not_found")
    credential = device.get(await options(office.visitor()))
    assert_problem(await by_passkey(office.visitor(), credential), 401, "passkey_refused")
    assert (await sign_in(office.visitor())).json()["state"] == "signed_in"
