"""S1: every message comes back with the local time in front of it."""

import time

from . import dial


def serve(listener, say):
    while True:
        say("waiting for connection…")
        client, address = listener.accept()
        say(f"…connected from: {address}")
        while True:
            data = client.recv(1024)
            if not data:
                break
            say(data)
            client.send(b"[%s] %s" % (time.strftime("%a %b %d %H:%M:%S %Y").encode(), data))
        client.close()


def ask(address, typed, gate=None):
    """Sends each typed line and returns what one read brought for each."""
    sock = dial(address)
    if gate:
        gate.wait()
    replies = []
    for line in typed:
        if not line:
            break
        sock.send(line)
        data = sock.recv(1024)
        if not data:
            break
        replies.append(data)
    sock.close()
    return replies
