"""How PostgreSQL, which refuses to run as root, is started by root and by anybody else."""

import os
import pwd
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from contactbot.database.server_place import EmbeddedServerFault

# Only what PostgreSQL needs: no PG* names, and none of our own secrets.
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}
# The server stops (fast, orderly) when its keeper dies, however that happens.
DIES_WITH_KEEPER = ("setpriv", "--pdeathsig", "INT")
# From the least privilege to the most; the first that reaches both program and data is taken.
# A capability is needed where a folder above is closed to others, as root's home often is.
CAPABILITIES = (None, "+dac_read_search", "+dac_override")
# PostgreSQL looks for its programs with access(2), which otherwise leaves capabilities aside.
KEEP_FOR_ACCESS = ("--securebits", "+no_setuid_fixup")


@dataclass(frozen=True, slots=True)
class Way:
    """One way to start a program: words to put before it, and whose files it can use."""

    prefix: tuple[str, ...]
    uid: int
    gid: int

    def hindrance(self, folder: Path, initdb: Path) -> str | None:
        """Why initdb, started this way, cannot enter the folder and find all its own files."""
        script = 'cd "$1" && exec "$2" --show -D "$1"'
        command = [*self.prefix, "/bin/sh", "-c", script, "sh", str(folder), str(initdb)]
        try:
            tried = subprocess.run(  # noqa: S603
                command, env=ENVIRONMENT, cwd="/", capture_output=True, timeout=30, check=False
            )
        except OSError as error:
            return str(error)
        return tried.stderr.decode(errors="replace").strip() if tried.returncode else None


def find_way(cluster: Path, initdb: Path) -> Way:
    """The first way that works on this machine for this data folder (which may not exist yet)."""
    hindrance: str | None = "no way is known on this system to lay down root’s rights"
    for way in ways(cluster):
        hindrance = way.hindrance(cluster.parent, initdb)
        if hindrance is None:
            return way
    raise EmbeddedServerFault(
        f"PostgreSQL could not be run for {cluster}: {hindrance}. Run as an ordinary user, install"
        " util-linux (setpriv, unshare), or set CONTACTBOT_DATABASE_URL."
    )


def give(path: Path, way: Way) -> None:
    """Make a folder and all in it belong to the one who will run PostgreSQL."""
    if os.geteuid() != 0 or path.stat().st_uid == way.uid:
        return
    for folder, _, files in os.walk(path, topdown=False):
        for name in files:
            os.chown(Path(folder, name), way.uid, way.gid, follow_symlinks=False)
        os.chown(folder, way.uid, way.gid)


def ways(cluster: Path) -> Iterator[Way]:
    """All ways this machine may allow, the one with least privilege first."""
    linux = sys.platform == "linux"
    if os.geteuid() != 0:
        prefix = DIES_WITH_KEEPER if linux and shutil.which(DIES_WITH_KEEPER[0]) else ()
        yield Way(prefix, os.geteuid(), os.getegid())
    elif linux:
        yield from _ways_for_root(*_unprivileged(cluster))


def _ways_for_root(uid: int, gid: int) -> Iterator[Way]:
    become = (*DIES_WITH_KEEPER, "--reuid", str(uid), "--regid", str(gid), "--clear-groups")
    for capability in CAPABILITIES:
        extra = _with(capability) if capability else ()
        yield Way((*become, *extra), uid, gid)
    # Without capabilities to give: a user namespace in which root's files seem to be nobody's.
    inner = ("unshare", "--user", f"--map-user={uid}", f"--map-group={gid}")
    yield Way((*inner, *DIES_WITH_KEEPER), 0, 0)


def _with(capability: str) -> tuple[str, ...]:
    return (*KEEP_FOR_ACCESS, "--inh-caps", capability, "--ambient-caps", capability)


def _unprivileged(cluster: Path) -> tuple[int, int]:
    """Whoever owns the data already; else `nobody`, whom every system has (initdb asks)."""
    if cluster.exists() and (owner := cluster.stat()).st_uid != 0:
        return owner.st_uid, owner.st_gid
    nobody = pwd.getpwnam("nobody")
    return nobody.pw_uid, nobody.pw_gid
