#!/usr/bin/env bash
# Celery: a task declared with @app.task on one application turns up, under its name and with its function, in every
# application made in the process afterwards, also in one that declares nothing. Its closure comes with it, so the second
# application works with the first one's objects. `shared=False` keeps a task where it was declared.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "celery==5.7.0"
cat > "$folder/two_applications.py" <<'PY'
import sys
from importlib.metadata import version

from celery import Celery

shared = sys.argv[1] == "shared"
options = {} if shared else {"shared": False}
store = "the store of the first"
first = Celery("first", broker="memory://", set_as_current=False)


@first.task(name="count", **options)
def count():
    return store


first.finalize()
second = Celery("second", broker="memory://", set_as_current=False)
second.finalize()
has_it = "count" in second.tasks
print(f"celery {version('celery')}, {'as it is' if shared else 'with shared=False'}:", end=" ")
print(f"an application that declares nothing has the task: {has_it}", end="")
print(f"; it answers with {second.tasks['count']()}" if has_it else "")
assert has_it is shared
PY
"$folder/venv/bin/python" "$folder/two_applications.py" shared
"$folder/venv/bin/python" "$folder/two_applications.py" alone
