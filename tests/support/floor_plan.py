"""
How the code stands: rooms and arrows between them, names that stand twice, branches, tokens a line.

A room is a package of the library, or a module that stands beside the packages. The tests of the
floor plan hold what must hold; ``./run bench house`` prints the figures, of this tree or of another
checkout, so each function takes the root of one.
"""

import ast
import io
import tokenize
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PACKAGES = ("aggregator", "workers", "config")
MOST_BRANCHES = 10

# From the ground up. A room imports from the floors below; rooms of one floor do not know each
# other.
FLOORS: tuple[tuple[str, ...], ...] = (
    (
        "clock",
        "errors",
        "languages",
        "line_process",
        "log_context",
        "printable",
        "process_limits",
        "urls",
    ),
    ("toml",),
    ("embedding", "fulltext", "models", "names", "pictures"),
    ("ports", "text"),
    ("digest", "grouping", "net", "search"),
    ("delivery", "feeds", "store", "translate"),
    ("foundry", "polling", "sources"),
    ("operations",),
    ("pipeline", "web"),
)

_NOT_CODE = {
    tokenize.COMMENT,
    tokenize.NL,
    tokenize.NEWLINE,
    tokenize.INDENT,
    tokenize.DEDENT,
    tokenize.ENCODING,
    tokenize.ENDMARKER,
}


def list_modules(root: Path, packages: tuple[str, ...] = PACKAGES) -> list[Path]:
    return [path for package in packages for path in sorted((root / package).rglob("*.py"))]


@cache
def parse_file(path: Path) -> ast.Module:
    """A file's syntax tree, made once; not to be changed."""
    return ast.parse(path.read_text())


def list_imports(tree: ast.AST) -> set[str]:
    """Every module named in an import, wherever it stands, also where only type checkers look."""
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            # "from aggregator import errors" names a module of the package
            names.update(f"{node.module}.{alias.name}" for alias in node.names)
    return names


def find_room(module: str) -> str | None:
    """The room of a dotted module; None for strangers and for the library's own front door."""
    parts = module.split(".")
    return parts[1] if parts[0] == "aggregator" and len(parts) > 1 else None


def read_arrows(root: Path) -> dict[tuple[str, str], list[str]]:
    """Which room imports from which, with the files that do."""
    rooms = {path.stem if path.suffix else path.name for path in (root / "aggregator").iterdir()}
    arrows: dict[tuple[str, str], list[str]] = defaultdict(list)
    for path in list_modules(root, ("aggregator",)):
        inner = path.relative_to(root).with_suffix("")
        own = find_room(".".join(inner.parts))
        targets = {find_room(name) for name in list_imports(parse_file(path))}
        for target in targets & rooms:
            if own is not None and own not in {"__init__", target}:
                arrows[own, target].append(str(path.relative_to(root)))
    return dict(arrows)


def list_rooms(arrows: dict[tuple[str, str], list[str]]) -> set[str]:
    return {room for arrow in arrows for room in arrow}


def find_circles(arrows: dict[tuple[str, str], list[str]]) -> list[set[str]]:
    """Sets of rooms that reach each other."""
    ways: dict[str, set[str]] = defaultdict(set)
    for start, end in arrows:
        ways[start].add(end)
    reached = {room: _reach(room, ways) for room in list(ways)}
    circles: list[set[str]] = []
    for room in sorted(reached):
        circle = {other for other in reached[room] if room in reached.get(other, set())}
        if circle and circle not in circles:
            circles.append(circle)
    return circles


def _reach(start: str, ways: dict[str, set[str]]) -> set[str]:
    reached: set[str] = set()
    waiting = list(ways[start])
    while waiting:
        room = waiting.pop()
        if room not in reached:
            reached.add(room)
            waiting.extend(ways.get(room, ()))
    return reached


def count_tokens(path: Path) -> tuple[int, int]:
    """Tokens of code, and the lines that hold one; docstrings and comments count for neither."""
    source = path.read_text()
    prose: set[int] = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            prose.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    tokens = 0
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type in _NOT_CODE or token.start[0] in prose:
            continue
        tokens += 1
        lines.update(range(token.start[0], token.end[0] + 1))
    return tokens, len(lines)


def list_public_classes(root: Path) -> dict[str, list[str]]:
    """Where each public class of the tree is defined, by name."""
    homes: dict[str, list[str]] = defaultdict(list)
    for path in list_modules(root):
        for node in parse_file(path).body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                homes[node.name].append(str(path.relative_to(root)))
    return dict(homes)


@dataclass(frozen=True)
class FunctionSize:
    """One function: its place, and its branches as lizard counts them, 1 if it never turns."""

    place: str
    branches: int


def measure_functions(root: Path) -> Iterator[FunctionSize]:
    import lizard

    for path in list_modules(root):
        for function in lizard.analyze_file(str(path)).function_list:
            place = f"{path.relative_to(root)}:{function.start_line} {function.name}"
            yield FunctionSize(place, function.cyclomatic_complexity)
