"""S6: prints what clients say and never answers."""

import time

from . import dial


def serve(listener, say):
    while True:
        client, address = listener.accept()
        while True:
            data = client.recv(1024)
            if not data:
                say((address, None))
                break
            say((address, data.decode("utf-8")))
        client.close()


def tell(address, texts, gate=None, pause=0.1):
    """Sends the texts and returns this client's own address."""
    sock = dial(address)
    if gate:
        gate.wait()
    own = sock.getsockname()
    for text in texts:
        sock.send(text.encode("utf-8"))
        time.sleep(pause)
    sock.close()
    return own
