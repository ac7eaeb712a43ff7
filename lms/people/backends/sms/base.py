"""What every provider is given and gives back."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Message:
    """One SMS. Providers in mainland China send approved templates; `text` is what the template becomes."""

    number: str = field(repr=False)
    template_id: str
    signature: str
    variables: dict[str, str] = field(repr=False)
    text: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Receipt:
    accepted: bool
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """What the provider says later of a message that it had accepted, by the reference of its receipt."""

    reference: str
    delivered: bool


class NotFromProvider(Exception):
    """The call does not come from the provider, or cannot be read."""


class SmsFailed(Exception):
    """The provider did not say that it took the message. Its text holds neither number nor code.

    `permanent`: it refused, and will again. `perhaps_sent`: nobody knows whether it went out, so whoever must not send
    twice does not try again.
    """

    def __init__(self, reason: str, *, permanent: bool, perhaps_sent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent
        self.perhaps_sent = perhaps_sent
