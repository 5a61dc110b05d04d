"""S7: a file's name in, the file's bytes out."""

import pathlib

from . import dial


def serve(listener, say, folder):
    while True:
        client, _ = listener.accept()
        name = client.recv(1024).decode("utf-8")
        say(name)
        try:
            content = (pathlib.Path(folder) / name).read_bytes()
        except OSError:
            content = None
        if content:
            client.send(content)
        client.close()


def get(address, name, gate=None):
    """The file's bytes; empty for one that was not given."""
    sock = dial(address)
    if gate:
        gate.wait()
    sock.send(name.encode("utf-8"))
    content = bytearray()
    while True:
        data = sock.recv(1024)
        if not data:
            break
        content += data
    sock.close()
    return bytes(content)
