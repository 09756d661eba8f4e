"""What every command opens: settings, the database; and how an expected error is said."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import Any

import click

from service.config import Settings, load_settings
from service.db import Database, migrate
from service.errors import RedressError
from service.execution import Runtime


def one_line(command: Callable[..., None]) -> Callable[..., None]:
    """Say an expected error in one line and exit with 1."""

    @wraps(command)
    def inner(*args: Any, **kwargs: Any) -> None:
        try:
            command(*args, **kwargs)
        except RedressError as error:
            click.echo(f"redress: {error.message}", err=True)
            sys.exit(1)

    return inner


def open_settings() -> Settings:
    """The settings of a command; it signs nothing, so it needs no secret key."""
    return load_settings(os.environ, demo="REDRESS_SECRET_KEY" not in os.environ)


def open_database() -> Database:
    """The database of the settings, migrated."""
    database = Database(open_settings().database_url)
    migrate(database)
    return database


@contextmanager
def closing_database() -> Iterator[Database]:
    """The database of the settings, closed again at the end."""
    database = open_database()
    try:
        yield database
    finally:
        database.dispose()


def open_runtime() -> Runtime:
    """What operations are handed."""
    return Runtime.of(open_database(), open_settings())
