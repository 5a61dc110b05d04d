"""S8: what comes goes back with a–z made A–Z."""

import time

from . import dial


def serve(listener, say):
    while True:
        client, address = listener.accept()
        say(address)
        while True:
            data = client.recv(1024)
            if not data:
                say("the link is down")
                break
            say(data)
            client.send(data.upper())  # of bytes: ASCII letters alone
        client.close()


def hello(address, gate=None, times=9, pause=1.0, message=b"hello\n"):
    """The replies, one read each, and this client's own address."""
    sock = dial(address)
    if gate:
        gate.wait()
    own = sock.getsockname()
    replies = []
    for number in range(times):
        if number:
            time.sleep(pause)
        sock.send(message)
        replies.append(sock.recv(1024))
    sock.close()
    return replies, own
