"""A bare Debian to try a package in: no Python, no compiler, no network, a user without rights.

Everything that is written there is kept apart, so that it can be looked at. Linux, as root.
"""

import os
import pty
import select
import shutil
import subprocess
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

USERS = {"ana": 1501, "josé": 1502}
PATIENCE = 300.0

_ALONE = ("unshare", "--mount", "--net", "--pid", "--ipc", "--fork", "--kill-child")

_ENTER = """
set -eu
root=$2/root
mount -t overlay overlay -o "lowerdir=$1,upperdir=$2/upper,workdir=$2/work" "$root"
mount --bind "$root" "$root"
shift 2
while [ $# -gt 0 ]; do
    mkdir -p "$root$1"
    mount --bind "$2" "$root$1"
    mount -o remount,bind,ro "$root$1"
    shift 2
done
mount -t proc proc "$root/proc"
ip link set lo up 2>/dev/null || true
echo ready
exec sleep infinity
"""


class Sandbox:
    """A bare root with folders at places of their own, read-only."""

    def __init__(self, bare: Path, folders: Mapping[str, Path]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="bare-", dir=os.environ.get("SANDBOX_DIR")))
        for name in ("upper", "work", "root"):
            (self.folder / name).mkdir()
        self._prepare()
        arguments = [str(bare), str(self.folder)]
        for place, folder in folders.items():
            arguments += [place, str(folder.resolve())]
        self._holder = subprocess.Popen(
            [*_ALONE, "sh", "-c", _ENTER, "sh", *arguments],
            stdout=subprocess.PIPE,
            text=True,
        )
        assert self._holder.stdout is not None
        if self._holder.stdout.readline().strip() != "ready":
            raise RuntimeError("The bare root could not be set up; this needs root on Linux.")
        tasks = Path(f"/proc/{self._holder.pid}/task/{self._holder.pid}/children")
        self._inside = tasks.read_text().split()[0]

    def _prepare(self) -> None:
        """Users of its own: no rights, homes that are theirs alone."""
        upper = self.folder / "upper"
        (upper / "etc").mkdir()
        lines = ["root:x:0:0:root:/root:/bin/sh"]
        for name, number in USERS.items():
            home = upper / "home" / name
            home.mkdir(parents=True, mode=0o700)
            os.chown(home, number, number)
            lines.append(f"{name}:x:{number}:{number}::/home/{name}:/bin/sh")
        (upper / "etc" / "passwd").write_text("\n".join(lines) + "\n")
        self._prepared = self.written()

    def settle(self) -> None:
        """From now on only what is written later counts."""
        self._prepared = self.written()

    def __enter__(self) -> "Sandbox":
        return self

    def __exit__(self, *_: object) -> None:
        # What is inside goes with it.
        self._holder.kill()
        self._holder.wait()
        shutil.rmtree(self.folder, ignore_errors=True)

    def home(self, user: str = "ana") -> Path:
        """A user's home, seen from outside."""
        return self.folder / "upper" / "home" / user

    def written(self) -> set[str]:
        """Every file that was written, as a path inside."""
        upper = self.folder / "upper"
        return {f"/{file.relative_to(upper)}" for file in upper.rglob("*") if not file.is_dir()}

    def written_outside_of_homes(self) -> set[str]:
        new = self.written() - self._prepared
        return {path for path in new if not path.startswith("/home/")}

    def command(
        self, arguments: Sequence[str], user: str, environment: Mapping[str, str]
    ) -> list[str]:
        number = str(USERS[user]) if user != "root" else "0"
        variables = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **environment}
        return [
            *("nsenter", "-t", self._inside, "--mount", "--net", "--pid", "--ipc"),
            *("chroot", f"--userspec={number}:{number}", "--groups=", f"{self.folder}/root"),
            *("env", "-i", *(f"{name}={value}" for name, value in variables.items())),
            *arguments,
        ]

    def run(
        self,
        *arguments: str,
        user: str = "ana",
        environment: Mapping[str, str] | None = None,
        stdin: str = "",
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program inside to its end."""
        given = self._environment(user, environment)
        return subprocess.run(
            self.command(arguments, user, given),
            input=stdin,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            check=False,
        )

    def run_where(
        self, mounts: str, *arguments: str, environment: Mapping[str, str]
    ) -> "subprocess.CompletedProcess[str]":
        """Run a program as the first user where the shell commands `mounts` have changed what is
        seen, for it and for what it starts."""
        number = str(USERS["ana"])
        rights = ("setpriv", "--reuid", number, "--regid", number, "--clear-groups")
        script = f'{mounts} && exec "$@"'
        return self.run(
            *("unshare", "--mount", "sh", "-c", script, "sh", *rights, *arguments),
            user="root",
            environment={**self._environment("ana", None), **environment},
        )

    def screen(self, *arguments: str, until: str, keys: bytes = b"\x11") -> tuple[str, float, int]:
        """Run a program on a terminal until `until` is seen, press `keys`, and wait for its end.

        Returns what it wrote, seconds until then, and its status.
        """
        primary, secondary = pty.openpty()
        environment = {"TERM": "xterm-256color", "COLUMNS": "100", "LINES": "30"}
        command = self.command(arguments, "ana", self._environment("ana", environment))
        began = time.monotonic()
        with subprocess.Popen(
            command, stdin=secondary, stdout=secondary, stderr=secondary, start_new_session=True
        ) as process:
            os.close(secondary)
            seen, shown = b"", 0.0
            while time.monotonic() - began < PATIENCE and process.poll() is None:
                if select.select([primary], [], [], 0.05)[0]:
                    with suppress(OSError):
                        seen += os.read(primary, 65536)
                if not shown and until.encode() in seen:
                    shown = time.monotonic() - began
                    os.write(primary, keys)
            if process.poll() is None:
                process.kill()
        os.close(primary)
        return seen.decode(errors="replace"), shown, process.returncode

    @staticmethod
    def _environment(user: str, environment: Mapping[str, str] | None) -> dict[str, str]:
        usual = {"HOME": f"/home/{user}" if user != "root" else "/root", "LANG": "C.UTF-8"}
        return {**usual, **(environment or {})}
