"""From where somebody sits: the device and the network, as the web floor saw them, and what a quiz asks of both."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network

from academy.kernel.i18n import _l
from academy.quizzes.errors import OtherDevice, WrongPlace
from academy.quizzes.rules import DeliveryRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """``device``: a random name that the browser keeps, or one made of a program's token; ``address``: its IP."""

    device: str = ""
    address: str = ""
    agent: str = ""


NOWHERE = Seat()


def is_within(address: str, networks: Iterable[str]) -> bool:
    """Whether an address lies in one of the networks (CIDR, RFC 4632 and 4291); an IPv4 in IPv6 clothes counts."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in ip_network(network) for network in networks)


def require_place(delivery: DeliveryRules, seat: Seat) -> None:
    """Go on only from an address that the quiz allows.

    Raises:
        WrongPlace: the address is another.
    """
    if delivery.networks and not is_within(seat.address, delivery.networks):
        raise WrongPlace(
            _l(
                "This quiz can be sat from certain networks only; yours (%(address)s) is another.",
                address=seat.address or "?",
            ),
            next_step=_l("Use a device in the examination room, or ask the invigilator."),
        )


def require_device(active: str | None, seat: Seat) -> None:
    """Go on only on the device on which the attempt is being sat; None: any.

    Raises:
        OtherDevice: it is being sat on another.
    """
    if active is not None and active != seat.device:
        raise OtherDevice(
            _l("This attempt goes on on another device; here nothing is stored any more."),
            next_step=_l(
                "Open the attempt's page to take it over here. What this browser had kept is still in it."
            ),
        )
