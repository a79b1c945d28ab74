"""Knows which names of JSON fields msgspec can describe by a Struct, which is the fast way to read one field."""


def fits_struct(name: str) -> bool:
    """Returns whether msgspec takes the name for a field of a Struct: it needs no escape in JSON."""
    return not any(sign in '"\\' or sign < " " for sign in name)
