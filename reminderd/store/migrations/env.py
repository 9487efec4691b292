"""Alembic's entry point: run the migrations on the engine that the database hands over."""

from alembic import context

from reminderd.store.tables import metadata

with context.config.attributes["engine"].begin() as connection:
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    with context.begin_transaction():
        context.run_migrations()
