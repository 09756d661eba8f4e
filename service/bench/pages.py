"""`redress bench pages`: the server's time for each page, beside a few open tasks and beside a
million."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import click
from rich.progress import Progress

from service.bench.database import SQLITE, name_of, opened
from service.bench.fact_filling import spread_facts
from service.bench.filling import fill_open
from service.bench.options import database_option, shape_option
from service.bench.page_case import prepare_case
from service.bench.page_report import Measured, measured, show_pages
from service.bench.page_visits import PAGES, Page, Visitor
from service.bench.report import read_setting
from service.cli.opening import one_line
from service.clock import SystemClock
from service.errors import InvalidInput
from service.execution import Runtime

WARM = 3
"""Visits of each page before those that are counted."""


@click.command(
    epilog="""\b
Example:
  redress bench pages
  redress bench pages --many 100000 --requests 50
  redress bench pages --database postgresql+psycopg://u@h/one --beside postgresql+psycopg://u@h/two"""
)
@database_option
@click.option(
    "--beside", default=SQLITE, show_default=True, help="The same for the one with few tasks."
)
@click.option(
    "--many",
    type=click.IntRange(1),
    default=1_000_000,
    show_default=True,
    help="Open tasks in the one.",
)
@click.option(
    "--few",
    type=click.IntRange(1),
    default=10_000,
    show_default=True,
    help="Open tasks in the other.",
)
@click.option(
    "--requests",
    type=click.IntRange(1, 10_000),
    default=200,
    show_default=True,
    help="Of each page.",
)
@shape_option
@one_line
def pages(where: str, beside: str, many: int, few: int, requests: int, shape: str) -> None:
    """Visit every page in a database with many open tasks and in one with few, in turns."""
    if name_of(where) != name_of(beside):
        raise InvalidInput("expected --database and --beside to be of the same kind")
    with Progress(transient=True, disable=shape == "json") as bar, _both(where, beside) as runtimes:
        task = bar.add_task("open tasks", total=few + many + len(PAGES) * requests)
        visitors = [
            prepare(runtime, count, partial(bar.advance, task))
            for runtime, count in zip(runtimes, (few, many), strict=True)
        ]
        found = [visit(page, visitors, requests, partial(bar.advance, task)) for page in PAGES]
    show_pages(
        read_setting("Flask", "SQLAlchemy", "psycopg"),
        name_of(where),
        (few, many),
        found,
        shape=shape,
    )


@contextmanager
def _both(where: str, beside: str) -> Iterator[tuple[Runtime, Runtime]]:
    with opened(beside) as small, opened(where) as large:
        yield small, large


def prepare(runtime: Runtime, count: int, progress: Callable[[int], object]) -> Visitor:
    """Fill a database, and know one case of it in full."""
    now = SystemClock().now()
    fill_open(runtime, count, now=now, progress=progress)
    spread_facts(runtime.database, now=now)
    known = prepare_case(runtime, now=now)
    runtime.warm_up()
    return Visitor(runtime, known)


def visit(
    page: Page, visitors: Sequence[Visitor], requests: int, progress: Callable[[int], object]
) -> Measured:
    """The page in each database in turns, and who begins changes every time."""
    for _ in range(min(WARM, requests)):
        for visitor in visitors:
            visitor.visit(page)
    pairs = []
    for number in range(requests):
        order = (0, 1) if number % 2 else (1, 0)
        taken = {place: visitors[place].visit(page) for place in order}
        pairs.append((taken[0], taken[1]))
        progress(1)
    return measured(page, pairs)
