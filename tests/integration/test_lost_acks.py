"""A broker goes away while a worker's every process is at work, and comes back."""

import subprocess
import sys
from datetime import timedelta

from tests.faults.proxy import Proxy
from tests.faults.stage import socket_of
from tests.support.redis import private_redis
from tests.support.waiting import until
from workers.app import create_app

WORKER = """
import sys, time
from datetime import timedelta
from pathlib import Path
from workers.app import create_app
from workers.lost_acks import watch_acks

folder = Path(sys.argv[2])
app = create_app(sys.argv[1], namespace="acks", pulse=timedelta(seconds=9))
if "watched" in sys.argv:
    watch_acks(app)

@app.task(name="tilshi.text")
def text(number):
    (folder / f"begun-{number}").touch()
    while not (folder / "go").exists():
        time.sleep(0.01)
    (folder / f"done-{number}").touch()

app.Worker(queues=["acks.text"], concurrency=2, pool="prefork", without_gossip=True,
           without_mingle=True, without_heartbeat=True, loglevel="INFO", quiet=True).start()
"""


def test_a_worker_that_lost_its_acknowledgements_takes_messages_again(tmp_path):
    log = tmp_path / "log"
    with private_redis() as redis, Proxy(socket_of(redis), tmp_path / "broker.sock") as way:
        address = f"redis+socket://{tmp_path}/broker.sock?virtual_host=0"
        app = create_app(address, namespace="acks", pulse=timedelta(seconds=9))

        def send(number):
            app.send_task("tilshi.text", args=[number])

        command = [sys.executable, "-c", WORKER, address, str(tmp_path), "watched"]
        with log.open("wb") as out, subprocess.Popen(command, stdout=out, stderr=out) as process:
            try:
                send(1)
                send(2)
                until(lambda: len(list(tmp_path.glob("begun-*"))) == 2)
                way.cut()
                (tmp_path / "go").touch()
                until(lambda: log.read_text().count("Couldn't ack") == 2)
                way.mend()
                send(3)

                until((tmp_path / "done-3").exists)
            finally:
                process.terminate()
