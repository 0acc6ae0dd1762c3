"""The chain of the audit log: what is sealed, and what gives a change away."""

import json
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

import pytest

from fullhouse.rules.actor import Who
from fullhouse.rules.audit_log import (
    BEGINNING,
    INSTALLATION,
    LATE,
    End,
    Entry,
    Sealed,
    canonical,
    chained,
    end_fault,
    fault_of,
    seal_of,
)

NOW = datetime(2030, 5, 1, 19, 30, 0, 123456, tzinfo=UTC)
ANN = Who("member", "ann", "Ann", "203.0.113.7")
ENTRY = Entry("entry-1", "house", NOW, ANN, "PATCH /events/{event_id}", "event", (3, 7), '{"a":1}', '{"a":2}')


def entries(count: int) -> list[Entry]:
    return [ENTRY._replace(id=f"entry-{n}", at=NOW + timedelta(seconds=n)) for n in range(1, count + 1)]


def faults(chain: list[Sealed], end: End = BEGINNING) -> list[str]:
    found = []
    for one in chain:
        fault = fault_of(end, one)
        found += [fault.row] if fault else []
        assert one.position is not None
        assert one.seal is not None
        end = End(one.position, one.seal, one.entry.at)
    return found


def test_what_is_sealed_can_be_made_again_by_anybody() -> None:
    assert canonical(ENTRY, 1).decode() == (
        '[1,"entry-1","house","2030-05-01T19:30:00.123456+00:00","member","ann","Ann","203.0.113.7",'
        '"PATCH /events/{event_id}","event",[3,7],"{\\"a\\":1}","{\\"a\\":2}"]'
    )
    assert seal_of(bytes(32), ENTRY, 1) == sha256(bytes(32) + canonical(ENTRY, 1)).digest()


def test_a_moment_is_sealed_the_same_whatever_its_offset() -> None:
    elsewhere = NOW.astimezone(timezone(timedelta(hours=5)))
    assert canonical(ENTRY._replace(at=elsewhere), 1) == canonical(ENTRY, 1)


def test_any_text_can_be_sealed() -> None:
    odd = ENTRY._replace(who=ANN._replace(name='Zoë "\\ \u2028 \udc00'), before=None, after="null")
    assert json.loads(canonical(odd, 1))[6] == odd.who.name


CHANGES: list[dict[str, Any]] = [
    {"id": "entry-9"},
    {"organizer_id": INSTALLATION},
    {"at": NOW + timedelta(microseconds=1)},
    *(
        {"who": ANN._replace(**change)}
        for change in ({"kind": "key"}, {"id": None}, {"name": "Bob"}, {"address": None})
    ),
    {"act": "DELETE /events/{event_id}"},
    {"event_id": None},
    {"booking_numbers": (3,)},
    {"before": None},
    {"after": '{"a": 2}'},
]


@pytest.mark.parametrize("change", CHANGES, ids=str)
def test_a_changed_entry_is_named_and_no_other(change: dict[str, Any]) -> None:
    chain = chained(BEGINNING, [ENTRY._replace(id=f"entry-{n}") for n in (1, 2, 3)])
    chain[1] = chain[1]._replace(entry=chain[1].entry._replace(**change))
    assert faults(chain) == [f"entry {chain[1].entry.id}"]


def test_a_chain_that_nobody_touched_has_no_fault() -> None:
    assert faults(chained(BEGINNING, entries(5))) == []


def test_a_chain_goes_on_where_it_ended() -> None:
    whole = chained(BEGINNING, entries(5))
    assert whole[2].position is not None
    assert whole[2].seal is not None
    assert chained(End(whole[2].position, whole[2].seal), entries(5)[3:]) == whole[3:]


def test_an_entry_that_is_gone_leaves_a_gap() -> None:
    chain = chained(BEGINNING, entries(4))
    del chain[1]
    assert faults(chain) == ["position 2"]


def test_an_entry_that_was_pushed_in_does_not_fit_its_seal() -> None:
    chain = chained(BEGINNING, entries(3))
    chain[1] = Sealed(ENTRY._replace(id="forged"), 2, chain[1].seal)
    assert faults(chain) == ["entry forged"]


def test_whoever_seals_a_changed_entry_anew_breaks_the_next_one() -> None:
    chain = chained(BEGINNING, entries(3))
    forged = ENTRY._replace(id="forged")
    assert chain[0].seal is not None
    chain[1] = Sealed(forged, 2, seal_of(chain[0].seal, forged, 2))
    assert faults(chain) == ["entry entry-3"]


def test_a_seal_that_is_changed_is_found_at_its_entry_and_at_the_next() -> None:
    chain = chained(BEGINNING, entries(3))
    chain[1] = chain[1]._replace(seal=bytes(32))
    assert faults(chain) == ["entry entry-2", "entry entry-3"]


def test_an_entry_that_is_dated_back_is_named_though_its_seal_is_right() -> None:
    late = ENTRY._replace(id="late", at=NOW - LATE)
    back = ENTRY._replace(id="back", at=NOW - 2 * LATE - timedelta(microseconds=1))
    assert faults(chained(BEGINNING, [ENTRY, late])) == []
    assert faults(chained(BEGINNING, [ENTRY, late, back])) == ["entry back"]


def test_an_entry_without_a_seal_is_not_held_against_one() -> None:
    assert fault_of(BEGINNING, Sealed(ENTRY, None, None)) is None


def test_an_end_that_was_cut_off_is_found() -> None:
    chain = chained(BEGINNING, entries(3))
    ends = [End(one.position, one.seal) for one in chain if one.position and one.seal]
    assert end_fault(ends[2], ends[2]) is None
    fault = end_fault(ends[1], ends[2])
    assert fault is not None
    assert fault.row == "end of the chain"
    assert ends[2].seal.hex() in fault.expected
