"""
The Celery application, made from settings; there is no global one.

Celery's messages are wakeups here: "there may be work in this stage". What waits, who holds it and
when it is tried again stands in the store, so that a message lost, doubled or late costs time and
never an article. The settings below follow from that; each says why.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from celery import Celery

__all__ = ["HARD_LIMIT", "QUEUES", "SOFT_LIMIT", "TASK_QUEUES", "create_app"]

QUEUES = ("fetch", "text", "translate", "compose", "deliver")
"""
One queue for each kind of worker.

They differ in what they wait for: the network, a processor, a model in memory.
"""

TASK_QUEUES: Mapping[str, str] = {
    "tilshi.tick": "compose",
    "tilshi.fetch": "fetch",
    "tilshi.page": "fetch",
    "tilshi.picture": "fetch",
    "tilshi.text": "text",
    "tilshi.group": "compose",
    "tilshi.translate": "translate",
    "tilshi.whole": "translate",
    "tilshi.compose": "compose",
    "tilshi.deliver": "deliver",
    "tilshi.watch": "compose",
    "tilshi.notify": "deliver",
    "tilshi.lookout": "deliver",
    "tilshi.round.fetch": "fetch",
    "tilshi.round.text": "text",
    "tilshi.round.translate": "translate",
    "tilshi.round.back": "compose",
    **{f"tilshi.canary.{queue}": queue for queue in QUEUES},
}
"""
Where each task runs.

Planning and composing share a queue: both are short, and both hold a lock of their own.
"""

# A batch is seconds of work. A task that runs for minutes hangs; the hard limit ends the process,
# and the sweeper hands its work out again.
SOFT_LIMIT = timedelta(minutes=4)
HARD_LIMIT = timedelta(minutes=5)

# Redis hands an unacknowledged message out again after this time. It must be longer than the
# longest task, or work is done twice for nothing; nothing waits in the broker (no countdown, no
# eta), so it need not be longer.
_VISIBILITY = timedelta(minutes=10)

# A broker that is away for a minute must not make a command hang for ever; workers themselves retry
# without end.
_PUBLISH_RETRY = {
    "max_retries": 3,
    "interval_start": 0.2,
    "interval_step": 0.5,
    "interval_max": 2.0,
}


# So that ticks do not pile up for ever where nobody listens. Far longer than a tick, since the end
# is a moment of the sender's clock: a worker whose clock is ahead of that by more would take every
# tick for expired, and never sweep.
_TICK_LIFE = timedelta(hours=2)


_LOOKOUT = timedelta(minutes=1)


def create_app(
    broker_url: str,
    *,
    namespace: str,
    pulse: timedelta,
    alerts: bool = False,
) -> Celery:
    """
    Make the application.

    Args:
        broker_url: As kombu takes it: ``redis://``, ``redis+socket://``, ``amqp://``.
        namespace: Prefix of queue names, so that two installations may share a broker.
        pulse: Between two messages of beat, of which the first in a tick hands out work.
        alerts: Somebody wants to be notified, so that whoever delivers looks out for composers
            that are dead.
    """
    # Names of tasks and queues are asked for by what sends no message, too.
    from celery import Celery  # noqa: PLC0415

    app = Celery("tilshi", broker=broker_url, set_as_current=False)
    app.conf.update(
        _list_delivery_settings(),
        **_list_routing_settings(namespace),
        **_list_limit_settings(),
        **_list_connection_settings(broker_url),
    )
    entries = {
        "tick": ("tilshi.tick", pulse),
        **({"lookout": ("tilshi.lookout", _LOOKOUT)} if alerts else {}),
    }
    app.conf.beat_schedule = {
        name: {
            "task": task,
            "schedule": every,
            "options": {"expires": _TICK_LIFE.total_seconds()},
        }
        for name, (task, every) in entries.items()
    }
    return app


def _list_delivery_settings() -> dict[str, Any]:
    return {
        # No result backend: nobody waits for an answer; outcomes stand in the store.
        "task_ignore_result": True,
        # Acknowledge after the work: a worker that dies gives its message back. Tasks are
        # idempotent, so twice is fine.
        "task_acks_late": True,
        # ... also when a pool process dies under a living worker; the default would acknowledge it
        # as failed.
        "task_reject_on_worker_lost": True,
        "task_acks_on_failure_or_timeout": True,
        # One message in hand: a second one would wait behind a batch although another worker is
        # free.
        "worker_prefetch_multiplier": 1,
        # Messages live as long as the broker does; the tick sends new ones after a broker came back
        # empty.
        "task_default_delivery_mode": "transient",
        "task_serializer": "json",
        "accept_content": ["json"],
        "enable_utc": True,
        "timezone": "UTC",
    }


def _list_routing_settings(namespace: str) -> dict[str, Any]:
    return {
        "task_routes": {
            task: {"queue": f"{namespace}.{queue}"} for task, queue in TASK_QUEUES.items()
        },
        "task_default_queue": f"{namespace}.compose",
        # Nobody asks workers questions over the broker: `tilshi status` reads the store. Less
        # traffic, fewer keys, and none of the pidbox queues that stay behind in RabbitMQ.
        "worker_enable_remote_control": False,
        "worker_send_task_events": False,
        "task_send_sent_event": False,
    }


def _list_limit_settings() -> dict[str, Any]:
    return {
        "task_soft_time_limit": SOFT_LIMIT.total_seconds(),
        "task_time_limit": HARD_LIMIT.total_seconds(),
        # Models and feeds leave memory fragmented; a child that grew past this is replaced between
        # two tasks.
        "worker_max_memory_per_child": 1_500_000,  # KiB
        # At a deploy, a batch may finish; what does not is handed out again when its lease ends.
        "worker_soft_shutdown_timeout": 10.0,
        "worker_hijack_root_logger": False,
    }


def _list_connection_settings(broker_url: str) -> dict[str, Any]:
    transport: dict[str, Any] = {}
    if broker_url.startswith(("redis", "rediss", "unix")):
        transport = {
            "visibility_timeout": _VISIBILITY.total_seconds(),
            # Detect a peer that vanished without a word (a frozen host, a dropped NAT entry).
            "socket_keepalive": True,
            "socket_timeout": 30.0,
            "socket_connect_timeout": 5.0,
            "health_check_interval": 10,
            "retry_on_timeout": True,
        }
    return {
        # A broker that is away is waited for, at start as well as later, for ever: the supervisor
        # must not be needed.
        "broker_connection_retry": True,
        "broker_connection_retry_on_startup": True,
        "broker_connection_max_retries": None,
        # After a lost connection, running tasks go on: their work stands under a lease, not under
        # the message.
        "worker_cancel_long_running_tasks_on_connection_loss": False,
        "broker_heartbeat": 10,
        "broker_transport_options": transport,
        "task_publish_retry": True,
        "task_publish_retry_policy": _PUBLISH_RETRY,
    }
