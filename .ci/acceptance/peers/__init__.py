"""The programs of old, S1 to S8, both ends: one client at a time, `recv(1024)`, no framing, nothing guarded.

They are what a user swaps for one of ours, so they stay as naive as they were. Each module has `serve(listener, say, …)`,
a loop that prints by `say`, and the client of the row as a function. S2's client is any program that reads once.
"""

import socket
import threading

LOCAL = "127.0.0.1"


class Plain:
    """Runs a `serve` loop on a thread, on a port of its own, and keeps what it says."""

    def __init__(self, serve, *arguments, kind=socket.SOCK_STREAM, backlog=128):
        self.said = []
        self._socket = socket.socket(socket.AF_INET, kind)
        self._socket.bind((LOCAL, 0))
        if kind == socket.SOCK_STREAM:
            self._socket.listen(backlog)
        self._closing = False
        self.port = self._socket.getsockname()[1]
        self.address = f"{LOCAL}:{self.port}"
        self._thread = threading.Thread(target=self._run, args=(serve, arguments), daemon=True)
        self._thread.start()

    def _run(self, serve, arguments):
        try:
            serve(self._socket, self.said.append, *arguments)
        except Exception as failure:  # noqa: BLE001 - naive as it is, it falls over anything; the check reads what it said
            if not self._closing:
                self.said.append(failure)

    def wait(self, seconds=10.0):
        """Waits until the loop has ended by itself."""
        self._thread.join(seconds)
        if self._thread.is_alive():
            raise TimeoutError(f"the plain peer has not ended; it said {self.said}")
        return self.said

    def close(self):
        self._closing = True
        try:
            self._socket.shutdown(socket.SHUT_RDWR)  # wakes an accept; an unconnected UDP socket refuses
        except OSError:
            pass
        self._socket.close()


def dial(address):
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.settimeout(20)
    sock.connect(address)
    return sock
