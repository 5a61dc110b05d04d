"""S5: every question in GBK gets the same answer in GBK."""

import socket

from . import dial

ANSWER = "ok, 问题正在处理中..."


def serve(listener, say):
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    while True:
        client, address = listener.accept()
        data = client.recv(1024)
        say((address, len(data), data.decode("gbk")))
        client.send(ANSWER.encode("gbk"))
        client.close()


def ask(address, text, gate=None):
    """(the answer's text, this client's own address)"""
    sock = dial(address)
    if gate:
        gate.wait()
    own = sock.getsockname()
    sock.send(text.encode("gbk"))
    answer = sock.recv(1024).decode("gbk")
    sock.close()
    return answer, own
