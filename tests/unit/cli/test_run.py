"""What ``tilshi run`` says with its exit code."""

import pytest
import typer

from aggregator.models import Outcome, SourceReport
from workers.cli.exits import Exit
from workers.cli.run import exit_when_late, print_account
from workers.run_once import NotFinishedError, RunAccount


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
