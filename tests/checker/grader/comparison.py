"""Compares numbers, except for rounding."""
import numpy as np

from checker.grader import tolerances


def distance(found: np.ndarray, expected: np.ndarray) -> float:
    """Return the largest difference, relative to the largest expected."""
    if found.shape != expected.shape:
        return np.inf
    difference = np.max(np.abs(found - expected), initial=0)
    scale = np.max(np.abs(expected), initial=0) + 1e-2
    return np.inf if np.isnan(difference) else difference / scale


def same(found: np.ndarray, expected: np.ndarray,
         tolerance: float = tolerances.OUTPUT) -> bool:
    """Return whether arrays are equal, except for rounding."""
    return distance(found, expected) < tolerance


def near(found: float, expected: float,
         tolerance: float = tolerances.LOSS) -> bool:
    """Return whether losses are equal, except for rounding."""
    return abs(found - expected) < tolerance * max(0.1, abs(expected))
