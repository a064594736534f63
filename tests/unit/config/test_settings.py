"""Settings: three places, every fault at once."""

from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from aggregator.errors import ConfigError
from config.describe import write_example, write_table
from config.settings import Settings, describe_settings, find_shipped_file
from config.values import make_reader

DOC = Path(__file__).resolve().parents[3] / "docs" / "settings.md"


def load(tmp_path, text="", **environ):
    file = tmp_path / "tilshi.toml"
    file.write_text(text)
    return Settings.load({"HOME": "/home/a", **environ}, file)


def faults(tmp_path, text="", **environ):
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text, **environ)
    return [str(fault).replace(str(tmp_path), "") for fault in caught.value.faults]


def test_without_anything_the_defaults_hold():
    settings = Settings.load({"HOME": "/home/a"}, None)

    assert settings.store.url == ""
    assert settings.data.folder == Path("/home/a/.local/share/tilshi")
    assert settings.fetch.connect_timeout_s == 10.0


def test_the_file_wins_over_defaults_and_the_environment_over_the_file(tmp_path):
    settings = load(tmp_path, "[text]\nbatch = 3\nthreads = 2\n", TILSHI_TEXT_BATCH="7")

    assert (settings.text.batch, settings.text.threads) == (7, 2)
    origins = {row.key: row.origin for row in settings.list_rows()}
    assert origins["text.batch"] == "environment TILSHI_TEXT_BATCH"
    assert origins["text.threads"].endswith("tilshi.toml")
    assert origins["log.level"] == "default"


def test_paths_of_the_file_start_from_its_folder(tmp_path):
    settings = load(tmp_path, '[data]\nfolder = "here"\n[translate]\npackages = ["p", "/q"]\n')

    assert settings.data.folder == tmp_path / "here"
    assert settings.translate.packages == (tmp_path / "p", Path("/q"))


def test_a_time_has_a_zone(tmp_path):
    almaty = timezone(timedelta(hours=5))
    settings = load(tmp_path, '[clock]\nas_of = "2025-08-20T21:00:00+05:00"\n')

    assert settings.clock.as_of == datetime(2025, 8, 20, 21, tzinfo=almaty)
    assert (
        "expected empty or a time with a zone"
        in faults(tmp_path, "[clock]\nas_of = 2025-08-20T21:00:00\n")[0]
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (
            "[fetch]\nconcurrency = 0\n",
            "/tilshi.toml:2: fetch.concurrency = 0: expected a whole number from 1 to 256",
        ),
        ("[fetch]\nconcurrency = 1.5\n", "fetch.concurrency = 1.5: expected a whole number"),
        ("[fetch]\nconcurrency = true\n", "fetch.concurrency = true: expected a whole number"),
        (
            '[fetch]\nmax_bytes = "lots"\n',
            "fetch.max_bytes = lots: expected a whole number from 10,000",
        ),
        (
            '[store]\nurl = "http://x"\n',
            "store.url = http://x: expected empty or an address that begins with redis://",
        ),
        ('[store]\nurl = "redis://"\n', "expected empty or an address"),
        ('[web]\naddress = "https://a.kz:99999/"\n', "https://, its port from 1 to 65535"),
        ('[fetch]\nproxy = "http://a.kz:0"\n', "https://, its port from 1 to 65535"),
        (
            '[log]\nlevel = "loud"\n',
            "log.level = loud: expected one of debug, info, warning, error",
        ),
        (
            '[sotre]\nurl = ""\n',
            "/tilshi.toml:1: sotre: expected no such section; did you mean store?",
        ),
        (
            '[store]\nurk = ""\n',
            "/tilshi.toml:2: store.urk: expected no such key; did you mean url?",
        ),
        (
            "[schedule]\nbackoff_max_s = 5\n",
            "schedule.backoff_max_s = 5: expected at least backoff_min_s, 60",
        ),
        (
            '[web]\nwhole_articles = "asked"\n[translate]\nwhole_minutes = 0\n',
            "web.whole_articles = asked: expected shown, as translate.whole_minutes is 0",
        ),
        ("[translate]\nwhole_minutes = -1\n", ":2: translate.whole_minutes = -1: expected"),
        ("[fetch]\nallow_private = [1]\n", "fetch.allow_private = 1: expected a list of names"),
        ("log = 1\n", "/tilshi.toml:1: log: expected a table, [log]"),
        *(
            (
                f'[fetch]\nallow_private = ["127.0.0.1", "{entry}"]\n',
                f":2: fetch.allow_private = 127.0.0.1, {entry}: expected a list of names,",
            )
            for entry in (
                "10.0.0.0/99",
                "10.0.0.256",
                "http://x.local/",
                "x.local:8080",
                "[::1]",
                "my host",
                "*.local",
                "",
            )
        ),
        (f"[fetch]\nhost_gap_s = 1{'0' * 400}\n", ":2: fetch.host_gap_s = a number of 1,329 bits"),
        ("[clock]\nas_of = 0001-01-01T00:00:00+14:00\n", ":2: clock.as_of = 0001-01-01 00:00:00"),
        (f"[fetch]\nhost_gap_s = {'9' * 5_000}\n", ":2: (syntax): expected numbers of at most"),
        (f"[fetch]\nhost_gap_s = {'[' * 3_000}\n", ":2: (syntax): expected lists and tables"),
        ('[data]\nfolder = "~nobody-of-that-name/x"\n', ":2: data.folder = ~nobody-of-that-name/x"),
        ('[sources]\nfile = "a\\u0000b"\n', "sources.file = a\0b: expected a path"),
        ("[log\n", "/tilshi.toml:1: (syntax): expected TOML"),
    ],
)
def test_a_fault_names_file_line_key_value_and_what_was_expected(tmp_path, text, message):
    listed = faults(tmp_path, text)

    assert any(message in fault for fault in listed), listed


def test_a_byte_order_mark_is_passed_over(tmp_path):
    assert load(tmp_path, "\ufeff[text]\nbatch = 3\n").text.batch == 3
    assert faults(tmp_path, "\ufeff[text]\nbatch = 0\n")[0].startswith("/tilshi.toml:2: text.batch")


@pytest.mark.parametrize(
    "entry",
    ["127.0.0.1", "10.0.0.0/8", "10.0.0.5/8", "::1", "fd00::/8", "x.local", "nas", "қаз.kz"],
)
def test_hosts_addresses_and_networks_are_allowed(tmp_path, entry):
    settings = load(tmp_path, f'[fetch]\nallow_private = ["{entry}"]\n')

    assert settings.fetch.allow_private == (entry,)


def test_a_number_that_no_float_holds_is_named():
    kind, about = describe_settings()["fetch"]["host_gap_s"]

    with pytest.raises(ValueError, match="a number from 0 to 60"):
        make_reader(kind, about, Path())(10**400)


def test_faults_of_file_and_environment_are_listed_together(tmp_path):
    listed = faults(
        tmp_path, "[fetch]\nconcurrency = 0\n", TILSHI_LOG_LEVEL="loud", TILSHI_STORE_URI="x"
    )

    assert len(listed) == 3
    assert (
        "environment: TILSHI_STORE_URI: expected no such variable; did you mean TILSHI_STORE_URL?"
        in listed
    )


def test_passwords_are_never_shown(tmp_path):
    settings = load(tmp_path, '[store]\nurl = "redis://me:secret@host:6379/0"\n')
    shown = {row.key: row.value for row in settings.list_rows()}
    listed = faults(tmp_path, "", TILSHI_BROKER_URL="http://me:secret@host/")

    assert shown["store.url"] == "redis://me:***@host:6379/0"
    assert "secret" not in listed[0]


@pytest.mark.parametrize("contact", ["почта@пример.kz", "a\\u0007b"])
def test_a_contact_that_no_header_can_carry_is_a_fault(tmp_path, contact):
    [fault] = faults(tmp_path, f'[fetch]\ncontact = "{contact}"\n')

    assert "fetch.contact" in fault
    assert "ASCII" in fault


@pytest.mark.parametrize("key", ["fetch", "deliver"])
@pytest.mark.parametrize(
    "address", ["http://me:secret@proxy/path", "http://me:secret@proxy:99999", "http://"]
)
def test_a_proxy_that_cannot_be_one_is_a_fault_without_its_password(tmp_path, key, address):
    [fault] = faults(tmp_path, f'[{key}]\nproxy = "{address}"\n')

    assert f"{key}.proxy" in fault
    assert "expected" in fault
    assert "secret" not in fault


def test_what_is_allowed_and_unwise_is_a_warning():
    assert any("fetch.contact" in warning for warning in Settings.load({}, None).list_warnings())


def test_the_example_file_and_the_documentation_hold_every_setting():
    assert find_shipped_file("tilshi.toml").read_text() == write_example(), (
        "run: python -m config.describe"
    )
    assert write_table() in DOC.read_text(), "run: python -m config.describe"
    assert sum(map(len, describe_settings().values())) > 30


def test_the_example_file_is_right_when_its_comments_are_taken_off(tmp_path):
    lines = [
        line.removeprefix("# ") if " = " in line else line for line in write_example().splitlines()
    ]
    text = "\n".join(line for line in lines if not line.startswith("#") and "$XDG" not in line)

    assert load(tmp_path, text) == load(tmp_path)
