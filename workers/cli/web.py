"""``tilshi web``: the digest as pages, served."""

from __future__ import annotations

from typing import Annotated

import typer

from aggregator.web import paths
from workers.alive import note_start
from workers.bootstrap import open_runtime
from workers.cli.config import keep_files_private, load_for_command
from workers.cli.output import complain, console
from workers.ending import run_until_stopped
from workers.listening import hold_address, join_host_port

__all__ = ["web"]


def web(
    context: typer.Context,
    host: Annotated[
        str | None, typer.Option(help="Where to listen. Default: `web.host`, 127.0.0.1.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(
            min=1,
            max=65_535,
            help="Default: `web.port`, 8420.",
        ),
    ] = None,
) -> None:
    """
    Serve the digest as pages, feeds and JSON until stopped. Read-only, but for the operator's page.

    Pages come from copies in the data folder, so they go on while the store is away, and say so.
    The operator's page is at operator/, where `web.operator_token` says where its token stands.

    Example: `tilshi web`
    """
    # Loaded here alone: they take a fifth of a second that no other command should wait for.
    import uvicorn  # noqa: PLC0415

    from workers.web_server import LOOPBACK, EndingServer, open_web_server  # noqa: PLC0415

    loaded = load_for_command(context)
    keep_files_private(loaded)
    settings = loaded.settings.web
    host = host or settings.host
    port = port or settings.port
    if host not in LOOPBACK:
        complain(f"listening on {host}: whoever reaches that address can read the digests")
        if settings.operator_token and not settings.address.startswith("https://"):
            complain(
                "the operator's token and cookie go there unencrypted; serve it by https and set "
                "web.address"
            )
    own_address = f"http://{join_host_port(host, port)}"
    address = f"{(settings.address or own_address).rstrip('/')}/"
    path = loaded.settings.data.folder / "archive.sqlite"
    with (
        run_until_stopped(),
        hold_address(host, port) as listeners,
        open_runtime(loaded, check=False) as runtime,
        open_web_server(
            runtime.services,
            path,
            address=address,
            every_s=settings.refresh_s,
            loopback=host in LOOPBACK,
        ) as server,
    ):
        console().print(f"the digest is at {address}; stop with Ctrl-C", soft_wrap=True)
        if server.has_operator:
            where = f"{address}{paths.OPERATOR}/"
            console().print(f"the operator's page is at {where}", soft_wrap=True)
        config = uvicorn.Config(
            server.app,
            loop="uvloop",
            http="httptools",
            lifespan="off",
            access_log=False,
            log_level="warning",
            server_header=False,
            timeout_graceful_shutdown=3,
        )
        note_start("page", f"{host} {port}")
        EndingServer(config).run(listeners)
