#!/usr/bin/env bash
# tomlkit gives an unchanged file back byte for byte. A table appended to a nested array of tables, though, is written
# behind the comment that stands above the NEXT header: the comment now heads the new table, and no blank line is left
# before the header it belonged to. Who keeps a file that people comment must place new tables as lines.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "tomlkit==0.15.2"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

import tomlkit

TEXT = """\
[[outlet]]
id = "one"

[[outlet.source]]
id = "one-ru"

# Two: its readers asked for it.
[[outlet]]
id = "two"
"""

document = tomlkit.parse(TEXT)
unchanged = tomlkit.dumps(document) == TEXT
source = tomlkit.table()
source["id"] = "one-kk"
document["outlet"][0]["source"].append(source)
written = tomlkit.dumps(document)

print("tomlkit", version("tomlkit"))
print("unchanged, the file comes back byte for byte:", unchanged)
print("with a source of the first outlet appended:\n")
print(written)
lines = written.splitlines()
comment = lines.index("# Two: its readers asked for it.")
assert unchanged
assert lines[comment + 1 : comment + 3] == ["[[outlet.source]]", 'id = "one-kk"']
assert lines[comment + 3] == "[[outlet]]"
PY
