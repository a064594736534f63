"""
What a process that reads for strangers may use, bounded by the system from within.

So it holds even where whoever would kill the process is gone, and no library has to be asked.
"""

from __future__ import annotations

import math
import resource
import time

__all__ = ["allow_work", "limit_memory"]


def limit_memory(memory_bytes: int) -> None:
    """Bound this process's address space for good; its end by a limit leaves no core behind."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))


def allow_work(seconds: int) -> None:
    """
    Let this process work so many seconds more, or one more: the system counts whole ones.

    Past them it is ended by SIGXCPU.
    """
    _, most = resource.getrlimit(resource.RLIMIT_CPU)
    wanted = math.ceil(time.process_time()) + seconds
    if most != resource.RLIM_INFINITY:
        wanted = min(wanted, most)
    resource.setrlimit(resource.RLIMIT_CPU, (wanted, most))
