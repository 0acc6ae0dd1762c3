"""Settings: each is described and listed in the book for operators, and a wrong one is told in one line."""

import re
from pathlib import Path
from typing import Any

import pytest

from fullhouse.settings import Settings, SettingsError, read_settings

OPERATING = Path(__file__).parent.parent / "docs" / "operating.md"
NAMES = list(Settings.model_fields)


@pytest.fixture(autouse=True)
def _clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever runs the tests may have settings of his own."""
    for name in NAMES:
        monkeypatch.delenv(f"FULLHOUSE_{name.upper()}", raising=False)


@pytest.mark.parametrize("name", NAMES)
def test_a_setting_says_what_it_is_and_the_book_for_operators_lists_it(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description
    assert field.description.endswith(".")
    assert f"`FULLHOUSE_{name.upper()}`" in OPERATING.read_text()


def test_the_book_for_operators_lists_no_setting_that_is_gone() -> None:
    listed = set(re.findall(r"^\| `FULLHOUSE_(\w+)`", OPERATING.read_text(), re.MULTILINE))
    assert listed == {name.upper() for name in NAMES}


@pytest.mark.parametrize("name", NAMES)
def test_the_book_for_operators_says_the_true_default_and_the_true_words(name: str) -> None:
    field = Settings.model_fields[name]
    assert (
        f"| `FULLHOUSE_{name.upper()}` | `{str(field.default).lower()}` | {field.description} |"
        in OPERATING.read_text()
    )


def test_without_any_setting_the_defaults_hold() -> None:
    settings = read_settings()
    assert (settings.host, settings.port, settings.data_dir) == ("127.0.0.1", 8000, Path("data"))
    assert settings.database_url is None
    assert not settings.open


def test_a_setting_comes_from_the_environment_and_a_flag_comes_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULLHOUSE_PORT", "9000")
    monkeypatch.setenv("FULLHOUSE_OPEN", "true")
    assert read_settings().port == 9000
    assert read_settings({"port": 9100}).port == 9100
    assert read_settings({"port": 9100}).open


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "abc"),
        ("PORT", "65536"),
        ("PORT", "-1"),
        ("WORKERS", "0"),
        ("WORKERS", ""),
        ("OPEN", "perhaps"),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("WAIT_SECONDS_MAX", "0"),
        ("WAIT_SECONDS_MAX", "nan"),
        ("NUM_SEATS_MAX", "1.5"),
        ("PORT", "9" * 5_000),
    ],
)
def test_a_wrong_value_is_told_in_one_line_that_names_it(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"FULLHOUSE_{name}", value)
    with pytest.raises(SettingsError, match=f"^FULLHOUSE_{name}: ") as refused:
        read_settings()
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 250


@pytest.mark.parametrize(("typed", "meant"), [("PROT", "PORT"), ("WORKRS", "WORKERS"), ("DATABASE", "DATABASE_URL")])
def test_a_misspelt_setting_is_refused_with_the_right_name(
    monkeypatch: pytest.MonkeyPatch, typed: str, meant: str
) -> None:
    monkeypatch.setenv(f"FULLHOUSE_{typed}", "1")
    with pytest.raises(SettingsError, match=rf"^FULLHOUSE_{typed}: .*did you mean FULLHOUSE_{meant}\?$"):
        read_settings()


def test_a_setting_like_no_other_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FULLHOUSE_ZZZZZZZZZZ", "1")
    with pytest.raises(SettingsError, match=r"there is no such setting\.$"):
        read_settings()


@pytest.mark.parametrize("flags", [{"port": 70_000}, {"workers": 0}, {"no_such": 1}])
def test_a_wrong_flag_is_refused_as_well(flags: dict[str, Any]) -> None:
    with pytest.raises(SettingsError):
        read_settings(flags)


def test_settings_cannot_be_changed_afterwards() -> None:
    with pytest.raises(ValueError, match="frozen"):
        read_settings().port = 1  # type: ignore[misc] # that it is read only is what this shows
