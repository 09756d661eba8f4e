"""Alembic's entry: it is handed the connection of a transaction that `service.db.migrate`
opened."""

from alembic import context

context.configure(connection=context.config.attributes["connection"], render_as_batch=True)
context.run_migrations()
