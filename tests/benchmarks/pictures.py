"""
Pictures of outlets made anew: processor time and memory of the process, and bytes in and out.

No photographs are at hand that may be kept here, so these have their statistics: noise whose
amplitude falls with its frequency, as it does in photographs of the world, in three colours that
mostly go together. Beside them files that an attacker would send.
"""

import asyncio
import io
import os
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from aggregator.pictures.process import PictureProcess
from aggregator.pictures.verdict import UnfitPictureError
from tests.support.press_pictures import draw_bomb, draw_scans

_SIZES = ((1200, 675), (1920, 1280), (6000, 4000))
_FORMS = ("JPEG", "PNG", "WEBP")
_TICKS_S = os.sysconf("SC_CLK_TCK")


def main(arguments: Sequence[str]) -> None:
    del arguments
    files = {
        f"{form}, {width} × {height}": draw_photograph(form, (width, height))
        for width, height in _SIZES
        for form in _FORMS
        if (width, form) != (6000, "WEBP")
    }
    files |= {
        "PNG bomb, 900 million pixels": draw_bomb(30_000),
        "PNG, 36 million pixels of nothing": draw_bomb(6_000),
        "JPEG, one scan 600 times": draw_scans(),
        "JPEG cut in half": draw_photograph("JPEG", _SIZES[1])[:200_000],
    }
    sys.stdout.write(
        "| file | kB in | cpu s | peak MB | what comes of it |\n|---|--:|--:|--:|---|\n"
    )
    for name, body in files.items():
        spent_s, peak_mb, said = asyncio.run(measure(body))
        sys.stdout.write(
            f"| {name} | {len(body) / 1000:,.0f} | {spent_s:.2f} | {peak_mb:.0f} | {said} |\n"
        )


def draw_photograph(form: str, size: tuple[int, int]) -> bytes:
    """Return a file with noise as coarse and as fine as a photograph."""
    width, height = size
    rng = np.random.default_rng(7)
    across = np.fft.fftfreq(width)[None, :]
    along = np.fft.fftfreq(height)[:, None]
    falling = 1 / np.maximum(np.hypot(across, along), 1 / max(size))
    planes = []
    grey = np.fft.ifft2(np.fft.fft2(rng.standard_normal((height, width))) * falling).real
    for _ in range(3):
        own = np.fft.ifft2(np.fft.fft2(rng.standard_normal((height, width))) * falling).real
        mixed = grey + 0.3 * own
        low, high = np.percentile(mixed, (1, 99))
        planes.append(np.clip((mixed - low) / (high - low) * 255, 0, 255).astype(np.uint8))
    written = io.BytesIO()
    options = {"quality": 88} if form != "PNG" else {"compress_level": 4}
    Image.fromarray(np.dstack(planes)).save(written, form, **options)
    return written.getvalue()


async def measure(body: bytes) -> tuple[float, float, str]:
    """Return processor seconds and peak of memory (MB) that a file costs, and what it comes to."""
    async with PictureProcess() as process:
        # Started, and warm, by a picture of no size to speak of.
        await try_make(process, draw_photograph("JPEG", (300, 200)))
        assert process._child is not None
        folder = Path(f"/proc/{process._child.pid}")
        began, before_s = time.monotonic(), read_cpu_s(folder)
        said = await try_make(process, body)
        if process._child is None:
            return time.monotonic() - began, 0.0, f"{said} (by the clock)"
        return read_cpu_s(folder) - before_s, read_peak_mb(folder), said


async def try_make(process: PictureProcess, body: bytes) -> str:
    try:
        made = await process.make(body)
    except UnfitPictureError as error:
        return str(error)
    return f"{made.width} × {made.height}, {len(made.body) / 1000:.0f} kB"


def read_cpu_s(folder: Path) -> float:
    fields = (folder / "stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_S


def read_peak_mb(folder: Path) -> float:
    lines = (folder / "status").read_text().splitlines()
    [peak] = [line for line in lines if line.startswith("VmHWM")]
    return int(peak.split()[1]) / 1000
