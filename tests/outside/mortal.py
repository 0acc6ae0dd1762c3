"""A process that hears a notice of Stripe, and is killed as soon as it has done so many steps.

Arguments: the conninfo, the address of Stripe, and the number of steps; the notice comes on its input. A step is a
transaction that was committed, a request that the engine has answered, or a refund that Stripe has made.
"""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fullhouse.actions import payment
from fullhouse.actions.deps import Deps
from fullhouse.rules.booking import Request
from fullhouse.store.db import WriteConn
from tests.cast import running_deps
from tests.outside.stripe_desk import settings_for, signed


def make_mortal(deps: Deps, steps: int) -> None:
    """Let the process end after so many steps."""
    left = steps
    write, submit, refund = deps.database.write, deps.engine.submit, deps.providers["stripe"].refund

    def step(*_: object) -> None:
        nonlocal left
        left -= 1
        if not left:
            os.kill(os.getpid(), signal.SIGKILL)

    @asynccontextmanager
    async def committed() -> AsyncIterator[WriteConn]:
        async with write() as conn:
            yield conn
        step()

    def answered(request: Request) -> Any:
        answer = submit(request)
        answer.add_done_callback(step)
        return answer

    async def refunded(*asked: Any) -> Any:
        made = await refund(*asked)
        step()
        return made

    for where, name, what in (
        (deps.database, "write", committed),
        (deps.engine, "submit", answered),
        (deps.providers["stripe"], "refund", refunded),
    ):
        setattr(where, name, what)


async def hear(conninfo: str, stripe_url: str, steps: int) -> None:
    """Take the notice, as far as it goes."""
    body = sys.stdin.buffer.read()
    async with running_deps(conninfo, **settings_for(stripe_url)) as deps:
        make_mortal(deps, steps)
        await payment.hear(deps, "stripe", body, signed(body)["stripe-signature"])


if __name__ == "__main__":
    asyncio.run(hear(sys.argv[1], sys.argv[2], int(sys.argv[3])))
