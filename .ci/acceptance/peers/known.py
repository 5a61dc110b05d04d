"""A peer that asks one thing after the other: `known.py HOST:PORT COUNT` prints the median round trip in us, and how many were lost."""

import socket
import statistics
import sys
import time


def main():
    host, _, port = sys.argv[1].rpartition(":")
    trips, lost = [], 0
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind((host, 0))
        sock.settimeout(0.5)
        for number in range(int(sys.argv[2])):
            began = time.perf_counter()
            sock.sendto(b"%d" % number, (host, int(port)))
            try:
                while sock.recvfrom(100)[0] != b"%d" % number:
                    pass
                trips.append(time.perf_counter() - began)
            except TimeoutError:
                lost += 1
            time.sleep(0.001)
    print(f"{statistics.median(trips) * 1e6:.1f} {lost}")


if __name__ == "__main__":
    main()
