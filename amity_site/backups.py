"""Copies of the database, made while the site runs, and put back while it does not.

A copy holds inquiries sealed. The keys and the erasure ledger are never in one: without the keys
it is worthless, and the ledger has to outlive it (admissions/ledger.py).
"""

from __future__ import annotations

import os
import sqlite3
import subprocess
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO

from django.db import DatabaseError, connection
from psycopg.conninfo import make_conninfo

# Hears how many bytes are done, of how many; None: nobody knows.
Progress = Callable[[int, int | None], object]
PAGES = 2000  # of SQLite, in one step: some 8 MB
CHUNK = 1 << 20
LOOK = 0.5  # seconds between two looks at what pg_dump has written

TABLES_THAT_COUNT = ("admissions_inquiry", "auth_user")
# Everything of ours, before a dump makes it again. The schema itself stays, with its rights.
MAKE_EMPTY = b"""
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT format('%I.%I', schemaname, tablename) FROM pg_tables
    WHERE schemaname = 'public'
  LOOP EXECUTE 'DROP TABLE IF EXISTS ' || name || ' CASCADE'; END LOOP;
  FOR name IN SELECT p.oid::regprocedure FROM pg_proc p
    WHERE p.pronamespace = 'public'::regnamespace AND NOT EXISTS
      (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.deptype = 'e')
  LOOP EXECUTE 'DROP FUNCTION IF EXISTS ' || name || ' CASCADE'; END LOOP;
END $$;
"""


class BackupError(Exception):
    """Nothing was changed. `str()` says why, and what to do."""


def _unheard(done: int, total: int | None) -> None:
    """Nobody wants to know."""


def back_up(target: Path, progress: Progress = _unheard) -> None:
    """Write the whole database into the new file `target`, mode 0600. Raises BackupError."""
    with _new_file(target) as draft:
        if connection.vendor == "sqlite":
            _copy_sqlite(draft, progress)
        else:
            _dump_postgresql(draft, progress)


def restore(source: Path, progress: Progress = _unheard) -> None:
    """Put what `back_up` wrote in place of the whole database, or leave that as it is.

    The caller has made sure that nothing else uses it. Raises BackupError.
    """
    if not source.is_file():
        raise BackupError(f"{source} is not a file")
    connection.close()
    if connection.vendor == "sqlite":
        _restore_sqlite(source, progress)
    else:
        _restore_postgresql(source, progress)
    connection.close()


def holds_something() -> bool:
    """Whether the database has inquiries or accounts that a restore would replace."""
    there = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in TABLES_THAT_COUNT:
            if table in there:
                cursor.execute(f"SELECT 1 FROM {table} LIMIT 1")  # noqa: S608 - names of ours
                if cursor.fetchone():
                    return True
    return False


def in_use() -> bool:
    """Whether other programs are connected to the database. SQLite tells only while they work."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
            return bool(cursor.fetchone()[0])
    return False


# SQLite


def _copy_sqlite(draft: Path, progress: Progress) -> None:
    """By SQLite's own online backup: one moment's state, whatever is written meanwhile."""
    connection.ensure_connection()
    database: sqlite3.Connection = connection.connection
    with closing(sqlite3.connect(draft)) as copy:
        # Reading from here on. Between two steps of a copy another program may write, and without
        # this SQLite would begin anew each time: on a busy site for ever.
        database.execute("BEGIN")
        try:
            database.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchone()
            database.backup(copy, pages=PAGES, progress=_in_bytes(database, progress))
        finally:
            database.execute("ROLLBACK")
        # One file, that needs no -wal beside it.
        copy.execute("PRAGMA journal_mode = DELETE")
        _require_sound(copy, draft)


def _restore_sqlite(source: Path, progress: Progress) -> None:
    """Through SQLite too, not by moving files: who reads meanwhile sees the old or the new."""
    target = connection.settings_dict["NAME"]
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True)) as copy,
            closing(sqlite3.connect(target, timeout=5)) as database,
        ):
            _require_sound(copy, source)
            Path(target).chmod(0o600)
            copy.backup(database, pages=PAGES, progress=_in_bytes(copy, progress))
    except sqlite3.Error as error:
        raise BackupError(f"{source} cannot be restored: {error}") from error


def _in_bytes(database: sqlite3.Connection, progress: Progress) -> Callable[[int, int, int], None]:
    """What SQLite tells of a copy of `database` after each step, for `progress`."""
    [page] = database.execute("PRAGMA page_size").fetchone()

    def hear(status: int, remaining: int, total: int) -> None:
        if status in {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}:
            # Python itself would try again for ever.
            raise BackupError("another program is writing to the database; stop the site first")
        progress((total - remaining) * page, total * page)

    return hear


def _require_sound(database: sqlite3.Connection, path: Path) -> None:
    try:
        [answer] = database.execute("PRAGMA quick_check(1)").fetchone()
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
    except sqlite3.Error as error:
        raise BackupError(f"{path} is not a back-up of this site: {error}") from error
    if answer != "ok" or ("django_migrations",) not in tables:
        raise BackupError(f"{path} is damaged, or not a back-up of this site")


# PostgreSQL


def _dump_postgresql(draft: Path, progress: Progress) -> None:
    """What pg_dump writes is compressed, so how much it will be is not known before its end."""
    dump = ["pg_dump", "--format=custom", "--no-owner", f"--file={draft}", "--no-password"]
    program = _start([*dump, _where()], stdin=subprocess.DEVNULL)
    try:
        while program.poll() is None:
            with suppress(subprocess.TimeoutExpired):
                program.wait(LOOK)
            progress(draft.stat().st_size, None)
    finally:
        program.terminate()  # if this was stopped before it ended
    _finish(program)


def _restore_postgresql(source: Path, progress: Progress) -> None:
    try:
        file = source.open("rb")
    except OSError as error:
        raise BackupError(f"{source} cannot be read: {error.strerror}") from error
    with file:
        _read_postgresql(file, source.stat().st_size, progress)


def _read_postgresql(file: IO[bytes], size: int, progress: Progress) -> None:
    """All in one transaction, which only a dump that was read to its end commits."""
    reading = _start(["pg_restore", "--no-owner", "--file=-"], stdin=file.fileno())
    writing = _start(
        ["psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", "--no-password", _where()],
        stdin=subprocess.PIPE,
    )
    assert reading.stdout and writing.stdin  # noqa: S101 - for the type checker
    with suppress(BrokenPipeError):  # psql stopped at an error, and says which
        writing.stdin.write(b"BEGIN;" + MAKE_EMPTY)
        while chunk := reading.stdout.read(CHUNK):
            writing.stdin.write(chunk)
            # Where pg_restore is: it reads through the same open file.
            progress(os.lseek(file.fileno(), 0, os.SEEK_CUR), size)
        if reading.wait() == 0:
            writing.stdin.write(b"COMMIT;")
        writing.stdin.close()
    reading.stdout.close()
    _finish(writing)
    _finish(reading)


def _where() -> str:
    """The option of PostgreSQL's programs that names the database. The password is not in it:
    anybody on the machine can read a command line.
    """
    settings = connection.settings_dict
    given = {"dbname": settings["NAME"], "host": settings["HOST"], "port": settings["PORT"]}
    given |= {"user": settings["USER"]}
    given |= {name: v for name, v in settings["OPTIONS"].items() if name.startswith("ssl")}
    return f"--dbname={make_conninfo(**{name: v for name, v in given.items() if v})}"


def _start(command: Sequence[str], *, stdin: int) -> subprocess.Popen[bytes]:
    password = connection.settings_dict["PASSWORD"]
    environment = os.environ | ({"PGPASSWORD": password} if password else {})
    environment.pop("PGOPTIONS", None)  # the web server's limit on how long a statement takes
    try:
        return subprocess.Popen(
            command,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment,
        )
    except FileNotFoundError as error:
        raise BackupError(f"{command[0]} is not installed (postgresql-client)") from error


def _finish(program: subprocess.Popen[bytes]) -> None:
    """Raise BackupError with the first line of its complaint, if it failed."""
    assert program.stderr  # noqa: S101 - for the type checker
    complaint = program.stderr.read().decode(errors="replace").strip().splitlines()
    if program.wait():
        raise BackupError(complaint[0] if complaint else "PostgreSQL's program failed")


# Files


@contextmanager
def _new_file(target: Path) -> Iterator[Path]:
    """A draft beside `target` that becomes it, on disk in full, if all goes well."""
    draft = target.with_name(f".{target.name}.{os.getpid()}.partial")
    if target.exists():
        raise BackupError(f"{target} exists already; a back-up never replaces a file")
    try:
        os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
        yield draft
        with draft.open("rb") as file:
            os.fsync(file.fileno())
        os.link(draft, target)  # fails, other than a rename, if somebody made `target` meanwhile
    except OSError as error:
        raise BackupError(f"{target} cannot be written: {error.strerror}") from error
    except (DatabaseError, sqlite3.Error) as error:
        raise BackupError(f"the database cannot be read: {error}") from error
    finally:
        with suppress(OSError):
            draft.unlink()
