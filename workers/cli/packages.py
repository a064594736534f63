"""``tilshi packages``: the translation packages on this machine, and how to get better ones."""

from __future__ import annotations

import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

from aggregator.errors import PackageError
from aggregator.languages import ENGLISH
from aggregator.net.proxy import Proxy
from aggregator.translate.adapter.place import leave_out_baseless
from aggregator.translate.packages.download import Download, fetch_file
from aggregator.translate.packages.installed import (
    Package,
    list_package_files,
    survey_packages,
)
from aggregator.translate.packages.manifest import Pinned, read_manifest
from aggregator.translate.packages.marian import Release, import_marian
from aggregator.translate.packages.package_store import (
    PackageCheck,
    PackageState,
    PackageStore,
    find_package,
)
from aggregator.translate.packages.registry import RegistryEntry
from config.places import find_models_folder, list_package_places
from config.settings import find_shipped_file
from workers import __version__
from workers.cli.config import load_for_command
from workers.cli.exits import Exit
from workers.cli.keeping import show_progress
from workers.cli.options import AsJson
from workers.cli.output import complain, console, print_json, progress_console, table
from workers.cli.packages_bench import bench_one, print_figures, write_figures
from workers.services import Services

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from aggregator.translate.adapter.check import PartCheck
    from workers.loaded_config import LoadedConfig

__all__ = ["packages"]

packages = typer.Typer(
    no_args_is_help=True,
    help="Translation packages: list, install, verify, bench, remove, import.",
    context_settings={"help_option_names": ["-h", "--help"]},
)


_Languages = Annotated[
    list[str] | None,
    typer.Option(
        "--language",
        "-l",
        metavar="CODE",
        help="Refuse a package that reads others than these.",
    ),
]


def _open_package_store(loaded: LoadedConfig) -> PackageStore:
    settings = loaded.settings
    return PackageStore(
        settings.data.folder / "packages",
        find_models_folder(settings),
        settings.translate.base,
    )


def _read_manifest() -> dict[str, Pinned]:
    return read_manifest(find_shipped_file("manifest.toml"))


def _write_package(package: Package) -> dict[str, object]:
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
def list_packages(context: typer.Context, json: AsJson = False) -> None:
    """
    List the packages in use, those that are broken, and those that can be installed by name.

    Exit code 1 if one is broken.

    Example: `tilshi packages list`
    """
    loaded = load_for_command(context)
    package_store = _open_package_store(loaded)
    found, faults = survey_packages(list_package_places(loaded.settings), package_store.unpacked)
    installed, baseless = leave_out_baseless(found, loaded.settings.translate.base)
    if json:
        described = [_write_package(package) for package in installed]
        broken = [{"subject": fault.subject, "fault": fault.detail} for fault in faults]
        available = [_write_pinned(pinned) for pinned in _read_manifest().values()]
        print_json(
            {
                "packages": described,
                "broken": broken,
                "without_base": baseless,
                "available": available,
            }
        )
    else:
        _print_packages(installed, faults)
        for label in baseless:
            console().print(f"left out: {label}: its base is not installed: ./run base")
    if faults:
        raise typer.Exit(Exit.FAILED)


def _write_pinned(pinned: Pinned) -> dict[str, object]:
    return {
        "name": pinned.name,
        "from": pinned.reads,
        "size": pinned.size,
        "checked": pinned.checked,
    }


def _print_packages(installed: list[Package], faults: list[PackageError]) -> None:
    screen = console()
    rows = [
        (
            package.name,
            package.version,
            f"{package.source} > {package.target}",
            package.caution or "-",
            str(package.file),
        )
        for package in installed
    ]
    screen.print(table(("package", "version", "reads", "caution", "file"), rows))
    for fault in faults:
        screen.print(f"broken: {fault}", markup=False)
    for pinned in _read_manifest().values():
        reads = ", ".join(pinned.reads)
        size = f"{pinned.size / 1e6:.0f} MB"
        doubt = "" if pinned.checked else "; pinned, not yet checked by us"
        screen.print(
            f"available: {pinned.name}  {reads} > en  {size}  {pinned.licence}{doubt}", markup=False
        )


@packages.command()
def build(context: typer.Context) -> None:
    """
    Build the models of adapters now rather than when the first article comes: half a minute, once.

    One that is broken, or that another version of CTranslate2 built, is built again.

    Example: `tilshi packages build`
    """
    loaded = load_for_command(context)
    services = Services(loaded)
    with show_progress("building the translation model (layers)", wanted=True) as told:
        services.told_building = told
        services.engine.build()
    for language, label in services.engine.packages().items():
        console().print(f"{language} > {ENGLISH}: {label}", markup=False)


@packages.command()
def info(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Of a package on this machine.")],
    json: AsJson = False,
) -> None:
    """
    Show all that is known of a package on this machine.

    Example: `tilshi packages info translate-ru_en`
    """
    loaded = load_for_command(context)
    [file] = _find_files(loaded, name)
    verdict = _open_package_store(loaded).verify(file, translate=False)
    if verdict.package is None:
        raise PackageError(str(file), verdict.fault)
    known = _write_package(verdict.package) | {"bytes": _measure_size(file)}
    if json:
        print_json(known)
    else:
        rows = [(name, value) for name, value in known.items() if value != ""]
        console().print(table(("", ""), rows))


def _measure_size(path: Path) -> int:
    if path.is_file():
        return path.stat().st_size
    return sum(file.stat().st_size for file in path.rglob("*") if file.is_file())


def _find_files(loaded: LoadedConfig, name: str | None) -> list[Path]:
    """Return all packages that are looked at for translating, or the one meant by a name."""
    places = list_package_places(loaded.settings)
    files = list_package_files(places)
    if name is None:
        return files
    return [find_package(name, files, ", ".join(map(str, places)))]


@packages.command()
def verify(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Of a package on this machine; all if none is given.")
    ] = None,
    json: AsJson = False,
) -> None:
    """
    Check the packages on this machine: hash, archive, unpacked copy, and that they translate.

    Of an adapter also the base that it needs and the model built of both: whether they are here,
    and have the bytes that they should. Nothing is built. Exit code 1 if something is broken, 4 if
    nothing is but an adapter cannot be used, since its base is not installed.

    Example: `tilshi packages verify`
    """
    loaded = load_for_command(context)
    package_store = _open_package_store(loaded)
    verdicts = [package_store.verify(file) for file in _find_files(loaded, name)]
    if json:
        print_json([_write_verdict(verdict) for verdict in verdicts])
    else:
        _print_verdicts(verdicts)
    states = {verdict.state for verdict in verdicts}
    if PackageState.BROKEN in states:
        raise typer.Exit(Exit.FAILED)
    if PackageState.LEFT_OUT in states:
        raise typer.Exit(Exit.NOT_FINISHED)


def _write_verdict(verdict: PackageCheck) -> dict[str, object]:
    return {
        "file": str(verdict.file),
        "is": verdict.state,
        "fault": verdict.fault,
        "line": verdict.line,
        "parts": [_write_part(part) for part in verdict.parts],
    }


def _write_part(part: PartCheck) -> dict[str, object]:
    return {
        "part": part.part,
        "is": part.state,
        "place": part.place,
        "sha256": part.sha256,
        "says": part.says,
    }


def _print_verdicts(verdicts: list[PackageCheck]) -> None:
    rows: list[tuple[str, str, str]] = []
    for verdict in verdicts:
        rows.append((verdict.file.name, verdict.state, verdict.fault or verdict.line))
        rows += [
            (f"  {part.part}", part.state, f"{part.says} ({part.place})") for part in verdict.parts
        ]
    console().print(table(("package", "is", "says"), rows) if rows else "nothing is installed")


@packages.command()
def bench(
    context: typer.Context,
    name: Annotated[
        str | None, typer.Argument(help="Of a package on this machine; all if none is given.")
    ] = None,
    rounds: Annotated[
        int, typer.Option(min=1, max=100, help="How often; the median round counts.")
    ] = 3,
    json: AsJson = False,
) -> None:
    """
    Measure packages on this machine: speed, processor time, peak memory, and chrF.

    On 40 sentences and headlines that come with the program, with neither guards nor glossary; a
    package at a time, in a process of its own. An adapter's model is built before, if need be.

    Example: `tilshi packages bench english`
    """
    loaded = load_for_command(context)
    settings = loaded.settings
    package_store = _open_package_store(loaded)
    found, faults = survey_packages(list_package_places(settings), package_store.unpacked)
    installed, baseless = leave_out_baseless(found, settings.translate.base)
    for left_out in (*map(str, faults), *(f"{label}: its base is missing" for label in baseless)):
        complain(f"not measured: {left_out}")
    wanted = {package.file for package in installed}
    if name is not None:
        wanted &= set(_find_files(loaded, name))
    figures = []
    for file in sorted(wanted):
        own = [package for package in installed if package.file == file]
        figures.append(bench_one(own, installed, loaded, rounds))
    if json:
        print_json([write_figures(one) for one in figures])
    else:
        print_figures(figures)
    if not figures or faults:
        raise typer.Exit(Exit.FAILED)


@packages.command()
def remove(
    context: typer.Context, name: Annotated[str, typer.Argument(help="Of an installed package.")]
) -> None:
    """
    Remove an installed package. Workers that have it loaded keep it until they are started again.

    Example: `tilshi packages remove translate-ru_en`
    """
    package_store = _open_package_store(load_for_command(context))
    removed = package_store.remove(name)
    console().print(f"removed {removed}", markup=False)


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
    Install a package: a name of the manifest, a file, an unpacked folder, or an address.

    A download that broke off goes on where it stopped when the command is run again. Nothing is
    installed that has another hash than the one pinned, is no package, reads other languages than
    asked for, or translates nothing.

    Example: `tilshi packages install ru-en-1.9`
    """
    loaded = load_for_command(context)
    package_store = _open_package_store(loaded)
    pinned = _read_manifest().get(what)
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
        _print_installed(package_store.install(Path(what), known, wanted=wanted))
        return
    download = Download(
        address=pinned.address if pinned else what,
        sha256=known.sha256,
        size=pinned.size if pinned else 0,
        user_agent=f"tilshi/{__version__} (+{loaded.settings.fetch.contact or 'no contact set'})",
        allow_private=tuple(loaded.settings.fetch.allow_private),
        proxy=Proxy.parse(loaded.settings.fetch.proxy),
    )
    if not download.sha256:
        raise PackageError(what, "has no hash; give the one its owner publishes: --sha256 HEX")
    with _show_progress() as progress:
        file = fetch_file(
            download, package_store.folder / "downloads" / download.sha256, progress=progress
        )
    installed = package_store.install(file, known, wanted=wanted)
    file.unlink(missing_ok=True)
    _print_installed(installed)


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
    Make a package of a Marian release, try it, and install it.

    A release is a folder or zip with *.npz, vocabularies, source.spm and decoder.yml.

    Example: `tilshi packages import ./opus-mt-tc-big-zle-en --from ru --licence "CC BY 4.0"
    --origin Helsinki-NLP`
    """
    package_store = _open_package_store(load_for_command(context))
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
        _print_installed(package_store.install(file, known, wanted=[source]))


def _print_installed(installed: list[Package]) -> None:
    first = installed[0]
    reads = ", ".join(package.source for package in installed)
    console().print(
        f"installed {first.label} ({reads} > {first.target}) at {first.file}", markup=False
    )
    console().print("Workers that run use it once they are started again.", markup=False)


@contextmanager
def _show_progress() -> Iterator[Callable[[int, int], None]]:
    """Give what shows how a download goes on; nothing is drawn where nobody watches."""
    screen = progress_console()
    if screen is None:
        yield lambda _done, _total: None
        return
    columns = (TextColumn("downloading"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=screen, transient=True) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total or None)
