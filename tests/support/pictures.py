"""Draw the README's pictures: the demo's page, wide and on a phone, light and dark."""

import sys
import tempfile
from pathlib import Path

from aggregator.web.archive import Archive
from tests.e2e.conftest import demo_stage
from tests.support.browser import BROWSERS, browser, browser_path, served
from workers.cli.demo import play
from workers.pages import make_page_renderer

PICTURES = Path(__file__).resolve().parents[2] / "docs" / "pictures"
FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; background: #e9e6df; }}
body {{ display: flex; gap: 24px; align-items: flex-start; }}
img {{ display: block; border-radius: 10px; box-shadow: 0 1px 8px #0003; }}
</style>{pictures}"""
# name, path, width, height, dark, scale
SHOTS = (
    ("wide", "", 820, 860, False),
    ("phone", "", 390, 860, True),
    ("story", "STORY", 820, 860, True),
    ("week", "daily/archive.html", 390, 860, False),
)
SETS = {"digest.png": ("wide", "phone"), "story.png": ("story", "week")}


def shoot(chromium, address: str, folder: Path) -> None:
    for name, path, width, height, dark in SHOTS:
        page = chromium.new_page(
            viewport={"width": width, "height": height}, color_scheme="dark" if dark else "light"
        )
        page.goto(address + path.replace("STORY", ""))
        if path == "STORY":
            page.locator("article.story h3 a").nth(1).click()
        page.wait_for_function("document.fonts.status === 'loaded'")
        page.screenshot(path=folder / f"{name}.png")
        page.close()


def main() -> None:
    if browser_path() is None:
        sys.exit(f"no browser: expected one of {', '.join(BROWSERS)}; ./run browser installs one")
    PICTURES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with demo_stage(folder, packages=()) as stage:
            archive = Archive(folder / "archive.sqlite")
            for digest in play(stage.runtime, stage.server, stage.corpus, show=False).digests:
                archive.put(digest)
            renderer = make_page_renderer(
                stage.runtime.services, archive, address="https://digest.example/"
            )
        with served(renderer) as address, browser() as chromium:
            shoot(chromium, address, folder)
            for target, shots in SETS.items():
                frame = folder / "frame.html"
                frame.write_text(
                    FRAME.format(pictures="".join(f'<img src="{shot}.png">' for shot in shots))
                )
                page = chromium.new_page(viewport={"width": 1282, "height": 908})
                page.goto(frame.as_uri())
                page.screenshot(path=PICTURES / target)
                page.close()


if __name__ == "__main__":
    main()
