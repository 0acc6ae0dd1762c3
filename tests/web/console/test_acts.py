"""What forms of the console are called in the audit log."""

from fullhouse.web.api.permissions import PERMISSIONS
from fullhouse.web.console.acts import ACTS


def test_a_form_has_the_name_of_what_the_api_calls_so_and_needs_no_less_for_it() -> None:
    for page, act in ACTS.items():
        method, _, path = act.partition(" ")
        assert PERMISSIONS[page] == PERMISSIONS[method, path], page
