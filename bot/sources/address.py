"""Which addresses may be read at all: subreddit names, URLs, and the IP addresses they lead to."""

from __future__ import annotations

import ipaddress
import re
import socket
from urllib.parse import urlsplit

from bot.errors import SettingsError

# Reddit: "Names cannot have spaces, must be between 3-21 characters, and underscores are the only special characters
# allowed"; the oldest subreddits have two.
_SUBREDDIT = re.compile(r"[a-z0-9][a-z0-9_]{1,20}")
# One request serves them all, and the address has to fit into a request line.
_MOST_SUBREDDITS = 50
_LONGEST_URL = 2000
_WEB_PORTS = (None, 80, 443)

Address = ipaddress.IPv4Address | ipaddress.IPv6Address

# `is_global` calls these global although they lead to any IPv4 address at all, private ones included: 6to4 (RFC 3056)
# and its relay (RFC 7526). The other such prefixes (NAT64, IPv4-compatible, IPv4-translated) are reserved ones.
# And IETF protocol assignments (RFC 6890), of which Python before 3.11.10 knows a part.
_INSIDE = tuple(map(ipaddress.ip_network, ("2002::/16", "192.88.99.0/24", "192.0.0.0/24")))


def subreddits(address: str) -> tuple[str, ...]:
    """Split `a+b` into names, lower case, each once, in order. Raises SettingsError."""
    names = tuple(dict.fromkeys(name.strip().removeprefix("r/") for name in address.lower().split("+")))
    if len(names) > _MOST_SUBREDDITS:
        raise SettingsError(f"reddit: reads at most {_MOST_SUBREDDITS} subreddits together; make two sources of them.")
    for name in names:
        if not _SUBREDDIT.fullmatch(name):
            raise SettingsError(
                f"{name!r} is not the name of a subreddit; write reddit:mturk or reddit:mturk+prolific."
            )
    return names


def checked_url(url: str, *, allow_private: bool = True) -> str:
    """Give back a web address that may be asked for, else raise SettingsError.

    Only http and https, no user or password in it, and (unless `allow_private`) no unusual port.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise SettingsError(f"{url[:200]!r} is not a web address.") from None
    if parts.scheme not in ("http", "https") or not parts.hostname or len(url) > _LONGEST_URL:
        raise SettingsError(f"{url[:200]!r} is not a web address; it has to start with https:// or http://.")
    if parts.username is not None or parts.password is not None or not url.isprintable() or " " in url:
        raise SettingsError(f"The address at {parts.hostname} holds a login or a blank, which is not allowed there.")
    if not allow_private and port not in _WEB_PORTS:
        raise SettingsError(f"{parts.hostname}: only the ports 80 and 443 of a web server are read, not {port}.")
    return url


def leads_inside(host: str) -> bool:
    """Whether a host is an address that is not public, in any spelling that a system takes. Asks no name server.

    Where names lead is seen, and refused, when they are connected to (`Http`).
    """
    if host.rstrip(".").split(".")[-1] == "localhost":
        return True
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except (OSError, UnicodeError):
        return False
    return not all(is_public(ipaddress.ip_address(str(at[4][0]).partition("%")[0])) for at in found)


def is_public(ip: Address) -> bool:
    """Tell whether an address is one of the open internet and cannot lead anywhere else."""
    if isinstance(ip, ipaddress.IPv6Address) and ip.ipv4_mapped is not None:
        return is_public(ip.ipv4_mapped)
    if ip.is_multicast or ip.is_reserved or not ip.is_global:
        return False
    return not any(ip in net for net in _INSIDE)
