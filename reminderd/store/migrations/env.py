"""Alembic's entry point: run the migrations on the engine that the database hands over."""

from typing import Any

from alembic import context

from reminderd.store.tables import metadata


def check_foreign_keys(connection: Any, *, wanted: bool) -> None:
    """Have SQLite check them or not: to change a table it copies and drops it, rows and all.

    It takes the wish only outside of a transaction, hence past SQLAlchemy, which begins one.
    """
    if connection.dialect.name == "sqlite":
        connection.connection.driver_connection.execute(f"PRAGMA foreign_keys={int(wanted)}")


with context.config.attributes["engine"].connect() as connection:
    check_foreign_keys(connection, wanted=False)
    with connection.begin():  # before Alembic looks, or it would commit after each migration
        context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
        with context.begin_transaction():
            context.run_migrations()
    check_foreign_keys(connection, wanted=True)
