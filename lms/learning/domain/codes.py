"""The changing code as pictures: made here in advance, so that the helper's phone shows them while it has no network.

The secret never leaves the server; a phone holds the pictures of its own screening for as long as that may last.
"""

from base64 import b64encode

from qrcode import QRCode
from qrcode.constants import ERROR_CORRECT_L

from lms.learning.domain import screening
from lms.learning.models import GroupViewing


def matrix_of(address: str) -> list[list[bool]]:
    """The modules of the QR code, without its quiet zone."""
    code = QRCode(border=0, error_correction=ERROR_CORRECT_L)
    code.add_data(address)
    code.make(fit=True)
    return code.get_matrix()


def path_of(matrix: list[list[bool]]) -> str:
    """The dark modules as the path of an SVG, one stroke for each run."""
    parts = []
    for y, row in enumerate(matrix):
        x = 0
        while x < len(row):
            run = x
            while run < len(row) and row[run]:
                run += 1
            if run > x:
                parts.append(f"M{x} {y}h{run - x}v1h-{run - x}z")
            x = run + 1
    return "".join(parts)


def packed(matrix: list[list[bool]]) -> str:
    """One bit per module, row by row, in base64."""
    bits = "".join("1" if dark else "0" for row in matrix for dark in row)
    bits += "0" * (-len(bits) % 8)
    return b64encode(int(bits, 2).to_bytes(len(bits) // 8, "big")).decode()


def last_step(viewing: GroupViewing) -> int:
    """The last step that may still be scanned: to the end of the film, or as long as people may gather.

    Without network nobody knows when the film begins: as long as both together may last.
    """
    if viewing.doors_at is None or viewing.is_offline:
        return screening.last_step_of(viewing.decoded_seconds)
    doors_at = viewing.doors_at
    over = viewing.film_ends_at or doors_at + screening.GATHERING + screening.CODE_EVERY
    return screening.steps_until(doors_at, over)
