"""Markdown of organizers as HTML that is safe on any page."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt

_PARSER = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])

_CLEANER = nh3.Cleaner(
    tags={
        *("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "code", "ul", "ol", "li"),
        *("strong", "em", "s", "a", "img", "table", "thead", "tbody", "tr", "th", "td"),
    },
    attributes={"a": {"href", "title"}, "img": {"src", "alt", "title"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto", "tel"},
    # The same description stands on many pages, and in mails.
    url_relative="deny",
    link_rel="noopener noreferrer nofollow",
)


@lru_cache(maxsize=128)
def html_of(markdown: str) -> str:
    """Render CommonMark with tables and strikethrough. Raw HTML is shown as it was typed.

    What comes out is sanitized once more, so that a mistake in the renderer opens nothing. Remembered, because anybody
    may ask for it and the longest texts take a while.
    """
    return _CLEANER.clean(_PARSER.render(markdown))
