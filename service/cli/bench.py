"""`redress bench`: what this machine does per second, beside others, in one run."""

from __future__ import annotations

import click

from service.cli.lazy import LazyGroup

# A new measurement is a module of its own and a line here.
BENCHES = {
    "bank": "service.cli.bench_bank:bank",
    "engine": "service.cli.bench_engine:engine",
    "feel": "service.cli.bench_feel:feel",
    "http": "service.cli.bench_http:http",
    "idle": "service.cli.bench_idle:idle",
    "large": "service.cli.bench_large:large",
    "pages": "service.cli.bench_pages:pages",
    "scale": "service.cli.bench_scale:scale",
}


@click.group("bench", cls=LazyGroup, lazy=BENCHES)
def bench() -> None:
    """Measure: contestants take turns in one run, so that their ratios hold on a busy machine too.

    Example: redress bench feel
    """
