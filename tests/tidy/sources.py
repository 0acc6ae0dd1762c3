"""What the house rules look at: the files of the project, and the Python among them, parsed once."""

import ast
import functools
import os
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

Node = TypeVar("Node", bound=ast.AST)

ROOT = Path(__file__).resolve().parents[2]
CODE = ("fullhouse", "tests", "bench")
NOT_OURS = frozenset({"vendor", "LICENSE"})
LEFT_BEHIND = frozenset({"data", "build", "dist", "htmlcov", "__pycache__"})


@dataclass(frozen=True, slots=True)
class Source:
    """One Python file: its path from the root of the project, with forward slashes, its text and its tree."""

    path: str
    text: str
    tree: ast.Module

    @property
    def lines(self) -> list[str]:
        return self.text.splitlines()

    def nodes(self, kind: type[Node]) -> Iterator[Node]:
        """Every node of one kind."""
        return (node for node in ast.walk(self.tree) if isinstance(node, kind))

    def functions(self) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
        """Every function and method."""
        yield from self.nodes(ast.FunctionDef)
        yield from self.nodes(ast.AsyncFunctionDef)

    def at(self, node: ast.stmt | ast.expr) -> str:
        """Where a node stands, in the form that editors and terminals open."""
        return f"{self.path}:{node.lineno}"


@functools.cache
def project_files() -> tuple[str, ...]:
    """Paths of all files that are tracked by git or would be; of all files, where there is no git to ask."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
        paths = [path for path in listed.split("\0") if path and (ROOT / path).is_file()]
    except (OSError, subprocess.CalledProcessError):
        paths = list(_walk())
    return tuple(sorted(path for path in paths if not NOT_OURS & set(path.split("/"))))


def _walk() -> Iterator[str]:
    for folder, folders, names in os.walk(ROOT):
        ours = [name for name in folders if name not in LEFT_BEHIND and not name.startswith(".")]
        folders[:] = [*ours, *({".ci"} & set(folders))]
        for name in names:
            yield (Path(folder) / name).relative_to(ROOT).as_posix()


def text_of(path: str) -> str:
    """The text of a file; empty for one that is not text."""
    try:
        return (ROOT / path).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        return ""


@functools.cache
def sources() -> tuple[Source, ...]:
    """Every Python file of the program, its tests and its benchmark."""
    return tuple(
        Source(path=path, text=text_of(path), tree=ast.parse(text_of(path), filename=path))
        for path in project_files()
        if path.endswith(".py") and path.split("/")[0] in CODE
    )


def sources_in(*folders: str) -> tuple[Source, ...]:
    """The Python files under these folders, or that are named themselves."""
    return tuple(
        source
        for source in sources()
        if any(source.path == folder or source.path.startswith(f"{folder}/") for folder in folders)
    )
