"""Finding a browser."""

import os
import subprocess
import sys

from tests.browser.chromium import MISSING


def test_where_there_is_no_browser_one_line_tells_how_to_get_one() -> None:
    nothing = {"PATH": "", "PLAYWRIGHT_BROWSERS_PATH": "nowhere"}
    asked = subprocess.run(
        [sys.executable, "-m", "tests.browser.chromium"],
        capture_output=True,
        text=True,
        env={**os.environ, **nothing},
        check=False,
    )
    assert asked.returncode == 1
    assert asked.stderr == MISSING + "\n"
    assert "apt-get install chromium" in asked.stderr
