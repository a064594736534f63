"""A RabbitMQ node of our own, with its name, ports and folders, so that it may be killed."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from tests.support.ports import find_free_port
from tests.support.waiting import until

# Debian's wrapper changes to another user; the script behind it does not.
SCRIPT = "/usr/lib/rabbitmq/bin/rabbitmq-server"
# With other worlds starting beside it: 5 s alone.
_START_S = 300.0


class Rabbit:
    """The node; ``restart_empty`` kills it and starts one that remembers nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder, self.port, self._distribution = folder, find_free_port(), find_free_port()
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self._folder.mkdir(parents=True, exist_ok=True)
        environ = {
            **os.environ,
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"tilshi-{self.port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self.port),
            "RABBITMQ_DIST_PORT": str(self._distribution),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_CONF_ENV_FILE": os.devnull,
            "RABBITMQ_CONFIG_FILE": str(self._folder / "none"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
        }
        with (self._folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                [SCRIPT], env=environ, stdout=out, stderr=out, start_new_session=True
            )
        until(self._answers, seconds=_START_S)

    def _answers(self) -> bool:
        with (
            suppress(OSError),
            socket.create_connection(("127.0.0.1", self.port), timeout=2) as client,
        ):
            client.sendall(b"AMQP\x00\x00\x09\x01")
            return len(client.recv(8)) > 0
        return False

    def stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()

    def restart_empty(self) -> None:
        self.stop()
        shutil.rmtree(self._folder / "mnesia", ignore_errors=True)
        self.start()


@contextmanager
def rabbit(folder: Path) -> Iterator[Rabbit]:
    """Give a node; it is gone afterwards."""
    node = Rabbit(folder)
    try:
        node.start()
        yield node
    finally:
        node.stop()


def why_not() -> str:
    """Why there is no node here; empty if there can be one."""
    return (
        ""
        if Path(SCRIPT).exists() and shutil.which("erl")
        else f"no RabbitMQ on this machine ({SCRIPT})"
    )
