"""`assistant serve`: the models and the library of this machine for other programs."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from assistant.cli.program import Program
from assistant.language.messages import N_, _

if TYPE_CHECKING:
    from assistant.serve.server import ListeningServer

OTHER_MACHINES = N_(
    "Anyone on the network who has the key can use the models of this machine and read your files."
)
UNENCRYPTED = _("Nothing is encrypted: key, questions and answers can be read on the way.")


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen at.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    help="The port; 0 = any free port. Default: the setting serve.port.",
)
@click.option(
    "--socket",
    "socket_path",
    metavar="PATH",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Listen at a Unix socket that only you can use.",
)
@click.option(
    "--other-machines",
    is_flag=True,
    help="Allow requests from other machines: --host may be any address.",
)
@click.option(
    "--tls-cert",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Encrypt connections with this certificate.",
)
@click.option(
    "--tls-key",
    metavar="FILE",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="The private key of the certificate, where it is in another file.",
)
@click.option("--quiet", is_flag=True, help="Show no requests.")
@click.option(
    "--json", "as_json", is_flag=True, help="Print one line of JSON when the server is ready."
)
@click.pass_obj
def serve(
    program: Program,
    /,
    host: str,
    port: int | None,
    socket_path: Path | None,
    other_machines: bool,
    tls_cert: Path | None,
    tls_key: Path | None,
    quiet: bool,
    as_json: bool,
) -> int:
    """Serve models and library to other programs, until Ctrl+C.

    They ask as they would ask OpenAI: the base address and the file with the key are shown. Each
    model answers under its name; `library`, and `library/COLLECTION`, answer from your files, with
    citations. What is asked is not kept, unless the setting serve.keep says so.
    """
    # The server and what it is built on are nobody else's.
    from assistant.serve.activity import ServerActivity  # noqa: PLC0415
    from assistant.serve.server import ServedParts, ServerAddress, run  # noqa: PLC0415

    if tls_key is not None and tls_cert is None:
        raise click.UsageError("--tls-key needs --tls-cert.")
    console, settings = program.console, program.settings
    address = ServerAddress(
        host=host,
        port=settings.serve.port if port is None else port,
        socket=socket_path.absolute() if socket_path else None,
        certificate=tls_cert,
        private_key=tls_key,
    )
    if not address.is_loopback:
        if not other_machines:
            raise click.UsageError(
                f"--host {host} lets other machines ask. {OTHER_MACHINES} "
                "Add --other-machines if that is what you want."
            )
        told = _(OTHER_MACHINES)
        console.warning(told if tls_cert else f"{told} {UNENCRYPTED}")

    def ready(server: "ListeningServer") -> None:
        if as_json:
            told = {"url": server.url, "key_file": str(server.key_file), "pid": server.pid}
            if socket_path:
                told["socket"] = str(address.socket)
            console.json(told, indent=None)
            return
        if socket_path:
            at = _("Address: {url} at {socket}", url=server.url, socket=address.socket)
        else:
            at = _("Address: {url}", url=server.url)
        console.line(at)
        console.line(_("Key:     in {key_file}", key_file=server.key_file))
        console.info(_("Ctrl+C stops the server."))

    with program.assistant_for_others(kept=settings.serve.keep) as assistant:
        parts = ServedParts(
            settings=settings,
            models=assistant.models,
            chat=assistant.chat,
            library=assistant.library,
            store=assistant.store,
            key_file=program.paths.server_key,
            log_folder=program.paths.logs,
        )
        activity = ServerActivity() if quiet else ServerActivity(console.info, console.progress)
        run(parts, address, activity, ready)
    return 0
