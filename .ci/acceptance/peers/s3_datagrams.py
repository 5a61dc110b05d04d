"""S3: one asks by datagram and prints the reply; the other prints datagrams of GBK."""

import socket


def answer(sock, say):
    """What an asker's opposite does: every datagram gets an answer."""
    while True:
        data, address = sock.recvfrom(1024)
        say(data)
        sock.sendto("收到: ".encode() + data, address)


def ask(address, text):
    """S3a: (the reply's bytes, its sender's address)."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(20)
    sock.sendto(text.encode("utf-8"), address)
    reply = sock.recvfrom(1024)
    sock.close()
    return reply


def receive(sock, say):
    """S3b: prints one datagram's text and ends."""
    data, address = sock.recvfrom(1024)
    say((data.decode("gbk"), address))
    sock.close()


def tell(address, text):
    """Sends one datagram to an S3b; returns the socket, so that a caller can see that nothing comes back."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(20)
    sock.sendto(text.encode("gbk"), address)
    return sock
