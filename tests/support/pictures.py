"""Draw the README's picture: the demo's newest digest, wide and on a phone, by Debian's Chromium."""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PICTURE = ROOT / "docs" / "pictures" / "digest.png"
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--hide-scrollbars",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
FRAME = """<!DOCTYPE html><meta charset="utf-8"><style>
body {{ margin: 0; padding: 24px; background: #e9e6df; display: flex; gap: 24px; }}
iframe {{ border: 1px solid #bbb; height: 860px; background: #fff; }}
.wide {{ width: 820px; }} .phone {{ width: 390px; border-radius: 14px; color-scheme: dark; }}
</style><iframe class="wide" src="{page}"></iframe><iframe class="phone" src="{page}"></iframe>"""


def browser() -> str | None:
    """Return the path of a Chromium; None if there is none."""
    return next((found for name in BROWSERS if (found := shutil.which(name))), None)


def shoot(page: Path, picture: Path, width: int, height: int) -> None:
    """Draw a page."""
    program = browser()
    assert program is not None, f"no browser: expected one of {', '.join(BROWSERS)}"
    with tempfile.TemporaryDirectory() as profile:
        size = f"--window-size={width},{height}"
        target = [f"--user-data-dir={profile}", size, f"--screenshot={picture}", page.as_uri()]
        subprocess.run([program, *FLAGS, *target], check=True, capture_output=True, timeout=120)


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        command = [sys.executable, "-m", "workers.cli", "demo", "--json", "--output", str(folder / "pages")]
        made = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        frame = folder / "frame.html"
        frame.write_text(FRAME.format(page=Path(made["pages"][0]).as_uri()))
        PICTURE.parent.mkdir(exist_ok=True)
        shoot(frame, PICTURE, 1310, 912)


if __name__ == "__main__":
    main()
