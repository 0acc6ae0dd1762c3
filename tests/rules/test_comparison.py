"""What an act has changed, field by field."""

from fullhouse.rules.comparison import Difference, compared


def test_what_was_changed_comes_first() -> None:
    found = compared('{"id": "1", "name": "Old"}', '{"id": "1", "name": "New"}')
    assert found == [Difference("name", "Old", "New"), Difference("id", "1", "1")]
    assert [one.is_changed for one in found] == [True, False]


def test_what_came_and_what_went_has_one_side() -> None:
    assert compared(None, '{"name": "New"}') == [Difference("name", None, "New")]
    assert compared('{"name": "Old"}', None) == [Difference("name", "Old", None)]
    assert compared(None, None) == []


def test_fields_within_others_are_named_by_their_way() -> None:
    before = '{"terms": {"until": null, "none": {}}, "tags": ["a", "ü"]}'
    after = '{"terms": {"until": 3, "none": {}}, "tags": ["a", "ü"]}'
    assert compared(before, after) == [
        Difference("terms.until", "null", "3"),
        Difference("terms.none", "{}", "{}"),
        Difference("tags", '["a", "ü"]', '["a", "ü"]'),
    ]


def test_several_things_are_numbered() -> None:
    assert compared('[{"number": 7}]', '[{"number": 7}, {"number": 8}]') == [
        Difference("2.number", None, "8"),
        Difference("1.number", "7", "7"),
    ]
    assert compared('{"lines": [{"n": 1}]}', '"gone"') == [
        Difference("lines.1.n", "1", None),
        Difference("", None, "gone"),
    ]
