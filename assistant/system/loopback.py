"""Loopback addresses: whether a host is this machine, whatever a name server says."""

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host is this machine and cannot be reached from any other."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
