"""A Chroma server on loopback, for as long as a test needs one."""

import socket
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

PROGRAM = Path(sys.executable).with_name("chroma")
PATIENCE = 60.0


class ChromaServer:
    """`chroma run`. It can be stopped, and started again with what it kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self._port: int = probe.getsockname()[1]
        self.address = f"http://127.0.0.1:{self._port}"
        self.start()

    def start(self) -> None:
        place = ["--path", str(self._folder), "--host", "127.0.0.1", "--port", str(self._port)]
        self._process = subprocess.Popen(
            [str(PROGRAM), "run", *place], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        deadline = monotonic() + PATIENCE
        while not self._answers():
            assert self._process.poll() is None, "the server ended at once"
            assert monotonic() < deadline, "the server does not answer"
            sleep(0.05)

    def stop(self) -> None:
        self._process.kill()
        self._process.wait(PATIENCE)

    def _answers(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self._port)) == 0
