"""``tilshi packages``: the translation packages on this machine, and how to get better ones."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from aggregator.errors import PackageError
from aggregator.net.proxy import Proxy
from aggregator.translate.packages.download import Download, fetch_file
from aggregator.translate.packages.installed import Package, survey_packages
from aggregator.translate.packages.manifest import Pinned, read_manifest
from aggregator.translate.packages.marian import Release, import_marian
from aggregator.translate.packages.package_store import PackageCheck, PackageStore
from aggregator.translate.packages.registry import RegistryEntry
from config.places import package_places
from config.settings import shipped
from workers import __version__
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.output import console, print_json, progress_console, table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from workers.loaded_config import LoadedConfig

__all__ = ["packages"]

packages = typer.Typer(
    no_args_is_help=True,
    help="Translation packages: list, install, verify, remove, import.",
    context_settings={"help_option_names": ["-h", "--help"]},
)

_Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
_Languages = Annotated[
    list[str] | None,
    typer.Option(
        "--language",
        "-l",
        metavar="CODE",
        help="Refuse a package that reads others than these.",
    ),
]


def _package_store(loaded: LoadedConfig) -> PackageStore:
    folder = loaded.settings.data.folder
    return PackageStore(folder / "packages", folder / "unpacked")


def _manifest() -> dict[str, Pinned]:
    return read_manifest(shipped("manifest.toml"))


def _row(package: Package) -> dict[str, object]:
    return {
        "name": package.name,
        "version": package.version,
        "from": package.source,
        "to": package.target,
        "file": str(package.file),
        "sha256": package.sha256,
        "licence": package.licence,
        "origin": package.origin,
        "caution": package.caution,
    }


@packages.command("list")
def list_packages(context: typer.Context, json: _Json = False) -> None:
    """
    List the packages in use, those that are broken, and those that can be installed by name.

    Exit code 1 if one is broken.

    Example: `tilshi packages list`
    """
    loaded = load_for_command(context)
    package_store = _package_store(loaded)
    found, faults = survey_packages(package_places(loaded.settings), package_store.unpacked)
    if json:
        broken = [{"subject": fault.subject, "fault": fault.detail} for fault in faults]
        available = [_pinned_as_json(one) for one in _manifest().values()]
        print_json(
            {
                "packages": [_row(one) for one in found],
                "broken": broken,
                "available": available,
            }
        )
    else:
        _print_packages(found, faults)
    if faults:
        raise typer.Exit(Exit.FAILED)


def _pinned_as_json(one: Pinned) -> dict[str, object]:
    return {
        "name": one.name,
        "from": one.reads,
        "size": one.size,
        "checked": one.checked,
    }


def _print_packages(found: list[Package], faults: list[PackageError]) -> None:
    screen = console()
    rows = [
        (one.name, one.version, f"{one.source} > {one.target}", one.caution or "-", str(one.file))
        for one in found
    ]
    screen.print(table(("package", "version", "reads", "caution", "file"), rows))
    for fault in faults:
        screen.print(f"broken: {fault}", markup=False)
    for pinned in _manifest().values():
        reads = ", ".join(pinned.reads)
        size = f"{pinned.size / 1e6:.0f} MB"
        doubt = "" if pinned.checked else "; pinned, not yet checked by us"
        screen.print(
            f"available: {pinned.name}  {reads} > en  {size}  {pinned.licence}{doubt}", markup=False
        )


@packages.command()
def info(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of an installed package.")],
    json: _Json = False,
) -> None:
    """
    Show all that is known of an installed package.

    Example: `tilshi packages info translate-ru_en`
    """
    package_store = _package_store(load_for_command(context))
    file = package_store.find(name)
    verdict = package_store.verify(file, translate=False)
    if verdict.package is None:
        raise PackageError(str(file), verdict.fault)
    known = _row(verdict.package) | {"bytes": file.stat().st_size}
    if json:
        print_json(known)
    else:
        console().print(
            table(("", ""), [(key, value) for key, value in known.items() if value != ""])
        )


@packages.command()
def verify(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Of an installed package; all if none is given.")
    ] = None,
    json: _Json = False,
) -> None:
    """
    Check installed packages: hash, archive, unpacked copy, and that the model translates a line.

    Exit code 1 if one fails.

    Example: `tilshi packages verify`
    """
    package_store = _package_store(load_for_command(context))
    files = [package_store.find(name)] if name else package_store.files()
    verdicts = [package_store.verify(file) for file in files]
    if json:
        print_json(
            [
                {
                    "file": str(one.file),
                    "fault": one.fault,
                    "line": one.line,
                }
                for one in verdicts
            ]
        )
    else:
        _print_verdicts(verdicts)
    if any(one.fault for one in verdicts):
        raise typer.Exit(Exit.FAILED)


def _print_verdicts(verdicts: list[PackageCheck]) -> None:
    rows = [
        (one.file.name, "broken" if one.fault else "whole", one.fault or one.line)
        for one in verdicts
    ]
    console().print(table(("package", "is", "says"), rows) if rows else "nothing is installed")


@packages.command()
def remove(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Of an installed package.")]
) -> None:
    """
    Remove an installed package. Workers that have it loaded keep it until they are started again.

    Example: `tilshi packages remove translate-ru_en`
    """
    console().print(
        f"removed {_package_store(load_for_command(context)).remove(name)}", markup=False
    )


@packages.command()
def install(
    context: typer.Context,
    what: Annotated[
        str, typer.Argument(metavar="NAME|FILE|FOLDER|ADDRESS", help="What to install.")
    ],
    sha256: Annotated[str, typer.Option(metavar="HEX", help="Refuse any other file.")] = "",
    language: _Languages = None,
) -> None:
    """
    Install a package: by a name of the manifest, from a file, from an unpacked folder, or from an
    address.

    A download that broke off goes on where it stopped when the command is run again. Nothing is
    installed that has another hash than the one pinned, is no package, reads other languages than
    asked for, or translates nothing.

    Example: `tilshi packages install ru-en-1.9`
    """
    loaded = load_for_command(context)
    package_store = _package_store(loaded)
    pinned = _manifest().get(what)
    known = RegistryEntry(file="", sha256=sha256.lower())
    wanted = language or []
    if pinned is not None:
        known = RegistryEntry(
            file="",
            sha256=pinned.sha256,
            licence=pinned.licence,
            origin=pinned.origin,
            caution=pinned.caution,
            reads=pinned.reads,
        )
        wanted = wanted or list(pinned.reads)
    if pinned is None and not what.startswith(("http://", "https://")):
        _say_installed(package_store.install(Path(what), known, wanted=wanted))
        return
    download = Download(
        address=pinned.address if pinned else what,
        sha256=known.sha256,
        size=pinned.size if pinned else 0,
        user_agent=f"tilshi/{__version__} (+{loaded.settings.fetch.contact or 'no contact set'})",
        allow_private=tuple(loaded.settings.fetch.allow_private),
        proxy=Proxy.at(loaded.settings.fetch.proxy),
    )
    if not download.sha256:
        raise PackageError(what, "has no hash; give the one its owner publishes: --sha256 HEX")
    with _progress() as progress:
        file = fetch_file(
            download, package_store.folder / "downloads" / download.sha256, progress=progress
        )
    installed = package_store.install(file, known, wanted=wanted)
    file.unlink(missing_ok=True)
    _say_installed(installed)


@packages.command("import")
def import_release(  # noqa: PLR0913, PLR0917  (each is an option of the command)
    context: typer.Context,
    release: Annotated[
        Path, typer.Argument(help="Folder or zip of an OPUS-MT or other Marian release.")
    ],
    source: Annotated[
        str, typer.Option("--from", metavar="CODE", help="Language to translate from, e.g. kk.")
    ],
    version: Annotated[str, typer.Option("--package-version", help="Of the package.")] = "1.0",
    target_token: Annotated[
        str | None,
        typer.Option(
            metavar="TOKEN", help="First token of every source. Default: >>eng<< if it is known."
        ),
    ] = None,
    licence: Annotated[str, typer.Option(help="Of the model.")] = "",
    origin: Annotated[str, typer.Option(help="Who made it.")] = "",
) -> None:
    """
    Make a package of a Marian release (*.npz, vocabularies, source.spm, decoder.yml), try it, and
    install it.

    Example: `tilshi packages import ./opus-mt-tc-big-zle-en --from ru --licence "CC BY 4.0"
    --origin Helsinki-NLP`
    """
    package_store = _package_store(load_for_command(context))
    wanted = Release(
        source=source,
        version=version,
        target_token=target_token,
        licence=licence,
        origin=origin,
    )
    with tempfile.TemporaryDirectory() as name:
        file = import_marian(release, Path(name), wanted)
        known = RegistryEntry(
            file="",
            sha256="",
            licence=licence,
            origin=origin,
        )
        _say_installed(package_store.install(file, known, wanted=[source]))


def _say_installed(found: list[Package]) -> None:
    first = found[0]
    reads = ", ".join(one.source for one in found)
    console().print(
        f"installed {first.label} ({reads} > {first.target}) at {first.file}", markup=False
    )
    console().print("Workers that run use it once they are started again.", markup=False)


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """Give what to tell of a download; nothing is drawn where nobody watches."""
    screen = progress_console()
    if screen is None:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
