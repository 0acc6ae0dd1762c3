"""The texts of pages: found in templates and code, and written into the catalogues. `make texts` runs this file."""

import io
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from fullhouse.web.errors import STATUSES

WEB = Path(__file__).resolve().parents[3] / "fullhouse" / "web"
METHODS = [("**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {"_": None, "gettext": None, "ngettext": (1, 2), "text": None, "texts": (1, 2), "N_": None}
OPTIONS = {"templates/**.html": {"silent": "false", "trimmed": "true"}}
WIDTH = 110
LEFT_OUT = ('"Project-', '"Report-', '"POT-', '"PO-', '"Last-', '"Language-Team', '"Generated-')
"""Lines of a catalogue's head that say nothing, or something new each time."""


def found() -> Catalog:
    """All texts that there are."""
    catalog = Catalog(charset="utf-8")
    for _, _, message, comments, _ in extract_from_dir(WEB, METHODS, OPTIONS, KEYWORDS):
        catalog.add(message, auto_comments=comments)
    for _, title in STATUSES.values():
        catalog.add(title)
    return catalog


def catalogues() -> Iterator[tuple[Path, Catalog]]:
    """The catalogues of all languages but English, which stands in templates and code."""
    for path in sorted(WEB.glob("locale/*/LC_MESSAGES/messages.po")):
        yield path, read_po(io.BytesIO(path.read_bytes()), locale=path.parts[-3])


def update() -> None:
    """Write new texts into each catalogue, and leave out those that are not shown any more."""
    for path, catalog in catalogues():
        catalog.update(found(), no_fuzzy_matching=True)
        catalog.obsolete.clear()
        written = io.BytesIO()
        write_po(written, catalog, width=WIDTH, omit_header=False, sort_output=True, no_location=True)
        lines = written.getvalue().decode().splitlines()
        kept = [line for line in lines if not line.startswith(LEFT_OUT)]
        path.write_text("\n".join(kept).rstrip() + "\n", encoding="utf-8")
        missing = sum(1 for message in catalog if message.id and not message.string)
        print(f"{path.name} of {path.parts[-3]}: {missing} texts to translate")  # noqa: T201 - says what is left to do


if __name__ == "__main__":
    update()
