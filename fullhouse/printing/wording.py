"""Organizers' own wording: read as a small part of Jinja's language, so that none can do harm or run for long.

Allowed are texts, `{{ name }}` and `{% if name %} … {% else %} … {% endif %}`, with the names that there are. Filters,
calls, loops, attributes and arithmetic are refused: by the tree of the template, before anything of it is run.
"""

from collections.abc import Iterator, Mapping
from functools import lru_cache

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from fullhouse.rules.wording import PLACEHOLDERS

ALLOWED = (nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Not, nodes.And, nodes.Or)

# Not escaped here: it becomes a part of the text, and the frame of the HTML escapes all of that.
_SANDBOX = ImmutableSandboxedEnvironment(autoescape=False, undefined=StrictUndefined)
_SANDBOX.globals.clear()
_SANDBOX.filters.clear()
_SANDBOX.tests.clear()


class WordingFault(Exception):
    """A wording can't be used; the text says what is wrong, and `line` where."""

    def __init__(self, line: int, fault: str) -> None:
        """Say `fault` of a line, which are counted from 1."""
        super().__init__(f"line {line}: {fault}")
        self.line = line


def check(source: str) -> None:
    """Raises WordingFault for what is no template, names what there is not, or does more than name."""
    _compiled(source)


def worded(source: str, told: Mapping[str, str]) -> str:
    """A wording with what it names. Raises as `check` does."""
    return _compiled(source).render({name: told[name] for name in PLACEHOLDERS})


@lru_cache(maxsize=256)
def _compiled(source: str) -> Template:
    try:
        tree = _SANDBOX.parse(source)
        _check_tree(tree)
        return _SANDBOX.from_string(source)
    except TemplateSyntaxError as error:
        raise WordingFault(error.lineno, error.message or "this is no template") from error
    except (SyntaxError, RecursionError) as error:
        # Python has its own limit for what is nested.
        raise WordingFault(1, "this is nested too deeply") from error


def _check_tree(tree: nodes.Template) -> None:
    for node in _nodes(tree):
        if not isinstance(node, ALLOWED):
            kind = type(node).__name__.lower()
            raise WordingFault(node.lineno, f"{kind} is not allowed; write text, {{{{ name }}}} and {{% if name %}}")
        if isinstance(node, nodes.Name) and node.name not in PLACEHOLDERS:
            known = ", ".join(PLACEHOLDERS)
            raise WordingFault(node.lineno, f"there is no {node.name[:50]!r}; there are {known}")


def _nodes(tree: nodes.Template) -> Iterator[nodes.Node]:
    """All nodes, in the order in which they are met from the top."""
    left: list[nodes.Node] = [tree]
    while left:
        node = left.pop()
        yield node
        left.extend(node.iter_child_nodes())
