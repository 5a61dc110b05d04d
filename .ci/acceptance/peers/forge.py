"""Sends UDP datagrams over IPv4 with a source of one's choice: `forge.py TO FROM TEXT`, or a flood from very many sources.

    forge.py 127.0.0.1:7788 127.0.0.1:9 hello
    forge.py 127.0.0.1:7788 --flood 1000000      # each from an address of its own in 11.0.0.0/8
    forge.py 127.0.0.1:7788 127.0.0.1:5555 x --times 100000

Needs the right to open raw sockets; meant for a network namespace that a check has made for itself.
"""

import argparse
import socket
import struct
import sys
import time


def packet(source, destination, payload):
    """An IP packet; the kernel fills in its length and checksum. UDP's checksum is 0: none (RFC 768)."""
    (from_host, from_port), (to_host, to_port) = source, destination
    ip = struct.pack(
        "!BBHHHBBH4s4s", 0x45, 0, 0, 0, 0, 64, socket.IPPROTO_UDP, 0, socket.inet_aton(from_host), socket.inet_aton(to_host)
    )
    return ip + struct.pack("!HHHH", from_port, to_port, 8 + len(payload), 0) + payload


def address(text):
    host, _, port = text.rpartition(":")
    return host, int(port)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("to", type=address)
    parser.add_argument("source", type=address, nargs="?")
    parser.add_argument("text", nargs="?", default="")
    parser.add_argument("--times", type=int, default=1)
    parser.add_argument("--flood", type=int, default=0)
    parser.add_argument("--rate", type=int, default=100_000, help="datagrams a second, at most")
    args = parser.parse_args()
    with socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW) as raw:
        start = time.monotonic()
        for number in range(args.flood or args.times):
            source = args.source
            if args.flood:
                bits = 0x0B000000 + (number * 7919) % 0xFFFFFF
                source = (socket.inet_ntoa(struct.pack("!I", bits)), 1024 + number % 60_000)
            try:
                raw.sendto(packet(source, args.to, args.text.encode()), args.to)
            except BlockingIOError:
                pass
            if number % 16 == 15:  # small bursts: a socket's buffer holds a few hundred
                ahead = number / args.rate - (time.monotonic() - start)
                if ahead > 0:
                    time.sleep(ahead)
    print(f"{time.monotonic() - start:.2f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
