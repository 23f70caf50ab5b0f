"""The pool of connections: a request never meets one that its server has closed."""

from sqlalchemy import select


def test_connections_that_the_server_closed_are_replaced_before_the_request_that_takes_them(migrated, database):
    with database.transaction() as first, database.transaction() as second:
        numbers = {
            session.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar() for session in (first, second)
        }
    with migrated.transaction() as owner:
        for number in numbers:
            owner.connection().exec_driver_sql(f"SELECT pg_terminate_backend({number}, 5000)")

    with database.transaction() as session, database.reading() as reader:
        assert session.scalar(select(1)) == 1
        assert reader.scalar(select(1)) == 1
        assert not numbers & {
            one.connection().exec_driver_sql("SELECT pg_backend_pid()").scalar() for one in (session, reader)
        }
