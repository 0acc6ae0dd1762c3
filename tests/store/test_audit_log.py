"""The audit log in the database: sealed in order, however late an entry comes, and any change is found."""

import asyncio
from datetime import timedelta

import pytest
from psycopg import OperationalError

from fullhouse.actions import audit_log as actions
from fullhouse.rules.actor import Who
from fullhouse.rules.audit_log import BEGINNING, INSTALLATION, Entry, Sealed, seal_of
from fullhouse.store import audit, audit_log, organizer
from fullhouse.store.audit_log import AuditFilter, AuditPosition
from fullhouse.store.db import Database, WriteConn
from tests.store.rows import NOW, Rows, batch, new_id, put_on_sale

HOUSE = organizer.DEFAULT_ID
RIVAL = new_id()
ANN = Who("member", new_id(), 'Zoë {O\'Hara}, \\ "Z"\t✓', "203.0.113.7")
RULE = audit.LOG_RULE
ALL = AuditFilter()


def entry(n: int = 0, organizer_id: str = HOUSE, who: Who = ANN) -> Entry:
    return Entry(new_id(), organizer_id, NOW + timedelta(seconds=n), who, "POST /events", None, (), None, '{"n": 1}')


async def write(database: Database, *entries: Entry) -> None:
    async with database.write() as conn:
        for one in entries:
            await audit_log.add(conn, one)


async def whole(database: Database, organizer_id: str = HOUSE, chosen: AuditFilter = ALL) -> list[Sealed]:
    async with database.read() as conn:
        return (await audit_log.page(conn, organizer_id, chosen, None, 1_000))[::-1]


async def differences(database: Database, *kept: bytes) -> list[tuple[str, str]]:
    async with database.read() as conn:
        return [(one.rule, one.row) for one in (await audit.run(conn, kept)).differences]


@pytest.fixture
async def sealed(database: Database) -> list[Sealed]:
    """Five entries, sealed."""
    await write(database, *[entry(n) for n in range(5)])
    assert await actions.seal_all(database) == 5
    return await whole(database)


# --------------------------------------------------------------------------------------------- written and read


async def test_an_entry_comes_back_as_it_was_written(database: Database) -> None:
    made = entry()._replace(event_id=new_id(), booking_numbers=(3, 7), before='{"b":  [1.50, "\\u0000"]}', after=None)
    bare = Entry(new_id(), INSTALLATION, NOW, Who("job", None, "settle", None), "job.settle")
    await write(database, made, bare)
    assert await whole(database) == [Sealed(made, None, None)]
    assert await whole(database, INSTALLATION) == [Sealed(bare, None, None)]


async def test_a_batch_writes_all_its_entries_at_once_for_the_organizer_of_the_event(
    database: Database, conn: WriteConn, rows: Rows
) -> None:
    event = await put_on_sale(database)
    about = [entry(n, INSTALLATION)._replace(event_id=event.id, booking_numbers=(n,)) for n in range(3)]
    async with batch(conn) as pipeline:
        audit_log.insert(pipeline, [*about, entry(9, RIVAL)])
        await pipeline.commit()
    assert [one.entry for one in await whole(database)] == [one._replace(organizer_id=HOUSE) for one in about]
    assert len(await whole(database, RIVAL)) == 1


async def test_an_act_that_is_rolled_back_is_not_in_the_log(database: Database) -> None:
    async with database.write() as conn:
        await audit_log.add(conn, entry())
        await conn.execute("ROLLBACK AND CHAIN")
    assert await whole(database) == []


async def test_a_page_shows_what_is_chosen_and_goes_on_where_the_last_one_ended(database: Database) -> None:
    made = [entry(n) for n in range(4)]
    made[1] = made[1]._replace(act="DELETE /x", event_id=new_id(), who=Who("key", "k", "Till", None))
    made[2] = made[2]._replace(at=made[1].at)
    await write(database, *made, entry(1, RIVAL))
    chosen = {
        AuditFilter(since=made[1].at): [1, 2, 3],
        AuditFilter(until=made[1].at): [0],
        AuditFilter(actor="k"): [1],
        AuditFilter(actor="Till"): [1],
        AuditFilter(actor="member"): [0, 2, 3],
        AuditFilter(act="DELETE /x"): [1],
        AuditFilter(event_id=made[1].event_id): [1],
        AuditFilter(act="DELETE /x", actor="member"): [],
    }
    for one, expected in chosen.items():
        assert [found.entry for found in await whole(database, HOUSE, one)] == [made[n] for n in expected], one
    async with database.read() as conn:
        after = None
        walked = []
        while page := await audit_log.page(conn, HOUSE, AuditFilter(), after, 1):
            walked += page
            after = AuditPosition(page[-1].entry.at, page[-1].entry.id)
    assert [one.entry for one in walked] == made[::-1]


# ------------------------------------------------------------------------------------------------------- sealed


async def test_each_organizer_has_a_chain_of_its_own(database: Database) -> None:
    await write(database, entry(1), entry(2, RIVAL), entry(3), entry(4, INSTALLATION))
    assert await actions.seal_all(database) == 4
    assert await actions.seal_all(database) == 0
    assert [one.position for one in await whole(database)] == [1, 2]
    assert [one.position for one in await whole(database, RIVAL)] == [1]
    async with database.read() as conn:
        assert (await audit_log.end_of(conn, HOUSE)).position == 2
        assert await audit_log.end_of(conn, new_id()) == BEGINNING
        assert await audit_log.ends(conn) == {
            one: await audit_log.end_of(conn, one) for one in (INSTALLATION, HOUSE, RIVAL)
        }
    assert await differences(database) == []


async def test_what_is_committed_late_comes_behind_and_is_not_skipped(database: Database, office: Database) -> None:
    late, early = entry(1), entry(2)
    async with office.write() as slow:
        await audit_log.add(slow, late)
        await write(database, early)
        assert await actions.seal_all(database) == 1
        async with database.read() as conn:
            assert await audit_log.count_unsealed(conn, HOUSE) == 0
    assert await actions.seal_all(database) == 1
    assert {one.entry.id: one.position for one in await whole(database)} == {early.id: 1, late.id: 2}
    assert await differences(database) == []


async def test_many_that_seal_at_once_make_one_chain(
    database: Database, office: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "SEALED_AT_ONCE", 3)

    async def act(writer: Database) -> None:
        for n in range(20):
            await write(writer, entry(n))

    async def seal(sealer: Database) -> int:
        return sum([await actions.seal_all(sealer) for _ in range(30)])

    counts = await asyncio.gather(seal(database), seal(office), act(database), act(office))
    rest = await actions.seal_all(database)
    assert (counts[0] or 0) + (counts[1] or 0) + rest == 40
    assert sorted(one.position or 0 for one in await whole(database)) == list(range(1, 41))
    assert await differences(database) == []


async def test_a_chain_that_another_one_is_at_is_left_to_him(database: Database, office: Database) -> None:
    await write(database, entry())
    assert await actions.seal_all(database) == 1
    await write(database, entry(1), entry(2, RIVAL))
    async with office.write() as other:
        assert await audit_log.seal(other, HOUSE, 10) == 1
        assert await actions.seal_all(database) == 1
    assert [one.position for one in await whole(database)] == [1, 2]


async def test_a_sealer_that_dies_leaves_nothing_half_sealed(database: Database, rows: Rows) -> None:
    await write(database, entry(1), entry(2))

    async def die() -> None:
        async with database.write() as conn:
            assert await audit_log.seal(conn, HOUSE, 10) == 2
            await rows.kill(conn)

    with pytest.raises(OperationalError):
        await die()
    assert await rows.one("SELECT count(*) FROM audit_entries WHERE position IS NOT NULL") == 0
    assert await differences(database) == []
    assert await actions.seal_all(database) == 2
    assert await differences(database) == []


# ----------------------------------------------------------------------------------------------------- tampered

TAMPERED = {
    "id": "gen_random_uuid()",
    "at": "at + interval '1 microsecond'",
    "actor_kind": "'key'",
    "actor_id": "NULL",
    "actor_name": "'Bob'",
    "address": "'198.51.100.1'",
    "act": "'GET /'",
    "about_event_id": "gen_random_uuid()",
    "booking_numbers": "'{1}'",
    "before": "'{}'",
    "after": """'{"n":1}'""",
}


@pytest.mark.parametrize("column", TAMPERED)
async def test_a_change_in_any_column_is_found_and_the_entry_named(
    database: Database, rows: Rows, sealed: list[Sealed], column: str
) -> None:
    await rows.run(f"UPDATE audit_entries SET {column} = {TAMPERED[column]} WHERE position = 3")  # noqa: S608 - all of it is of this file
    entry_id = await rows.one("SELECT id::text FROM audit_entries WHERE position = 3")
    assert await differences(database) == [(RULE, f"entry {entry_id}")]


async def test_every_column_of_an_entry_is_tampered_with_above(rows: Rows) -> None:
    columns = await rows.all("SELECT column_name FROM information_schema.columns WHERE table_name = 'audit_entries'")
    assert {name for (name,) in columns} == {*TAMPERED, "organizer_id", "position", "seal"}


async def test_a_seal_that_is_changed_is_found(database: Database, rows: Rows, sealed: list[Sealed]) -> None:
    await rows.run("UPDATE audit_entries SET seal = '\\x00' WHERE position = 3")
    assert await differences(database) == [(RULE, f"entry {sealed[n].entry.id}") for n in (2, 3)]


async def test_an_entry_that_is_moved_to_another_place_or_organizer_is_found(
    database: Database, rows: Rows, sealed: list[Sealed]
) -> None:
    await rows.run("UPDATE audit_entries SET position = 9 WHERE position = 3")
    assert (RULE, "position 3") in await differences(database)
    await rows.run("UPDATE audit_entries SET position = 3 WHERE position = 9")
    await rows.run("UPDATE audit_entries SET organizer_id = %s WHERE position = 3", RIVAL)
    found = await differences(database)
    assert (RULE, "position 3") in found
    assert (RULE, f"end of the chain of organizer {RIVAL}") in found


async def test_an_entry_that_is_deleted_is_found(database: Database, rows: Rows, sealed: list[Sealed]) -> None:
    await rows.run("DELETE FROM audit_entries WHERE position = 3")
    assert await differences(database) == [(RULE, "position 3")]


async def test_an_entry_that_is_put_between_others_is_found(
    database: Database, rows: Rows, sealed: list[Sealed]
) -> None:
    await rows.run("UPDATE audit_entries SET position = position + 1 WHERE position = 5")
    await rows.run("UPDATE audit_entries SET position = position + 1 WHERE position = 4")
    forged = entry(2)
    await write(database, forged)
    await rows.run(
        "UPDATE audit_entries SET position = 4, seal = %s WHERE id = %s",
        seal_of(sealed[2].seal or b"", forged, 4),
        forged.id,
    )
    found = await differences(database)
    assert (RULE, f"entry {sealed[3].entry.id}") in found
    assert (RULE, f"end of the chain of organizer {HOUSE}") in found


async def test_an_end_that_is_cut_off_is_found_by_the_noted_end_and_by_a_seal_that_was_kept(
    database: Database, rows: Rows, sealed: list[Sealed]
) -> None:
    kept = sealed[4].seal or b""
    assert await differences(database, kept, sealed[0].seal or b"") == []
    await rows.run("DELETE FROM audit_entries WHERE position = 5")
    assert await differences(database) == [(RULE, f"end of the chain of organizer {HOUSE}")]
    await rows.run("UPDATE audit_chains SET position = 4, seal = %s", sealed[3].seal)
    assert await differences(database) == []
    assert await differences(database, kept) == [(RULE, "a seal that was kept")]


async def test_a_log_that_is_emptied_is_found_by_a_seal_that_was_kept(
    database: Database, rows: Rows, sealed: list[Sealed]
) -> None:
    await rows.run("DELETE FROM audit_entries")
    assert await differences(database) == [(RULE, f"end of the chain of organizer {HOUSE}")]
    await rows.run("DELETE FROM audit_chains")
    assert await differences(database, sealed[4].seal or b"") == [(RULE, "a seal that was kept")]


async def test_an_entry_that_waits_too_long_for_its_seal_is_found(database: Database) -> None:
    waiting = entry()
    await write(database, waiting, entry(3_600))
    assert await differences(database) == []
    await write(database, entry(3_601))
    assert await differences(database) == [
        ("an entry of the audit log is sealed within the hour", f"entry {waiting.id}")
    ]
