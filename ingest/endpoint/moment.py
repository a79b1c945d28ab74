"""Holds a time in an answer: each wire format writes it in a way of its own."""


class Moment:
    __slots__ = ("milliseconds",)

    def __init__(self, milliseconds: int) -> None:
        self.milliseconds = milliseconds

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Moment) and other.milliseconds == self.milliseconds

    def __hash__(self) -> int:
        return hash(self.milliseconds)
