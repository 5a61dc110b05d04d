"""Who is compared: each one's server as a good administrator would set it up, and each one's client as a user would call it."""

import os
import pathlib
import resource
import shutil
import subprocess
import sys

from measure import LOCAL, Server, free_port

HERE = pathlib.Path(__file__).resolve().parent
PROGRAM = HERE.parents[1] / "file-transfer" / "target" / "file-transfer"
PULL = HERE / "pull.py"


def certificate(folder):
    """A certificate for this host that signs itself: (chain, key)."""
    chain, key = folder / "chain.pem", folder / "key.pem"
    if not chain.exists():
        subprocess.run(
            [
                "openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
                "-subj", "/CN=localhost", "-addext", f"subjectAltName=IP:{LOCAL}", "-keyout", key, "-out", chain,
            ],
            check=True, capture_output=True, timeout=30,
        )  # fmt: skip
    return chain, key


NGINX = """
daemon off;
worker_processes 1;
worker_rlimit_nofile {files};
pid {folder}/nginx.pid;
error_log {folder}/nginx.err warn;
events {{ worker_connections 1024; }}
http {{
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max={cached} inactive=1h;
  default_type application/octet-stream;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen {host}:{port} {tls};
    root {root};
    {more}
  }}
}}
"""

NGINX_TLS = """
    ssl_certificate {chain}; ssl_certificate_key {key};
    ssl_protocols TLSv1.3;
"""


def nginx(folder, root, tls=False):
    name, port, more = "nginx-tls" if tls else "nginx", free_port(), ""
    if tls:
        chain, key = certificate(folder)
        more = NGINX_TLS.format(chain=chain, key=key)
    files = min(65536, resource.getrlimit(resource.RLIMIT_NOFILE)[1])
    own = folder / name
    own.mkdir()
    config = own / "nginx.conf"
    config.write_text(
        ("user root;" if os.geteuid() == 0 else "")
        + NGINX.format(files=files, cached=files // 2, folder=own, root=root, host=LOCAL, port=port, tls="ssl" if tls else "", more=more)
    )
    return Server(name, ["nginx", "-c", config, "-p", own], port, folder)


RSYNCD = """
use chroot = no
max connections = 64
[files]
path = {root}
read only = yes
"""


def rsyncd(folder, root):
    port, config = free_port(), folder / "rsyncd.conf"
    identity = "uid = root\ngid = root\n" if os.geteuid() == 0 else ""
    config.write_text(f"pid file = {folder}/rsyncd.pid\n" + identity + RSYNCD.format(root=root))
    command = ["rsync", "--daemon", "--no-detach", f"--address={LOCAL}", f"--port={port}", f"--config={config}"]
    return Server("rsyncd", command, port, folder)


def pipewright(folder, root, tls=False, name="pipewright"):
    port, more = free_port(), []
    if tls:
        chain, key = certificate(folder)
        more = ["--tls-cert", chain, "--tls-key", key]
    command = [PROGRAM, "server", "--root", root, "--port", port, *more]
    return Server(f"{name}-tls" if tls else name, command, port, folder)


def get(server, names, out, *more):
    return [PROGRAM, "get", f"{LOCAL}:{server.port}", *names, "--out", out, *more]


def curl(server, names, out):
    """Several names: over connections that are kept, up to eight at once."""
    if len(names) == 1:
        return ["curl", "-sf", "-o", out / names[0], f"http://{LOCAL}:{server.port}/{names[0]}"]
    config = out.parent / "curl.txt"
    config.write_text("".join(f'url = "http://{LOCAL}:{server.port}/{name}"\noutput = "{out / name}"\n' for name in names))
    return ["curl", "-sf", "--create-dirs", "--parallel", "--parallel-max", "8", "-K", config]


def aria2c(server, names, out):
    urls = out.parent / "aria2.txt"
    urls.write_text("".join(f"http://{LOCAL}:{server.port}/{name}\n  out={name}\n" for name in names))
    at_once = min(len(names), 16)
    return [
        "aria2c", "--no-conf", "-q", "--file-allocation=falloc", "--auto-save-interval=0", "--async-dns=false", f"-j{at_once}",
        "-x8", "-s8" if len(names) == 1 else "-s1", "-d", out, "-i", urls,
    ]  # fmt: skip


def rsync(server, names, out):
    """--whole-file, since there is nothing to compare with; -t as the others keep the time or cost nothing by not doing it."""
    url = f"rsync://{LOCAL}:{server.port}/files/"
    return ["rsync", "-rt", "--whole-file", *([url + name for name in names] if len(names) < 100 else [url]), f"{out}/"]


def pull(server, name, dialect, chain=None):
    return [sys.executable, PULL, dialect, server.port, name, *([chain] if chain else [])]


def missing(*programs):
    return [name for name in programs if not shutil.which(name)]
