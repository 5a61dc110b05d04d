"""Every module here registers its checks when it is imported, in this order."""

from . import peers, rows_tcp, rows_udp, udp_paths, files, files_native, files_hostile, files_changing, bad_input, hostile, lifecycle, addresses, restart, memory, settings, attack, reflector, admission, proxy, tls, capture, slow, files_large  # noqa: F401
