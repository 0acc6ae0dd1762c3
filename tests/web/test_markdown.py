"""Descriptions as HTML: what Markdown means is there, and nothing that could run or lead astray."""

import re
import sys
from types import FrameType

import httpx
import pytest

from fullhouse.web.markdown import html_of
from tests.web.asking import new_event
from tests.web.organizing import details

SHORT, LONGEST = 2_000, 20_000
WORK_GROWTH_MAX = 12
"""Ten times the text may be ten times the work; a hundred times would be a way to keep a server busy."""

RENDERED = {
    "plain": "<p>plain</p>\n",
    "# A\n\n*b* **c** ~~d~~ `e`": "<h1>A</h1>\n<p><em>b</em> <strong>c</strong> <s>d</s> <code>e</code></p>\n",
    "- a\n- b": "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n",
    "3. a": '<ol start="3">\n<li>a</li>\n</ol>\n',
    "[a](https://x.example/?a=1&b=2 'T')": (
        '<p><a href="https://x.example/?a=1&amp;b=2" title="T" rel="noopener noreferrer nofollow">a</a></p>\n'
    ),
    "![a](https://x.example/a.png)": '<p><img src="https://x.example/a.png" alt="a"></p>\n',
    "[a](mailto:a@x.example)": '<p><a href="mailto:a@x.example" rel="noopener noreferrer nofollow">a</a></p>\n',
    "a < b & c": "<p>a &lt; b &amp; c</p>\n",
    "[a](/events) ![b](//x.example/b.png)": ('<p><a rel="noopener noreferrer nofollow">a</a> <img alt="b"></p>\n'),
    "> a\n\n---": "<blockquote>\n<p>a</p>\n</blockquote>\n<hr>\n",
    "": "",
}

EVIL = [
    "<script>alert(1)</script>",
    "<SCRIPT SRC=//x.example></SCRIPT>",
    "<img src=x onerror=alert(1)>",
    "<svg/onload=alert(1)>",
    "<a href='javascript:alert(1)'>x</a>",
    "<iframe srcdoc='<script>alert(1)</script>'>",
    "<style>*{background:url(//x.example)}</style>",
    "<p style='position:fixed'>x</p>",
    "<!-- --><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src onerror=alert(1)>",
    "[x](javascript:alert(1))",
    "[x](JaVaScRiPt:alert(1))",
    "[x](java&#10;script:alert(1))",
    "[x](&#106;avascript:alert(1))",
    "[x](\tjavascript:alert(1))",
    "[x](vbscript:msgbox(1))",
    "[x](data:text/html;base64,PHNjcmlwdD4=)",
    "![x](data:image/svg+xml;base64,PHN2Zz4=)",
    "![x](javascript:alert(1))",
    '![x](https://x.example/" onerror="alert(1))',
    '![x" onerror="alert(1)](https://x.example/)',
    "![x](https://x.example/ 'T\" onerror=\"alert(1)')",
    '[x](https://x.example/"onclick="alert(1))',
    "<javascript:alert(1)>",
    "[x]: javascript:alert(1)\n\n[x]",
    "```<script>\nx\n```",
    '``` "onload=alert(1)\nx\n```',
    "| <script> |\n| --- |\n| <img src=x onerror=alert(1)> |",
]

TAG = re.compile(r"<(/?)([a-z0-9]+)((?: [a-z]+=\"[^\"<>]*\")*)>")
HARMLESS = {"href", "src", "alt", "title", "rel", "start"}


@pytest.mark.parametrize("markdown", RENDERED)
def test_markdown_means_what_it_says(markdown: str) -> None:
    assert html_of(markdown) == RENDERED[markdown]


@pytest.mark.parametrize("markdown", EVIL)
def test_nothing_that_could_run_comes_through(markdown: str) -> None:
    html = html_of(markdown)
    tags = list(TAG.finditer(html))
    assert "<" not in TAG.sub("", html), "what is no plain tag is text, with its brackets escaped"
    assert not {tag[2] for tag in tags} & {"script", "style", "svg", "math", "iframe", "object", "form", "input"}
    for tag in tags:
        for name, value in re.findall(r' ([a-z]+)="([^"]*)"', tag[3]):
            assert name in HARMLESS
            assert name not in {"href", "src"} or re.match(r"(?:https?|mailto|tel):", value), html


def test_what_is_typed_as_html_is_shown_as_it_was_typed() -> None:
    assert html_of("<script>alert(1)</script>") == "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"


@pytest.mark.parametrize(
    "piece",
    ["[", "![", "[[](", "*a ", "**a_", "`a``", "> ", "- ", "<a ", "a[b](c ", "&#", "|a", "\\", "~~", "[a]: b\n", "1. "],
)
def test_the_longest_description_takes_no_more_work_for_a_letter_than_a_short_one(piece: str) -> None:
    assert work_of(piece, LONGEST) < WORK_GROWTH_MAX * work_of(piece, SHORT)


def work_of(piece: str, letters: int) -> int:
    """Count the calls that rendering so much of a text makes: unlike time, they are the same on any machine."""
    calls = 0

    def count(_frame: FrameType, event: str, _arg: object) -> None:
        nonlocal calls
        calls += event in {"call", "c_call"}

    sys.setprofile(count)
    try:
        html_of.__wrapped__((piece * letters)[:letters])
    finally:
        sys.setprofile(None)
    return calls


async def test_a_description_is_safe_where_it_is_shown(client: httpx.AsyncClient) -> None:
    text = "Hi <script>alert(1)</script> [x](javascript:alert(1))"
    event = await new_event(client, description=text)
    shown = await details(client, event["id"])
    assert shown["description"] == text
    assert shown["description_html"] == "<p>Hi &lt;script&gt;alert(1)&lt;/script&gt; [x](javascript:alert(1))</p>\n"
