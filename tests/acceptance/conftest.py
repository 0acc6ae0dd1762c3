"""A house of its own for each acceptance test: a data folder, and real servers on it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from fullhouse.store.embedded import join
from tests.acceptance.serving import House, new_house


@pytest.fixture(scope="session")
def first_started() -> Iterator[Path]:
    """A data folder as a first start leaves it; made once, because that takes a second."""
    with new_house() as house:
        join(house.data_dir).leave()
        yield house.data_dir


@pytest.fixture
def house(first_started: Path) -> Iterator[House]:
    """A data folder without any events; whatever was started on it is gone afterwards."""
    with new_house(copied_from=first_started) as fresh:
        yield fresh


@pytest.fixture
def empty_house() -> Iterator[House]:
    """A data folder that is not there yet."""
    with new_house() as empty:
        yield empty
