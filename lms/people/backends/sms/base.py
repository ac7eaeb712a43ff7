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


class SmsFailed(Exception):
    """The provider did not take the message. Its text holds neither number nor code."""

    def __init__(self, reason: str, *, permanent: bool) -> None:
        super().__init__(reason)
        self.permanent = permanent
