"""A throw-away PostgreSQL for the tests: unprivileged, loopback only, gone afterwards."""

from __future__ import annotations

import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

VARIABLE = "PANEL_TEST_POSTGRES_URL"
HOW_TO_GET_IT = (
    "install PostgreSQL (Debian, Ubuntu: apt-get install postgresql; macOS: brew install postgresql)"
    f" or set {VARIABLE} to a server whose databases the tests may create and drop"
)
PLACES = (
    "/usr/lib/postgresql/*/bin",
    "/usr/pgsql-*/bin",
    "/opt/homebrew/opt/postgresql@*/bin",
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)
# Nothing of it outlives the tests, so nothing waits for the disk.
SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "max_connections": "200",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "jit": "off",
}


@contextmanager
def cluster(settings: Mapping[str, str] = SETTINGS) -> Iterator[str | None]:
    """Yield the URL of a server whose superuser the tests are, or None where there is no PostgreSQL.

    The environment variable wins; otherwise a cluster is made, and stopped and removed whatever happens.
    """
    given = os.environ.get(VARIABLE)
    programs = find_programs()
    if given or programs is None:
        yield given
        return
    with (
        tempfile.TemporaryDirectory(prefix="panel-postgres-") as directory,
        _started(programs, Path(directory), settings) as url,
    ):
        yield url


def find_programs() -> Path | None:
    """The folder of initdb and pg_ctl: on the PATH, else the newest of the usual places."""
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    folders = [folder for place in PLACES for folder in Path("/").glob(place[1:])]
    return max((folder for folder in folders if (folder / "initdb").exists()), key=_version, default=None)


def _version(folder: Path) -> int:
    digits = "".join(character for character in str(folder) if character.isdigit())
    return int(digits or 0)


@contextmanager
def _started(programs: Path, home: Path, settings: Mapping[str, str]) -> Iterator[str]:
    data, password, port = home / "data", secrets.token_urlsafe(16), _free_port()
    password_file = home / "password"
    password_file.write_text(password, encoding="ascii")
    account = _hand_to_unprivileged_account(home, password_file)

    def call(program: str, *arguments: str) -> None:
        with (home / "output").open("ab") as output:  # not a pipe: the server it starts would keep that open
            done = subprocess.run(
                [str(programs / program), "-D", str(data), *arguments],
                user=account,
                group=None if account is None else pwd.getpwnam(account).pw_gid,
                extra_groups=None if account is None else [],
                cwd=home,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                check=False,
            )
        if done.returncode:
            raise RuntimeError(f"{program} failed\n{(home / 'output').read_text(errors='replace')}")

    login = ("-U", "tests", "--pwfile", str(password_file), "-A", "scram-sha-256")
    call("initdb", *login, "--encoding=UTF8", "--locale=C")
    options = " ".join(f"-c {name}='{value}'" for name, value in settings.items())
    try:
        call("pg_ctl", "start", "-w", "-l", str(data / "log"), "-o", f"-p {port} {options}")
        yield f"postgresql+psycopg://tests:{password}@127.0.0.1:{port}/postgres"
    finally:
        if (data / "postmaster.pid").exists():
            call("pg_ctl", "stop", "-w", "-m", "immediate")


def _hand_to_unprivileged_account(*paths: Path) -> str | None:
    """PostgreSQL refuses to run as root: give the files to its own account, else to nobody."""
    if os.geteuid() != 0:
        return None
    known = {entry.pw_name for entry in pwd.getpwall()}
    account = "postgres" if "postgres" in known else "nobody"
    for path in paths:
        shutil.chown(path, account, pwd.getpwnam(account).pw_gid)
    return account


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
