"""Backups of the data, and the proof that they can be restored.

A backup folder holds `files/`, where every file lies once under its hash, and one folder per backup with the dump of
the database and a manifest: rows of each table, heads of each hash chain, hash of each file, fingerprints of the keys.
Rows are counted in the very snapshot that is dumped. Keys are never in here: `backup_keys` writes them elsewhere.
"""

import hashlib
import json
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from django.db import connections, transaction
from django.db.backends.base.base import BaseDatabaseWrapper

from lms.lib.files import FileStore, stored
from lms.tools.guard import fingerprints

MANIFEST = "manifest.json"


class BackupRefused(Exception):
    """A backup or a restore cannot be made like this; the message says why."""


@dataclass
class Manifest:
    """What a backup holds; two of them are compared by a drill."""

    made_at: str
    vendor: str
    dump: str
    dump_sha256: str
    rows: dict[str, int]
    heads: dict[str, str]
    files: dict[str, list[Any]]
    keys: dict[str, str]


def sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def count_rows(connection: BaseDatabaseWrapper) -> dict[str, int]:
    rows = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT COUNT(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            rows[table] = cursor.fetchone()[0]
    return rows


def chain_heads(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """For each table that chains its rows by hash, one hash over all of them: it changes with any entry."""
    heads = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            columns = {column.name for column in connection.introspection.get_table_description(cursor, table)}
            if {"hash", "prev_hash"} <= columns:
                cursor.execute(f"SELECT hash FROM {connection.ops.quote_name(table)} ORDER BY hash")  # noqa: S608
                total = hashlib.sha256()
                while found := cursor.fetchmany(2000):
                    total.update("".join(row[0] for row in found).encode())
                heads[table] = total.hexdigest()
    return heads


def run_tool(command: list[str], settings_of_database: dict[str, Any]) -> None:
    """Run pg_dump or pg_restore with the connection in its environment, so that no password is on a command line."""
    names = {"PGHOST": "HOST", "PGPORT": "PORT", "PGUSER": "USER", "PGPASSWORD": "PASSWORD", "PGDATABASE": "NAME"}
    given = {name: str(settings_of_database[key]) for name, key in names.items() if settings_of_database.get(key)}
    try:
        done = subprocess.run(command, env={**os.environ, **given}, capture_output=True, text=True)
    except FileNotFoundError:
        raise BackupRefused(f"{command[0]} is not installed; it comes with PostgreSQL's client programs.") from None
    if done.returncode:
        raise BackupRefused(f"{command[0]} failed: {done.stderr.strip()}")


def dump_database(connection: BaseDatabaseWrapper, folder: Path) -> tuple[Path, dict[str, int], dict[str, str]]:
    """Dump into `folder`; return the dump, the rows of each table and the chain heads, all of one moment."""
    if connection.vendor == "sqlite":
        path = folder / "database.sqlite3"
        connection.ensure_connection()
        with sqlite3.connect(path) as copy:
            connection.connection.backup(copy)
        copy.close()
        with connected({"NAME": str(path)}) as copied:
            return path, count_rows(copied), chain_heads(copied)
    path = folder / "database.pgdump"
    with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        cursor.execute("SELECT pg_export_snapshot()")
        snapshot = cursor.fetchone()[0]
        run_tool(
            ["pg_dump", "--format=custom", "--no-owner", f"--snapshot={snapshot}", f"--file={path}"],
            connection.settings_dict,
        )
        return path, count_rows(connection), chain_heads(connection)


@contextmanager
def connected(database: dict[str, Any]) -> Iterator[BaseDatabaseWrapper]:
    """A connection to a database that no setting names, closed at the end of the block."""
    connection = connections["default"].copy()
    connection.settings_dict.update(database)
    try:
        yield connection
    finally:
        connection.close()


def read_manifest(backup: Path) -> Manifest:
    try:
        return Manifest(**json.loads((backup / MANIFEST).read_text()))
    except (OSError, ValueError, TypeError):
        raise BackupRefused(f"{backup} is not a whole backup: its manifest cannot be read.") from None


def latest(folder: Path) -> Path | None:
    """The newest whole backup of a backup folder."""
    return max((path.parent for path in folder.glob(f"*/{MANIFEST}")), default=None)


def store_files(source: FileStore, store: Path, known: dict[str, list[Any]]) -> dict[str, list[Any]]:
    """Copy what `store` does not hold yet; a file whose size and time are as `known` is not read again.

    From a bucket every new file is fetched once: a bucket guards against a broken disk, not against a deletion.
    """
    files: dict[str, list[Any]] = {}
    store.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=store, prefix=".part-") as scratch:
        for file in source.walk():
            state = [file.size_bytes, round(file.modified_at.timestamp() * 1000)]
            before = known.get(file.name)
            if before and before[1:] == state:
                files[file.name] = before
                continue
            try:
                here = source.fetch(file.name, Path(scratch) / "fetched")
                value = sha256_of(here)
                kept = store / value[:2] / value
                if not kept.exists():
                    kept.parent.mkdir(exist_ok=True)
                    part = Path(scratch) / "part"
                    shutil.copyfile(here, part)
                    part.replace(kept)
            except FileNotFoundError:
                continue  # deleted since it was listed
            files[file.name] = [value, *state]
    return files


def save(folder: Path, *, files_of: FileStore | None = None, at: datetime) -> Path:
    """Back up the database and the files into `folder`; return the new backup. Files come after the database, so every
    file that a dumped row names is there."""
    previous = latest(folder)
    backup = folder / at.strftime("%Y%m%dT%H%M%SZ")
    backup.mkdir(parents=True, mode=0o700)
    connection = connections["default"]
    dump, rows, heads = dump_database(connection, backup)
    known = read_manifest(previous).files if previous else {}
    files = store_files(files_of or stored(), folder / "files", known)
    manifest = Manifest(
        made_at=at.isoformat(),
        vendor=connection.vendor,
        dump=dump.name,
        dump_sha256=sha256_of(dump),
        rows=rows,
        heads=heads,
        files=files,
        keys=fingerprints(),
    )
    part = backup / f"{MANIFEST}.part"
    part.write_text(json.dumps(asdict(manifest), ensure_ascii=False, indent=1))
    part.replace(backup / MANIFEST)
    return backup


def restore(backup: Path, *, database: dict[str, Any], files_of: FileStore) -> Manifest:
    """Restore into an empty database and an empty storage, verifying each file before it is written."""
    manifest = read_manifest(backup)
    if next(files_of.walk(), None):
        raise BackupRefused("The storage of files is not empty; a restore never writes over data.")
    dump = backup / manifest.dump
    if sha256_of(dump) != manifest.dump_sha256:
        raise BackupRefused(f"{dump} is damaged: its hash is not the one in the manifest.")
    if manifest.vendor == "sqlite":
        target = Path(database["NAME"])
        if target.exists():
            raise BackupRefused(f"{target} exists; a restore never writes over data.")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(dump, target)
    else:
        with connected(database) as target_connection:
            if target_connection.introspection.table_names():
                raise BackupRefused("The database is not empty; a restore never writes over data.")
        command = ["pg_restore", "--no-owner", "--exit-on-error", f"--dbname={database['NAME']}", str(dump)]
        run_tool(command, database)
    with TemporaryDirectory(prefix="tianjian-restore-") as scratch:
        for name, (value, _size, _modified) in manifest.files.items():
            copy = Path(scratch) / "copy"
            try:
                shutil.copyfile(backup.parent / "files" / value[:2] / value, copy)
            except FileNotFoundError:
                raise BackupRefused(f"The backup has lost the bytes of {name}.") from None
            if sha256_of(copy) != value:
                raise BackupRefused(f"The backup's bytes of {name} are damaged.")
            files_of.take(copy, name)
    return manifest


def differences(manifest: Manifest, *, database: dict[str, Any], files_of: FileStore) -> list[str]:
    """What a restored place does not have as the manifest says, as sentences."""
    with connected(database) as connection:
        rows = count_rows(connection)
        heads = chain_heads(connection)
    names = {file.name for file in files_of.walk()}
    found = [
        f"Table {table}: {manifest.rows.get(table)} rows were backed up, {rows.get(table)} came back."
        for table in sorted(manifest.rows.keys() | rows.keys())
        if manifest.rows.get(table) != rows.get(table)
    ]
    found += [
        f"The chain of {table} is not the one that was backed up."
        for table in sorted(manifest.heads.keys() | heads.keys())
        if manifest.heads.get(table) != heads.get(table)
    ]
    found += [f"File {name} did not come back." for name in sorted(manifest.files.keys() - names)]
    found += [f"File {name} was not in the backup." for name in sorted(names - manifest.files.keys())]
    with TemporaryDirectory(prefix="tianjian-compare-") as scratch:
        found += [
            f"File {name} came back with other bytes."
            for name in sorted(names & manifest.files.keys())
            if sha256_of(files_of.fetch(name, Path(scratch) / "fetched")) != manifest.files[name][0]
        ]
    mine = fingerprints()
    found += [
        f"The key {key_id} of the backup is not among the keys of this machine."
        for key_id, value in manifest.keys.items()
        if mine.get(key_id) != value
    ]
    return found
