#!/usr/bin/env bash
# htmldate, which trafilatura asks for a page's date: where the month stands in words it does not know (Kazakh in Latin
# letters), it answers with the first of January of the year it sees, and says nothing of the guess. A date that was not
# understood is thus a wrong date. `extensive_search=False` gives None instead, and loses dates that stand in figures.
set -euo pipefail
folder=$(mktemp -d); trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/python" -m pip install --quiet --disable-pip-version-check "htmldate==1.11.0"
"$folder/venv/bin/python" - <<'PY'
from importlib.metadata import version

from htmldate import find_date

PAGE = '<html><body><article><h1>Мұз айдыны</h1><div class="post-date">{}</div><p>Айдын ашылды.</p></article></body></html>'
print("htmldate", version("htmldate"))
for written in ("12.11.2026", "12 ноября 2026", "12 қараша 2026", "12 qarasha 2026"):
    page = PAGE.format(written)
    print(f"{written:16} {find_date(page)}   without the wide search: {find_date(page, extensive_search=False)}")
assert find_date(PAGE.format("12 qarasha 2026")) == "2026-01-01"
PY
