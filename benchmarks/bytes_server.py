"""Serves the bytes of a file with the embedded server: the peer of `listing_server.py`.

python benchmarks/bytes_server.py FILE THREADS
"""

from __future__ import annotations

import signal
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from extery_site.project.commands.serve import listen
from extery_site.project.http_server.scheduling import Lane
from extery_site.project.http_server.server import Server


def main() -> None:
    """Serve every request with the file."""
    body = Path(sys.argv[1]).read_bytes()
    headers = [("Content-Type", "application/json"), ("Content-Length", str(len(body)))]

    def application(_environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        start("200 OK", headers)
        return [body]

    listener = listen("127.0.0.1", 0)
    server = Server(
        application,
        listener,
        threads=int(sys.argv[2]),
        max_body=1000,
        max_spooled=1000,
        keep_proxy_headers=False,
        lane_of=lambda _method, _path, _query: Lane.LISTING,
        client_address=lambda peer, _forwarded: peer,
    )
    signal.signal(signal.SIGTERM, server.stop)
    print(f"http://127.0.0.1:{listener.getsockname()[1]}", flush=True)
    server.run()


if __name__ == "__main__":
    main()
