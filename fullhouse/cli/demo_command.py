"""The command that fills an installation with what can be looked at."""

import time

import click

from fullhouse.actions import demo
from fullhouse.cli.command import clear, database_options, finish, given
from fullhouse.cli.program import Program, StartError


@click.command(name="demo")
@click.option("--into-existing", is_flag=True, help="Also where there are events or people already; they stay.")
@database_options
@click.pass_obj
@clear
def load_demo(program: Program, /, *, into_existing: bool, **flags: object) -> None:
    """Fill an installation with organizers, events, and months of sales. Again: nothing is added twice."""

    async def run() -> None:
        began = time.monotonic()
        async with program.open_demo(given(**flags)) as (deps, walk):
            standing = await demo.standing(deps)
            if standing == "in_use" and not into_existing:
                raise StartError("There are events or people already. To have the demo beside them: --into-existing.")
            loaded = await demo.load(deps, walk, is_fresh=standing == "empty")
        click.echo(", ".join(f"{count:,} {name}" for name, count in loaded.counts.items()) + ".")
        if loaded.password is None:
            click.echo("The demo was there already; nothing was added.")
            return
        click.echo(f"Made in {time.monotonic() - began:.1f} s.\n\nSign in as one of these:")
        for name in loaded.sign_ins:
            click.echo(f"  {name}")
        click.echo(
            f"with the password {loaded.password}\nIt is shown this once; 'fullhouse owner create' gives another."
        )

    finish(run())
