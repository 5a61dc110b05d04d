"""S2: a greeting to whoever connects."""

from . import dial

GREETING = "网络编程测试。\r\n".encode()


def serve(listener, say):
    while True:
        client, address = listener.accept()
        say(address)
        client.send(GREETING)
        client.close()


def read(address, gate=None):
    sock = dial(address)
    if gate:
        gate.wait()
    data = sock.recv(1024)
    sock.close()
    return data
