"""Refusals on pictures. Their tree stands in `refusals.py`."""

from fullhouse.rules.refusal import Refusal


class ImageNotFound(Refusal):
    """No such picture, or not in this size."""

    code = "image_not_found"


class ImageNotValid(Refusal):
    """What was sent is no picture that can be taken; `reason` is one of a few words."""

    code = "image_not_valid"
