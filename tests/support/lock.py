"""Write the lock files anew from pyproject.toml: exact versions with hashes, no index's address."""

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What builds the project itself, so that an install needs nothing that is not in the lock file.
BUILD = ["setuptools>=80"]
OPTIONS = [
    "--generate-hashes",
    "--allow-unsafe",
    "--strip-extras",
    "--no-emit-index-url",
    "--no-emit-find-links",
    "--no-emit-trusted-host",
    "--no-header",
    "--no-annotate",
    "--quiet",
]


def compile_lock(python: str, wanted: list[str], output: Path, *constraints: Path) -> None:
    with tempfile.NamedTemporaryFile("w", suffix=".in") as file:
        file.write("\n".join(wanted) + "\n")
        file.flush()
        extra = [part for path in constraints for part in ("-c", str(path))]
        command = [
            python,
            "-m",
            "piptools",
            "compile",
            *OPTIONS,
            *extra,
            "-o",
            str(output),
            file.name,
        ]
        subprocess.run(command, check=True, cwd=ROOT)


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [*project["project"]["dependencies"], *BUILD]
    developers = project["dependency-groups"]["dev"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = f"{folder}/bin/python"
        subprocess.run([python, "-m", "pip", "install", "--quiet", "pip-tools"], check=True)
        small, large = ROOT / "requirements.lock", ROOT / "requirements-dev.lock"
        foundry = ROOT / "requirements-foundry.lock"
        base = ROOT / "requirements-base.lock"
        for path in (small, large, foundry, base):
            path.unlink(missing_ok=True)
        compile_lock(python, wanted, small)
        compile_lock(python, [*wanted, *developers], large, small)
        extra = project["project"]["optional-dependencies"]["foundry"]
        compile_lock(python, [*wanted, *developers, *extra], foundry, large)
        compile_lock(python, project["project"]["optional-dependencies"]["base"], base)


if __name__ == "__main__":
    main()
