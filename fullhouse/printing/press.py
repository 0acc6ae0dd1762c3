"""The press: makes PDFs of what is said, in a few threads, so that nobody who sells or looks waits for it."""

import asyncio
import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    import typst

Document: TypeAlias = Literal["ticket", "receipt"]

WAITING_MAX = 100
"""PDFs that wait for a thread; more are refused, since nobody waits that long."""

FONTS = ("Inter", "Noto Sans", "Noto Sans Arabic", "Noto Sans Hebrew", "Noto Sans CJK SC", "Noto Color Emoji")
"""The first one comes with the program; the others are the system's, where it has them."""

_FOLDER = resources.files("fullhouse.printing")


class PressBusyError(Exception):
    """More wait already than will be served in time."""


class Press:
    """Threads with a compiler each. Typst lets go of the interpreter's lock, so the others go on meanwhile."""

    def __init__(self, threads_max: int) -> None:
        """Nothing is read before the first document: looking for the system's fonts takes a while."""
        self._threads = ThreadPoolExecutor(threads_max, thread_name_prefix="press")
        self._lock = threading.Lock()
        self._own = threading.local()
        self._fonts: typst.Fonts | None = None
        self._waiting = 0
        self._room = threads_max + WAITING_MAX

    async def pdf(self, document: Document, said: Callable[[], dict[str, Any]]) -> bytes:
        """Make a PDF of what `said` returns, which is also worked out in the thread. Raises PressBusyError."""
        if self._waiting >= self._room:
            raise PressBusyError
        self._waiting += 1
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, lambda: self.made(document, said()))
        finally:
            self._waiting -= 1

    def made(self, document: Document, said: dict[str, Any]) -> bytes:
        """Make a PDF here and now."""
        compiler = self._compiler(document)
        # All that is said goes in as data, and the template reads it as JSON: no text of it can be markup.
        inputs = {"said": json.dumps({**said, "fonts": FONTS})}
        written = compiler.compile(format="pdf", sys_inputs=inputs)
        if not isinstance(written, bytes):
            raise TypeError("a PDF is one file")
        return written

    def close(self) -> None:
        """Begin nothing more."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _compiler(self, document: Document) -> "typst.Compiler":
        """The thread's compiler of a document; two threads can't share one."""
        import typst  # noqa: PLC0415 - 5 MB that a process needs only from its first document on

        compilers: dict[Document, typst.Compiler] = self._own.__dict__.setdefault("compilers", {})
        if document not in compilers:
            with self._lock:
                if self._fonts is None:
                    vendored = [str(_FOLDER.joinpath("vendor", "inter"))]
                    self._fonts = typst.Fonts(include_embedded_fonts=False, font_paths=vendored)
            folder = _FOLDER.joinpath("documents")
            compilers[document] = typst.Compiler(
                str(folder.joinpath(f"{document}.typ")), root=str(folder), font_paths=self._fonts
            )
        return compilers[document]
