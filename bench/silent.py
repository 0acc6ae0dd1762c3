"""Full House that tells nobody what it sells: `serve` as it is, but batches make no notices. For the benchmark alone.

The program itself can't be told to do without notices, for then some sales would never be told of. So what a batch
decides is replaced here, before anything is started; all else is the code that (c) and (g) run. It works for one
serving process, which is this one.
"""

from fullhouse.main import console
from fullhouse.rules import notice


def _nothing(*_: object, **__: object) -> list[notice.Notice]:
    """What a batch has to tell."""
    return []


notice.of_batch = _nothing
console()
