"""The options that measurements share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import click

from service.bench.database import SQLITE

Decorator = Callable[[Callable[..., Any]], Callable[..., Any]]

database_option = click.option(
    "--database",
    "where",
    default=SQLITE,
    show_default=True,
    help="sqlite, or the URL of an empty database.",
)
shape_option = click.option(
    "--format", "shape", type=click.Choice(["text", "json"]), default="text", show_default=True
)


def rounds_option(default: int) -> Decorator:
    """How many turns each contestant has."""
    return click.option(
        "--rounds", type=click.IntRange(1, 1000), default=default, show_default=True
    )


def turn_option(default: float) -> Decorator:
    """How many seconds a turn lasts."""
    return click.option(
        "--seconds",
        type=click.FloatRange(0.001, 60),
        default=default,
        show_default=True,
        help="Of each turn.",
    )
