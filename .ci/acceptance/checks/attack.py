"""Healthy peers beside crowds of bad ones: what the good ones feel of it, as a ratio to a quiet run."""

import asyncio
import pathlib
import shutil
import statistics
import subprocess
import sys
import time

from harness import Skipped, check, expect, readable
from peers import LOCAL, crowd

HEALTHY = 50
SECONDS = 6.0
MESSAGE = b"x" * 63 + b"\n"


def certificate(folder):
    """A certificate for 127.0.0.1 that signs itself."""
    if not shutil.which("openssl"):
        raise Skipped("openssl is not installed")
    chain, key = folder / "chain.pem", folder / "key.pem"
    subprocess.run(
        [
            "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
            "-subj", "/CN=healthy", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", chain,
        ],
        check=True, capture_output=True, timeout=30,
    )  # fmt: skip
    return chain, key


async def healthy(port, seconds):
    """Each of them sends a line, waits for it, thinks for a moment, and so on; the round trips in seconds."""
    context, trips, end = crowd.encrypted(), [], time.monotonic() + seconds

    async def one():
        reader, writer = await asyncio.open_connection(LOCAL, port, ssl=context)
        while time.monotonic() < end:
            began = time.perf_counter()
            writer.write(MESSAGE)
            if await asyncio.wait_for(reader.readexactly(len(MESSAGE)), 10) != MESSAGE:
                raise AssertionError("another line came back")
            trips.append(time.perf_counter() - began)
            await asyncio.sleep(0.02)
        writer.close()

    await asyncio.gather(*(one() for _ in range(HEALTHY)))
    return trips


def p99(trips):
    return statistics.quantiles(trips, n=100)[98]


@check(
    "attack", "crowds", "1000 stalled handshakes and 1000 dripping peers cost 50 healthy ones less than twice their p99",
    limit=240, slow=True,
)  # fmt: skip
def crowds(bench):
    chain, key = certificate(pathlib.Path(bench.folder()))
    server = bench.server(
        "tcp-echo", "server", "--framing", "lines", "--tls-cert", chain, "--tls-key", key, "--idle-timeout", "5m"
    )
    asyncio.run(healthy(server.port, SECONDS))  # warm
    ratios = []
    for _ in range(3):
        quiet = p99(asyncio.run(healthy(server.port, SECONDS)))
        with subprocess.Popen(
            [sys.executable, crowd.__file__, str(server.port)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        ) as bad:
            try:
                expect(readable(bad.stdout, 60), "the crowd did not come together within 60 s")
                beset = p99(asyncio.run(healthy(server.port, SECONDS)))
            finally:
                bad.kill()
        ratios.append(beset / quiet)
        print(f"     p99 {quiet * 1000:.1f} ms quiet, {beset * 1000:.1f} ms beside the crowd: {ratios[-1]:.2f}", flush=True)
        if ratios[-1] < 2:
            return
    expect(False, f"p99 beside the crowd is {', '.join(f'{ratio:.2f}' for ratio in ratios)} times the quiet one")
