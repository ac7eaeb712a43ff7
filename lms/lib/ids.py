"""Public codes: random, without letters that look like another, ending in a check character."""

import secrets

# No 0 O, 1 I L. The count is prime, so that weights below it catch every wrong and every swapped character.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"
MAX_LENGTH = 30


def _check_character(body: str) -> str:
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(body, start=2))
    return ALPHABET[-total % len(ALPHABET)]


def public_code(length: int = 10) -> str:
    """A new random code of so many characters, the last of which checks the others."""
    if not 4 <= length <= MAX_LENGTH:
        raise ValueError(f"A public code has 4 to {MAX_LENGTH} characters, not {length}.")
    body = "".join(secrets.choice(ALPHABET) for _ in range(length - 1))
    return body + _check_character(body)


def check(code: str) -> bool:
    """Whether the code could have been made by `public_code`."""
    known = 4 <= len(code) <= MAX_LENGTH and all(character in ALPHABET for character in code)
    return known and _check_character(code[:-1]) == code[-1]
