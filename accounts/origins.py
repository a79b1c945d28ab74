"""Where a request comes from, as every database and log takes it."""

from ipaddress import IPv6Address, ip_address

SESSION_ID = "millrace_session_id"  # in a session: the UUID that it is shown by


def address(text: str) -> str | None:
    """An IP address in its usual form, or None for what is not one (a unix socket has none)."""
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = ip.ipv4_mapped if isinstance(ip, IPv6Address) else None
    return str(mapped or ip)


def device(agent: str) -> str:
    """The User-Agent without control characters, cut to what SecurityEvent.device holds."""
    return "".join(filter(str.isprintable, agent))[:200]
