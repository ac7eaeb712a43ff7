"""How a tool says that it failed."""


class ToolFailed(Exception):
    """A tool could not do its work: a FailureCode, what the tool said, and whether trying again is of no use."""

    def __init__(self, code: str, detail: str, *, permanent: bool) -> None:
        super().__init__(f"{code}: {detail}")
        self.code = code
        self.detail = detail
        self.permanent = permanent
