"""A crowd of bad TLS peers, as a process of its own: handshakes that never end and connections that drip a byte a minute.

`crowd.py PORT`: prints a line when all are there, and goes on until it is killed.
"""

import asyncio
import random
import ssl
import sys

LOCAL = "127.0.0.1"
OF_EACH = 1000


def encrypted():
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def hello():
    """The first flight of a handshake."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    try:
        encrypted().wrap_bio(incoming, outgoing, server_hostname="healthy").do_handshake()
    except ssl.SSLWantReadError:
        pass
    return outgoing.read()


async def stalled(port, flight):
    """Sends a part of the first flight and waits; begins again when the server ends it."""
    while True:
        try:
            reader, writer = await asyncio.open_connection(LOCAL, port)
            writer.write(flight)
            while await reader.read(65536):
                pass
            writer.close()
        except OSError:
            await asyncio.sleep(0.1)


async def handshaken(port, context, gate):
    async with gate:
        return await asyncio.open_connection(LOCAL, port, ssl=context)


async def drip(writer):
    """A byte at a random moment of each minute: never a whole line."""
    while True:
        await asyncio.sleep(random.uniform(0, 60))
        writer.write(b"z")
        await asyncio.sleep(random.uniform(0, 60))


async def main(port):
    context, gate, flight = encrypted(), asyncio.Semaphore(20), hello()
    lengths = (0, 1, len(flight) // 2, len(flight))
    connections = await asyncio.gather(*(handshaken(port, context, gate) for _ in range(OF_EACH)))
    tasks = [drip(writer) for _, writer in connections]
    tasks += [stalled(port, flight[: lengths[number % 4]]) for number in range(OF_EACH)]
    crowd = asyncio.gather(*tasks)
    await asyncio.sleep(1)
    print("all are there", flush=True)
    await crowd


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
