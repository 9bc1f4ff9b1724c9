"""Array types of this room, and how an argument becomes an array over subjects."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from penia.errors import PeniaError

FloatArray: TypeAlias = NDArray[np.float64]
Places: TypeAlias = NDArray[np.intp]
"""Indices"""


def per_subject(value: ArrayLike, subjects: int, *columns: int) -> FloatArray:
    """``value`` as (subjects, *columns); a scalar, one row or one column is repeated.

    Raises PeniaError, naming both shapes, where it does not fit.
    """
    array = np.asarray(value, dtype=np.float64)
    if array.ndim == 1 and len(columns) == 1 and array.shape == (subjects,) and subjects != columns[0]:
        array = array[:, None]
    try:
        return np.array(np.broadcast_to(array, (subjects, *columns)))
    except ValueError as error:
        wanted = (subjects, *columns)
        raise PeniaError(
            f"An argument of shape {array.shape} does not fit {wanted}; give one number, or one a subject."
        ) from error
