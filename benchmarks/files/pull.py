"""pull.py http|native PORT NAME [CA]: receives one file and throws it away, so that what a server costs is seen beside the same client."""

import socket
import ssl
import struct
import sys

TAKE = 1 << 20
MAGIC = b"PIPEWRIGHT-FILES"


def connect(port, ca):
    sock = socket.create_connection(("127.0.0.1", port), 20)
    if ca:
        context = ssl.create_default_context(cafile=ca)
        sock = context.wrap_socket(sock, server_hostname="127.0.0.1")
    return sock


class Stream:
    """Bytes of a socket: exact small pieces, and long stretches that nobody wants."""

    def __init__(self, sock):
        self._sock = sock
        self._buffer = bytearray(TAKE)
        self._held = b""
        # the kernel need not copy what is thrown away; TLS has to
        self._flags = 0 if isinstance(sock, ssl.SSLSocket) else socket.MSG_TRUNC

    def exactly(self, count):
        while len(self._held) < count:
            some = self._sock.recv(4096)
            if not some:
                raise EOFError("the server has ended")
            self._held += some
        head, self._held = self._held[:count], self._held[count:]
        return head

    def line(self):
        taken = bytearray()
        while not taken.endswith(b"\r\n"):
            taken += self.exactly(1)
        return bytes(taken[:-2])

    def skip(self, count):
        held = min(count, len(self._held))
        self._held = self._held[held:]
        count -= held
        while count:
            got = self._sock.recv_into(self._buffer, min(count, TAKE), self._flags)
            if not got:
                raise EOFError("the server has ended")
            count -= got


def http(sock, name):
    sock.sendall(f"GET /{name} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".encode())
    stream, length = Stream(sock), None
    if b" 200 " not in stream.line():
        raise SystemExit("not 200")
    while line := stream.line():
        key, _, value = line.partition(b":")
        if key.lower() == b"content-length":
            length = int(value)
    stream.skip(length)
    return length


def field(number, value):
    return struct.pack(">BH", number, len(value)) + value


def frame(kind, *fields):
    body = bytes([kind]) + b"".join(fields)
    return struct.pack(">I", len(body)) + body


def native(sock, name):
    hello = frame(0x01, field(1, MAGIC), field(2, struct.pack(">I", 1)), field(3, b"pull.py"))
    sock.sendall(hello + frame(0x02 + 2, field(1, name.encode())))
    stream, received = Stream(sock), 0
    while True:
        (size,) = struct.unpack(">I", stream.exactly(4))
        body = stream.exactly(size)
        if body[0] == 0x84:
            (length,) = struct.unpack(">I", fields(body)[2])
            stream.skip(length)
            received += length
        elif body[0] == 0x86:
            return received
        elif body[0] == 0xC0:
            raise SystemExit(f"refused: {fields(body)}")


def fields(body):
    found, at = {}, 1
    while at < len(body):
        number, length = struct.unpack_from(">BH", body, at)
        found[number] = body[at + 3 : at + 3 + length]
        at += 3 + length
    return found


def main():
    dialect, port, name, ca = (*sys.argv[1:], None)[:4]
    sock = connect(int(port), ca)
    print({"http": http, "native": native}[dialect](sock, name), *(sock.cipher() if ca else ()))


main()
