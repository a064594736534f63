"""What ``tilshi run`` says with its exit code."""

import pytest
import typer

from aggregator.models import Outcome, SourceReport
from aggregator.store.queues import QUEUED_STAGES, Waiting
from workers.cli.exits import Exit
from workers.cli.run import exit_when_late, print_account, show_progress
from workers.run_once import NotFinishedError, RunAccount, count_left


def test_a_pass_that_is_not_finished_in_time_has_its_own_exit_code(capsys):
    with pytest.raises(typer.Exit) as ended, exit_when_late():
        raise NotFinishedError("3 articles")

    assert ended.value.exit_code == Exit.NOT_FINISHED == 4
    assert "not finished in time; still waiting: 3 articles" in capsys.readouterr().err


def test_an_account_names_why_items_are_no_new_articles(capsys):
    first = {"unchanged": 3}
    second = {"unchanged": 1, "listed twice": 1}
    polled = (
        SourceReport(source_id="a", outcome=Outcome.OK, items=4, new=1, known=3, reasons=first),
        SourceReport(source_id="b", outcome=Outcome.OK, items=2, known=2, reasons=second),
    )
    account = RunAccount(run_id="r", reports=polled, digests=())
    print_account(account)

    assert account.as_json()["not_new"] == {"unchanged": 4, "listed twice": 1}
    assert "not new   4 unchanged, 1 listed twice" in capsys.readouterr().out


def test_an_account_says_that_sources_were_polled_elsewhere(capsys):
    print_account(RunAccount(run_id="r", reports=(), digests=(), elsewhere=("a", "b")))

    assert "2 polled by another run meanwhile, or paused" in capsys.readouterr().out


@pytest.mark.parametrize("stages", [*[(stage,) for stage in QUEUED_STAGES], QUEUED_STAGES])
def test_whatever_waits_is_shown_on_a_terminal(capfd, monkeypatch, stages):
    none = Waiting(ready=0, later=0, leased=0, oldest=None)
    some = Waiting(ready=2, later=1, leased=1, oldest=None)
    waiting = {stage: some if stage in stages else none for stage in QUEUED_STAGES}
    monkeypatch.setattr("sys.stderr.isatty", lambda: True)
    with show_progress(2, wanted=True) as shown:
        shown(count_left(waiting), 1)
        shown(dict.fromkeys(stages, 3), 0)
