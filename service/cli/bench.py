"""`redress bench`: what this machine does per second, beside others, in one run."""

from __future__ import annotations

import click

from service.cli.lazy import LazyGroup

# A new measurement is a module of its own and a line here.
BENCHES = {
    "bank": "service.bench.bank:bank",
    "engine": "service.bench.engine:engine",
    "feel": "service.bench.feel:feel",
    "http": "service.bench.http:http",
    "idle": "service.bench.idle:idle",
    "large": "service.bench.large:large",
    "pages": "service.bench.pages:pages",
    "scale": "service.bench.scale:scale",
}


@click.group("bench", cls=LazyGroup, lazy=BENCHES)
def bench() -> None:
    """Measure: contestants take turns in one run, so that their ratios hold on a busy machine too.

    Example: redress bench feel
    """
