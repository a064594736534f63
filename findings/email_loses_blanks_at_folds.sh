#!/usr/bin/env bash
# Python's email, with the modern policies: a header that is folded between two encoded words loses the blank that stood
# there, since blanks between encoded words are none (RFC 2047, 6.2). A sender's name of 40 Cyrillic letters comes out as
# "баспасөзініңкүнделікті". Who sends such names must write the encoded words himself, with the blanks inside them.
set -euo pipefail
python3 - <<'PY'
import email
import email.policy
import sys
from email.header import decode_header, make_header
from email.headerregistry import Address
from email.message import EmailMessage
from random import Random

words = "Қазақстан баспасөзінің күнделікті шолуы аптаның басты жаңалықтары өңірлер мен әлем туралы".split()


def comes_back(name: str, title: str) -> bool:
    message = EmailMessage(policy=email.policy.SMTP)
    message[name] = Address(title, addr_spec="a@example.kz") if name == "From" else title
    read = email.message_from_bytes(message.as_bytes())
    decoded = str(make_header(decode_header(read[name])))
    return title in decoded


print("Python", sys.version.split()[0])
for name in ("From", "Subject"):
    random = Random(2047)
    titles = [" ".join(random.choices(words, k=random.randint(3, 8)))[:60].strip() for _ in range(4000)]
    lost = [title for title in titles if not comes_back(name, title)]
    print(f"{name}: {len(lost)} of {len(titles)} titles do not come back", f"e.g. {lost[0]!r}" if lost else "")
    assert lost or name == "Subject" or sys.version_info >= (3, 13)
PY
