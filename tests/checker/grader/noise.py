"""Is noise of N(0, 1), and new for each value?

Bounds lie 7 standard errors out, 6 for the Kolmogorov-Smirnov distance, so
that an honest file fails less than once in a million.
"""
import math

import numpy as np

ERRORS = 7
# 2 exp(-2 DISTANCE**2) < 1e-9: as rare as 6 standard errors.
DISTANCE = 3.3


def repeated(one: np.ndarray, other: np.ndarray) -> str:
    """Say how noise repeats in two draws (samples, dims), or ''."""
    one, other = ((draw - draw.mean()) / draw.std() for draw in (one, other))
    # What all samples share would make dimensions look alike.
    own = one - one.mean(axis=0)
    for what, first, second in (
            # First within a draw, where what is alike is not so by chance.
            *(('from dimension to dimension', own[:, lag:], own[:, :-lag])
              for lag in range(1, one.shape[1])),
            ('from sample to sample', one, one),
            ('from call to call', one, other)):
        # For every distance between samples, by the convolution theorem.
        sums = np.fft.ifft(np.fft.fft(first, axis=0) * np.conj(
            np.fft.fft(second, axis=0)), axis=0).real.sum(axis=1)
        sums = sums[1:] if first is second else sums
        # At a distance of half the samples each pair counts twice.
        if not np.abs(sums).max() < ERRORS * math.sqrt(2 * first.size):
            return what
    return ''


def follows(draw: np.ndarray, values: np.ndarray) -> bool:
    """Return whether a draw depends on values, both (samples, dims)."""
    # What varies less than this is only rounding.
    one, other = ((each - each.mean(axis=0)) / (each.std(axis=0) + 1e-3)
                  for each in (draw, values))
    return not np.abs((one * other).mean(axis=0)).max() < (
        ERRORS / math.sqrt(len(draw)))


def not_normal(values: np.ndarray) -> str:
    """Say in what way noise (samples, dims) is not of N(0, 1), or ''."""
    for some in (values.ravel(), *values.T):
        mean, deviation = some.mean(), some.std()
        error = ERRORS / math.sqrt(some.size)
        if not (abs(mean) < error
                and abs(deviation ** 2 - 1) < math.sqrt(2) * error):
            return f'mean {mean:.2f} and standard deviation {deviation:.2f}'
    return '' if _shaped(values.ravel()) else (
        'mean 0 and standard deviation 1, but a different shape')


def _shaped(values: np.ndarray) -> bool:
    """Return whether values have the shape of N(0, 1), tails included."""
    values, count = np.sort(values), values.size
    below = np.array([math.erfc(-value / math.sqrt(2)) / 2
                      for value in values])
    ranks = np.arange(count + 1) / count
    apart = max(np.max(ranks[1:] - below), np.max(below - ranks[:-1]))
    expected = math.erfc(3 / math.sqrt(2)) * count
    far = np.sum(np.abs(values) > 3)
    return bool(
        apart * math.sqrt(count) < DISTANCE
        and abs(far - expected) < ERRORS * math.sqrt(expected) + 10)
