"""Every table by stage knows every stage, or says why it need not."""

import ast

from aggregator.models import Stage
from aggregator.operations.snapshot import TIMED_STAGES
from aggregator.operations.stage_words import STAGE_WORDS
from aggregator.store.queues import QUEUED_STAGES
from tests.support.modules import ROOT, assert_no_offender, module_name, modules, parse_module
from workers.app import TASK_QUEUES

NAMES = {stage.value for stage in QUEUED_STAGES}
PARTIAL = {
    # By stages where something may rightly wait for a time to come.
    ("aggregator/store/queues.py", "_LONGEST_WAITS"),
    # By queues of workers, some of which are called as stages are.
    ("workers/bootstrap.py", "WORKER_PROCESSES"),
    ("workers/tasks/canary.py", "errands"),
    # By stages that an article may leave for another.
    ("aggregator/pipeline/group.py", "_LEFT_FOR"),
    # By those that call ``finish_article`` and ``give_up_article``; held to them below.
    ("aggregator/pipeline/finishing.py", "_TOO_LATE"),
    ("aggregator/pipeline/finishing.py", "_GOES_ON"),
}


def read_stage(node):
    """Return the stage that an expression names, as ``Stage.TEXT`` or "text"; None if none."""
    if isinstance(node, ast.Constant) and node.value in NAMES:
        return node.value
    is_member = isinstance(node, ast.Attribute) and getattr(node.value, "id", "") == "Stage"
    return Stage[node.attr].value if is_member else None


def list_tables(path):
    """Return the tables of a module whose keys are stages: name of the target -> keys."""
    tables = {}
    for node in ast.walk(parse_module(path)):
        if not isinstance(node, ast.Assign | ast.AnnAssign) or node.value is None:
            continue
        target = node.targets[0] if isinstance(node, ast.Assign) else node.target
        for inner in ast.walk(node.value):
            keys = [read_stage(key) for key in inner.keys] if isinstance(inner, ast.Dict) else []
            if len(keys) > 1 and None not in keys:
                tables[getattr(target, "id", ast.unparse(target))] = set(keys)
    return tables


def test_every_table_by_stage_knows_every_stage():
    def find_fault(path):
        return {
            name: sorted(NAMES - keys)
            for name, keys in list_tables(path).items()
            if NAMES - keys and (module_name(path), name) not in PARTIAL
        }

    assert_no_offender(modules("workers", "aggregator"), find_fault)


def test_a_table_is_found_however_it_is_written():
    found = list_tables(ROOT / "aggregator" / "operations" / "stage_words.py")

    assert found == {"STAGE_WORDS": NAMES}
    assert all(list_tables(ROOT / file)[name] for file, name in PARTIAL)


def test_what_is_told_of_articles_at_their_stages_end_knows_all_callers():
    wanted = {"finish_article": set(), "give_up_article": set()}
    for path in modules("aggregator", "workers"):
        for node in ast.walk(parse_module(path)):
            called = getattr(node.func, "id", "") if isinstance(node, ast.Call) else ""
            if called in wanted:
                [stage] = [item.value for item in node.keywords if item.arg == "stage"]
                wanted[called].add(read_stage(stage))
    tables = list_tables(ROOT / "aggregator" / "pipeline" / "finishing.py")

    assert None not in wanted["finish_article"] | wanted["give_up_article"]
    assert wanted["finish_article"] <= tables["_TOO_LATE"]
    assert wanted["give_up_article"] <= tables["_GOES_ON"]


def test_every_stage_has_words_a_task_and_a_duration():
    assert STAGE_WORDS.keys() == set(QUEUED_STAGES)
    assert set(TIMED_STAGES) >= NAMES
    assert {task.removeprefix("tilshi.") for task in TASK_QUEUES} >= NAMES
