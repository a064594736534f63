"""What ``tilshi run`` says with its exit code."""

import pytest
import typer

from workers.cli.exits import Exit
from workers.cli.run import exit_when_late
from workers.run_once import NotFinishedError


def test_a_pass_that_is_not_finished_in_time_has_its_own_exit_code(capsys):
    with pytest.raises(typer.Exit) as ended, exit_when_late():
        raise NotFinishedError("3 articles")

    assert ended.value.exit_code == Exit.NOT_FINISHED == 4
    assert "not finished in time; still waiting: 3 articles" in capsys.readouterr().err
