"""QR codes that lead a payer's telephone to a page."""

import io
from typing import Literal

import segno

SCALE = 6  # Pixels a module.
BORDER = 4  # Modules of white around the code, as readers want them.


def image(text: str, kind: Literal["svg", "png"]) -> bytes:
    """The code of a text, black on white."""
    drawn = io.BytesIO()
    segno.make(text, micro=False).save(drawn, kind=kind, scale=SCALE, border=BORDER, light="#fff")
    return drawn.getvalue()


def data_url(text: str) -> str:
    """The same as a URL that holds the image itself."""
    return segno.make(text, micro=False).png_data_uri(scale=SCALE, border=BORDER)
