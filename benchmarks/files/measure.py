"""Processes and what they cost: wall time, and CPU of both ends."""

import os
import pathlib
import select
import socket
import subprocess
import time

TICKS = os.sysconf("SC_CLK_TCK")
LOCAL = "127.0.0.1"


def free_port():
    with socket.socket() as sock:
        sock.bind((LOCAL, 0))
        return sock.getsockname()[1]


def descendants(pid):
    """The process and all below it that live now."""
    found = [pid]
    for each in found:
        try:
            for task in os.listdir(f"/proc/{each}/task"):
                found += map(int, pathlib.Path(f"/proc/{each}/task/{task}/children").read_text().split())
        except OSError:  # it has just ended, and its parent accounts for it
            pass
    return found


def cpu_seconds(pid):
    """User and system time of the process, of those below it, and of those of them that have ended."""
    ticks = 0
    for each in descendants(pid):
        try:
            fields = pathlib.Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        ticks += sum(map(int, fields[11:15]))
    return ticks / TICKS


class Server:
    """A server that runs until it is closed; what it prints goes to NAME.log in the folder."""

    def __init__(self, name, command, port, folder):
        self.port, self.folder = port, folder
        self._log = open(folder / f"{name}.log", "wb")
        self._process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=self._log, stderr=self._log)
        end = time.monotonic() + 30
        while not self._listens():
            if self._process.poll() is not None or time.monotonic() > end:
                self.close()
                raise SystemExit(f"{name} does not listen: {pathlib.Path(self._log.name).read_text()[-500:]}")
            time.sleep(0.05)

    def _listens(self):
        try:
            socket.create_connection((LOCAL, self.port), 1).close()
            return True
        except OSError:
            return False

    def cpu_seconds(self):
        return cpu_seconds(self._process.pid)

    def close(self):
        self._process.terminate()
        try:
            self._process.wait(10)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.close()


class Cost:
    """What a run cost: seconds of wall time, and of CPU at the client's and at the server's end."""

    def __init__(self, wall, client, server):
        self.wall, self.client, self.server = wall, client, server
        self.cpu = client + server


def run(command, server, log, limit):
    """Runs a client to its end. Its CPU is the kernel's account of it and of the children it waited for."""
    spent = server.cpu_seconds()
    began = time.monotonic()
    with open(log, "wb") as out:
        process = subprocess.Popen(list(map(str, command)), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
    pidfd = os.pidfd_open(process.pid)
    late = not select.select([pidfd], [], [], limit)[0]
    if late:
        process.kill()
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - began
    os.close(pidfd)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        why = f"not done after {limit} s" if late else f"exit {process.returncode}"
        raise SystemExit(f"{why}: {' '.join(map(str, command))[:200]}: {pathlib.Path(log).read_text(errors='replace')[-500:]}")
    time.sleep(0.1)  # the server ends what it has to end
    return Cost(wall, usage.ru_utime + usage.ru_stime, server.cpu_seconds() - spent)
