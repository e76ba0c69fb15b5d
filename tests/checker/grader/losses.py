"""What a loss is made of: a sum of named columns."""
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Optional

import numpy as np

from checker.grader import expected, reference
from checker.grader.call import Call
from checker.grader.scenarios import Scenario
from checker.protocol import Experiment, Losses

Array = np.ndarray
# Of values in logs that may be terms of a loss.
MOST_NAMES = 20
# A column has a value for each loss that was observed.
Columns = dict[str, Array]


def readings(logs: dict[str, float]) -> dict[tuple[str, ...], float]:
    """Return what logs may mean by the loss: {names: the sum of these}.

    It is what they call the loss.  A train_step() of a submission may give
    names of its own to the loss or to its terms, and Keras 3 adds a loss of
    0 then: it is any value, or any sum of two or three.
    """
    if logs.get('loss'):
        return {('loss',): logs['loss']}
    own = [name for name in logs if name != 'loss'][:MOST_NAMES]
    return {names: sum_of(logs, names) for count in (1, 2, 3)
            for names in itertools.combinations(own, count)}


def sum_of(logs: dict[str, float], names: Sequence[str]) -> float:
    """Return the sum of some values of logs."""
    return sum(logs.get(name, np.nan) for name in names)


def loss_in(logs: dict[str, float], wanted: float) -> float:
    """Return the reading of logs that comes nearest to a wanted loss."""
    return min(readings(logs).values(), key=lambda found: abs(found - wanted),
               default=np.nan)


@dataclass(frozen=True)
class Fitted:
    """Weights for columns, and how much of the losses they leave.

    left: the largest part of a loss, relative to the sizes of its parts.
    """
    weights: tuple[float, ...]
    left: float


def fit_columns(columns: Sequence[Array], losses: Array,
                sizes: Optional[Array] = None) -> Fitted:
    """Find the weights with which columns add up to losses best.

    Args:
        columns: each (n,), for n losses.
        sizes: (n,), the sizes of the parts of each loss, which rounding is
            relative to; without it, of the loss itself.
    """
    scale = (np.abs(losses) if sizes is None else sizes) + 1e-9
    rows = np.stack(columns, axis=1)
    if not np.isfinite([*rows.T, losses / scale]).all():
        return Fitted((np.nan,) * len(columns), np.inf)
    weights, *_ = np.linalg.lstsq(rows / scale[:, None], losses / scale,
                                  rcond=None)
    left = np.max(np.abs(rows @ weights - losses) / scale)
    return Fitted(tuple(weights), float(left))


def means(values: Array) -> Array:
    """Return the mean of each sample."""
    return values.reshape(len(values), -1).mean(axis=1)


def entropies(x: Array, p: Array) -> Array:
    """Return the binary cross-entropy of each sample."""
    return means(-(x * np.log(p) + (1 - x) * np.log(1 - p)))


def losses_of(call: Call) -> Losses:
    """Return the losses of the samples and of the batch."""
    return call.observe(Experiment.LOSSES, Scenario.LOSS)


def error_of(call: Call) -> float:
    """Return how wrong the loss of a batch of files 0 to 2 is.

    It is relative to the sum of the loss and its cross-entropy.
    """
    seen = call.observe(Experiment.LOSS, Scenario.LOSS)
    trial = call.trial(Scenario.LOSS)
    wanted = expected.loss(call.spec, trial)
    size = wanted + reference.cross_entropy(
        trial.inputs, expected.reconstruction(call.spec, trial))
    return float(abs(loss_in(seen.logs, wanted) - wanted) / size)
