"""
Imports point one way: workers to aggregator.

Only the wiring and the command line read config.
"""

import re

from tests.support.modules import assert_no_offender, imported_names, module_name, modules

ENTRY_POINTS = (
    "workers/loaded_config.py",
    "workers/services.py",
    "workers/bootstrap.py",
    "workers/cli",
    "workers/demo",
)
FOUNDRY = ("aggregator/foundry/", "workers/cli/foundry.py", "workers/cli/foundry_adapter.py")
FORBIDDEN_IN_LIBRARY = {"celery", "kombu", "billiard", "workers", "config", "typer", "click"}
OF_THE_FOUNDRY = {"torch", "stanza", "spacy", "transformers", "matplotlib", "sacrebleu"}
ALL = ("aggregator", "workers", "config")


def tops(path):
    return {name.partition(".")[0] for name in imported_names(path)}


def but_for(paths, exempt):
    return [path for path in paths if not module_name(path).startswith(exempt)]


def test_no_import_is_relative():
    assert_no_offender(
        modules(*ALL), lambda path: [name for name in imported_names(path) if name.startswith(".")]
    )


def test_the_library_knows_neither_celery_nor_settings():
    assert_no_offender(modules("aggregator"), lambda path: tops(path) & FORBIDDEN_IN_LIBRARY)


def test_the_library_does_not_read_the_environment():
    assert_no_offender(
        modules("aggregator"),
        lambda path: re.findall(r"os\.environ|getenv", path.read_text()),
    )


def test_settings_know_the_library_at_most():
    assert_no_offender(modules("config"), lambda path: "workers" in tops(path))


def test_only_the_wiring_and_the_command_line_read_settings():
    assert_no_offender(
        but_for(modules("workers"), ENTRY_POINTS),
        lambda path: "from config" in path.read_text().split("if TYPE_CHECKING:")[0],
    )


def test_torch_stays_in_the_foundry_and_the_foundry_in_its_command():
    def strays(path):
        of_ours = {name for name in imported_names(path) if name.startswith("aggregator.foundry")}
        return (tops(path) & OF_THE_FOUNDRY) | of_ours

    assert_no_offender(but_for(modules(*ALL), FOUNDRY), strays)


# Apprise and smtplib bring their own sockets, to hosts that the operator names; the page is asked
# on loopback.
MAY_CONNECT = (
    "aggregator/net/",
    "aggregator/feeds/fetch.py",
    "aggregator/delivery/apprise.py",
    "aggregator/delivery/mail.py",
    "workers/alive.py",
    "workers/cli/health.py",
)
CONNECTS = re.compile(
    r"httpx\.(?:Async)?Client\(|httpx\.(?:get|post|put|head|request|stream)\("
    r"|urlopen|urlretrieve|http\.client|aiohttp"
    r"|import requests|smtplib|create_connection\(|open_connection\(|socket\.socket\("
    r"|trafilatura\.fetch|fetch_url\("
)


def test_what_leaves_leaves_by_the_guard():
    assert_no_offender(
        but_for(modules("aggregator", "workers"), (*MAY_CONNECT, "aggregator/foundry/")),
        lambda path: CONNECTS.findall(path.read_text()),
    )
