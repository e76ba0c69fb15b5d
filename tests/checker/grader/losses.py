"""What a loss is made of: a sum of named columns."""
import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Callable, Optional

import numpy as np

from checker.grader import expected, reference, tolerances
from checker.grader.call import Call
from checker.grader.scenarios import Scenario
from checker.protocol import Experiment, Losses

Array = np.ndarray
# Keras's epsilon.
TINY = 1e-7
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
    own = [name for name in logs if name != 'loss']
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
    weights, *_ = np.linalg.lstsq(rows / scale[:, None], losses / scale,
                                  rcond=None)
    left = np.max(np.abs(rows @ weights - losses) / scale)
    return Fitted(tuple(weights), float(left))


def replacements(x: Array, p: Array) -> list[tuple[str, Array]]:
    """Return losses that may stand in place of the binary cross-entropy.

    Args:
        x, p: inputs and reconstructions, (samples, ...).

    Returns:
        their names, and the loss of each sample: (samples,).
    """
    entropy = -(x * np.log(p) + (1 - x) * np.log(1 - p))
    share = p / p.sum(axis=-1, keepdims=True)
    known = x != 0
    each: Columns = {
        'the mean squared error': (x - p) ** 2,
        'the mean absolute error': abs(x - p),
        'the cross-entropy of logits (from_logits=True)':
            np.log1p(np.exp(p)) - x * p,
        'the KL divergence of x and its reconstruction':
            p.shape[-1] * x * np.log(np.maximum(x, TINY) / p),
        'the categorical cross-entropy': -p.shape[-1] * x * np.log(share),
        'the binary cross-entropy with label_smoothing=0.1':
            0.9 * entropy - 0.05 * np.log(p * (1 - p)),
        'the binary cross-entropy without 1 - x': -x * np.log(p),
        'a focal cross-entropy': entropy * (
            x * (1 - p) ** 2 + (1 - x) * p ** 2)}
    found = [(name, means(value)) for name, value in each.items()]
    found.append((
        'the cross-entropy without the values that are 0', means(
            entropy * known) / np.maximum(means(1. * known), TINY)))
    # Keras keeps x from 0 and 1 by TINY; Keras 2 adds it once more.
    bounded = np.clip(x.astype('float32'), TINY, 1 - TINY)
    return found + [
        ('the binary cross-entropy with its arguments exchanged', means(
            -(p * np.log(bounded + more)
              + (1 - p) * np.log(1 - bounded + more))))
        for more in (0, TINY)]


def means(values: Array) -> Array:
    """Return the mean of each sample."""
    return values.reshape(len(values), -1).mean(axis=1)


def entropies(x: Array, p: Array) -> Array:
    """Return the binary cross-entropy of each sample."""
    return means(-(x * np.log(p) + (1 - x) * np.log(1 - p)))


def penalties(call: Call) -> Columns:
    """Return penalties that may be added to the loss, times 1.

    Returns:
        {name: (samples,)} for the samples of Scenario.LOSS.
    """
    trial = call.trial(Scenario.LOSS)
    outputs = expected.layer_outputs(call.spec, trial)
    count, cut = len(trial.inputs), len(call.spec.encoder)
    every = range(len(outputs))
    found = {
        'the L1 norm of the encoding': sums(abs(outputs[cut - 1])),
        'the L2 norm of the encoding, squared': sums(outputs[cut - 1] ** 2)}
    groups: dict[str, Iterable[int]] = {
        **{call.where(2 * place): [place] for place in every},
        'the hidden layers of the encoder': every[:cut - 1],
        'the hidden layers of the decoder': every[cut:-1],
        'all hidden layers': [*every[:cut - 1], *every[cut:-1]],
        'all layers of the encoder': every[:cut],
        'all layers of the decoder': every[cut:],
        'all layers except the last': every[:-1], 'all layers': every}
    norms: list[tuple[str, Callable[[Array], Array]]] = [
        ('L1', np.abs), ('L2', np.square)]
    for (group, places), (name, norm) in itertools.product(
            groups.items(), norms):
        for part, which in enumerate(('kernel', 'bias')):
            found[f'an {name} penalty on the {which} of {group}'] = np.full(
                count, sum(norm(trial.weights[2 * place + part]).sum()
                           for place in places))
        found[f'an {name} penalty on the output of {group}'] = np.sum(
            [sums(norm(outputs[place])) for place in places], axis=0)
    return found


def sums(values: Array) -> Array:
    """Return the sum of each sample."""
    return values.reshape(len(values), -1).sum(axis=1)


def losses_of(call: Call) -> Losses:
    """Return the losses of the samples and of the batch."""
    return call.observe(Experiment.LOSSES, Scenario.LOSS, 'evaluate() works')


def explain_loss(call: Call) -> str:
    """Return what the loss of files 0 to 2 is instead, or ''."""
    trial = call.trial(Scenario.LOSS)
    p = expected.reconstruction(call.spec, trial)
    right, seen = entropies(trial.inputs, p), losses_of(call)
    each = np.array([loss_in(loss.logs, entropy) for loss, entropy
                     in zip(seen.each, right)])
    whole = loss_in(seen.whole.logs, each.mean())
    if not np.isfinite(each).all():
        return 'a loss that is not a number'
    for name, column in replacements(trial.inputs, p):
        if fit_alone(column, each):
            return name
    factor = fit_columns([right], each)
    if factor.left < tolerances.EXPLAINED:
        if abs(factor.weights[0] - 1) > tolerances.WEIGHT:
            return f'{factor.weights[0]:.4g} times the binary cross-entropy'
        if np.isclose(whole, right.sum(), rtol=tolerances.EXPLAINED):
            return 'the binary cross-entropy summed over the batch'
    if np.allclose(each, right, tolerances.LOSS):
        return 'the binary cross-entropy without a penalty'
    return explain_penalty(call, each, right)


def explain_penalty(call: Call, each: Array, right: Array) -> str:
    """Return the cross-entropy and the penalty that explain losses, or ''.

    Penalties on weights are the same for all samples, so that several may
    explain a loss: then it is the one with a usual factor.
    """
    usual = (call.spec.lambtha * np.array([1, 1 / 2, 2])).tolist() + [
        10. ** -n for n in range(1, 6)]
    nothing, found = np.max(abs(each - right) / abs(each)), []
    for name, column in penalties(call).items():
        fitted = fit_columns([column], each - right, np.abs(each))
        weight = fitted.weights[0]
        if fitted.left < min(tolerances.EXPLAINED, nothing / 10):
            rare = not np.isclose(weight, usual, rtol=1e-3).any()
            found.append((rare, fitted.left, 'the cross-entropy and '
                          f'{weight:.3g} times {name}'))
    return min(found)[-1] if found else ''


def fit_alone(column: Array, losses: Array) -> bool:
    """Return whether a column alone, times 1, is the losses."""
    return bool(np.allclose(column, losses, tolerances.EXPLAINED))


def error_of(call: Call) -> float:
    """Return how wrong the loss of a batch of files 0 to 2 is.

    It is relative to the sum of the loss and its cross-entropy.
    """
    seen = call.observe(Experiment.LOSS, Scenario.LOSS, 'evaluate() works')
    trial = call.trial(Scenario.LOSS)
    wanted = expected.loss(call.spec, trial)
    size = wanted + reference.cross_entropy(
        trial.inputs, expected.reconstruction(call.spec, trial))
    return float(abs(loss_in(seen.logs, wanted) - wanted) / size)
