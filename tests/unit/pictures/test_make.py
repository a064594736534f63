"""An outlet's picture made anew: plain, small, the same each time; and what is refused, by name."""

import asyncio
import base64
import contextlib
import io
import json
import signal
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from aggregator.pictures.make import MOST_BYTES, make_picture
from aggregator.pictures.process import PictureProcess
from aggregator.pictures.verdict import MadePicture, UnfitPictureError
from tests.support.press_pictures import draw_bomb, draw_picture, draw_scans

TURNED = 6
ORIENTATION = 0x0112
GPS = 0x8825
JPEG = draw_picture()


def read(made):
    return Image.open(io.BytesIO(made.body))


def describe_fault(body):
    with pytest.raises(UnfitPictureError) as caught:
        make_picture(body)
    return str(caught.value)


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP", "GIF"])
def test_each_form_becomes_a_webp_that_fits(form):
    made = make_picture(draw_picture(form))

    opened = read(made)
    assert opened.format == "WEBP"
    assert opened.size == (made.width, made.height) == (960, 540)
    assert len(made.body) <= MOST_BYTES
    # Red above, blue below, as it was.
    above, below = (opened.convert("RGB").getpixel((480, y)) for y in (60, 480))
    assert above[0] > 150 > above[2]
    assert below[2] > 150 > below[0]


def test_what_is_small_is_not_blown_up():
    assert make_picture(draw_picture(size=(400, 300))).width == 400


def test_a_tall_picture_is_bounded_by_its_height():
    made = make_picture(draw_picture(size=(1000, 3000)))

    assert (made.width, made.height) == (320, 960)


def test_noise_is_made_to_fit():
    noise = Image.effect_noise((1200, 1200), 120)
    written = io.BytesIO()
    noise.convert("RGB").save(written, "JPEG", quality=95)

    assert len(make_picture(written.getvalue()).body) <= MOST_BYTES


def test_nothing_of_the_file_goes_on_but_its_pixels_and_it_stands_upright():
    exif = Image.Exif()
    exif[ORIENTATION] = TURNED
    exif[0x010E] = "secret place"
    exif.get_ifd(GPS)[1] = "N"
    body = draw_picture(exif=exif, comment=b"secret note", icc_profile=b"secret profile")

    made = make_picture(body)

    assert (made.width, made.height) == (540, 960)
    assert b"secret" not in made.body
    opened = read(made)
    assert not opened.getexif()
    assert not {"exif", "icc_profile", "xmp", "comment"} & opened.info.keys()
    # Turned by a quarter: what was above stands at the right.
    right = opened.convert("RGB").getpixel((480, 480))
    assert right[0] > 150 > right[2]


@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_what_is_transparent_is_put_on_white(form):
    written = io.BytesIO()
    Image.new("RGBA", (400, 300), (0, 0, 0, 0)).save(written, form)

    opened = read(make_picture(written.getvalue()))

    assert opened.mode == "RGB"
    assert min(opened.getpixel((200, 150))) > 250


@pytest.mark.parametrize("form", ["GIF", "WEBP", "PNG"])
def test_of_a_moving_picture_only_the_first_frame_is_shown(form):
    frames = [Image.new("RGB", (400, 300), colour) for colour in ("red", "blue", "green")]
    written = io.BytesIO()
    frames[0].save(written, form, save_all=True, append_images=frames[1:], duration=50)

    opened = read(make_picture(written.getvalue()))

    assert getattr(opened, "n_frames", 1) == 1
    assert opened.convert("RGB").getpixel((200, 150))[0] > 200


def test_the_same_bytes_make_the_same_picture():
    assert make_picture(JPEG) == make_picture(JPEG)


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        (b"", "no JPEG, PNG, WebP or GIF"),
        (b"<html><body>Not found</body></html>", "no JPEG, PNG, WebP or GIF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "no JPEG, PNG, WebP or GIF"),
        (draw_picture("TIFF"), "no JPEG, PNG, WebP or GIF"),
        (draw_picture("BMP"), "no JPEG, PNG, WebP or GIF"),
        (JPEG[: len(JPEG) // 2], "a broken file: "),
        (draw_picture("PNG")[:-2000], "a broken file: "),
        (draw_picture(size=(1, 1)), "1 × 1: smaller than 200 × 100"),
        (draw_bomb(8_000), "8000 × 8000: more than 40,000,000 pixels"),
        (draw_bomb(30_000), "more than 40,000,000 pixels"),
    ],
    ids=["nothing", "page", "svg", "tiff", "bmp", "cut", "cut png", "pixel", "bomb", "large bomb"],
)
def test_what_is_no_picture_to_show_is_refused_by_name(body, fault):
    assert describe_fault(body).startswith(fault)


SMALL = draw_picture(size=(320, 200))


@given(st.integers(0, len(SMALL) - 1), st.binary(min_size=1, max_size=8))
def test_whatever_is_done_to_a_file_it_is_made_or_refused(at, bytes_put):
    body = SMALL[:at] + bytes_put + SMALL[at + len(bytes_put) :]

    # Nothing else is raised.
    with contextlib.suppress(UnfitPictureError):
        assert len(make_picture(body).body) <= MOST_BYTES


def make_pictures(*bodies, **bounds):
    async def make():
        made = []
        async with PictureProcess(**bounds) as process:
            for body in bodies:
                try:
                    made.append(await process.make(body))
                except UnfitPictureError as error:
                    made.append(str(error))
        return made

    return asyncio.run(make())


def test_the_process_makes_what_is_made_here_and_goes_on_after_what_it_refuses():
    first, bomb, broken, last = make_pictures(JPEG, draw_bomb(), JPEG[:500], JPEG)

    assert first == last == make_picture(JPEG)
    assert bomb == "more than 40,000,000 pixels"
    assert broken.startswith("a broken file: ")


# A process that answers each picture at once but for one, over which it falls asleep or dies.
SLEEPY = """
import base64, os, sys, time
print(flush=True)
for line in sys.stdin.buffer:
    words = base64.b64decode(line)
    if words == b"lullaby":
        time.sleep(600)
    if words == b"poison":
        os.abort()
    print('{"width": 1, "height": 2, "body": "UklGRg=="}', flush=True)
"""


@pytest.mark.parametrize(("words", "limit_s"), [(b"lullaby", 3), (b"poison", 300)])
def test_a_picture_that_hangs_or_kills_is_given_up_and_the_next_is_made(words, limit_s):
    command = [sys.executable, "-c", SLEEPY]
    made = make_pictures(b"one", words, b"two", command=command, work_s=300, limit_s=limit_s)

    answer = MadePicture(width=1, height=2, body=b"RIFF")
    assert made == [answer, "took too long, or too much memory", answer]


def test_no_picture_is_blamed_for_what_was_killed_while_it_waited():
    async def make():
        async with PictureProcess() as process:
            first = await process.make(JPEG)
            process._child.kill()
            await process._child.wait()
            return first, await process.make(JPEG)

    first, second = asyncio.run(make())
    assert first == second


def test_a_process_that_does_not_start_makes_no_picture():
    command = [sys.executable, "-c", "raise SystemExit(1)"]

    assert make_pictures(JPEG, command=command) == ["took too long, or too much memory"]


def ask_child(*bodies, memory_bytes=1 << 30, work_s=5):
    command = [sys.executable, "-m", "aggregator.pictures.child", str(memory_bytes), str(work_s)]
    lines = b"".join(base64.b64encode(body) + b"\n" for body in bodies)
    return subprocess.run(command, input=lines, capture_output=True, check=False)


def test_a_picture_costs_no_more_than_its_work_when_nobody_is_there_to_stop_it():
    # 270 kB that take nine seconds to decode.
    done = ask_child(draw_scans(), work_s=1)

    assert done.returncode == -signal.SIGXCPU
    assert done.stdout == b"\n", "ready, and no answer"


def test_a_picture_that_wants_more_memory_than_there_is_is_refused():
    large = draw_picture("PNG", (6_000, 6_000))
    done = ask_child(large, JPEG, memory_bytes=230 << 20)

    assert done.returncode == 0
    _, first, second = done.stdout.decode().splitlines()
    assert json.loads(first) == {"fault": "took too much memory"}
    assert json.loads(second)["width"] == 960


def test_whoever_names_the_process_loads_no_decoder_of_pictures():
    code = "import sys, aggregator.pictures.process; print('PIL' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stdout == "False\n"


def test_the_process_knows_nothing_of_the_environment(monkeypatch):
    monkeypatch.setenv("TILSHI_STORE_URL", "redis://:password@store/0")
    told = (
        "import base64, json, os; body = base64.b64encode(' '.join(os.environ).encode()).decode()"
    )
    code = (
        f"{told}; print(flush=True); input(); print(json.dumps(dict(width=1, height=1, body=body)))"
    )

    [made] = make_pictures(JPEG, command=[sys.executable, "-c", code])

    assert b"TILSHI" not in made.body
    assert b"PYTHONPATH" in made.body
