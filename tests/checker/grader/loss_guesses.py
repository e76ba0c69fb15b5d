"""Guesses what a wrong loss of files 0 to 2 is made of."""
import itertools
from collections.abc import Iterable, Sequence
from typing import Callable, Optional

import numpy as np

from checker.grader import expected, losses, reference, tolerances
from checker.grader.call import Call
from checker.grader.failure import Cause
from checker.grader.scenarios import Scenario

Array = np.ndarray
L1 = ('Give activity_regularizer=keras.regularizers.L1(lambtha) to the '
      'latent layer alone.')
CROSS_ENTROPY = ("Pass loss='binary_crossentropy' to auto.compile(), without "
                 'loss_weights.')
# Keras's epsilon.
TINY = 1e-7


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
    each: losses.Columns = {
        'the mean squared error': (x - p) ** 2,
        'the mean absolute error': abs(x - p),
        'the cross-entropy of logits (from_logits=True)':
            np.log1p(np.exp(p)) - x * p,
        'the KL divergence of x and its reconstruction':
            p.shape[-1] * x * np.log(np.maximum(x, TINY) / p),
        'the categorical cross-entropy': -p.shape[-1] * x * np.log(share),
        'the binary cross-entropy without 1 - x': -x * np.log(p),
        'a focal cross-entropy': entropy * (
            x * (1 - p) ** 2 + (1 - x) * p ** 2)}
    found = [(name, losses.means(value)) for name, value in each.items()]
    found.append((
        'the cross-entropy without the values that are 0', losses.means(
            entropy * known) / np.maximum(losses.means(1. * known), TINY)))
    # Keras keeps x from 0 and 1 by TINY; Keras 2 adds it once more.
    bounded = np.clip(x.astype('float32'), TINY, 1 - TINY)
    return found + [
        ('the binary cross-entropy with its arguments exchanged', losses.means(
            -(p * np.log(bounded + more)
              + (1 - p) * np.log(1 - bounded + more))))
        for more in (0, TINY)]


def penalties(call: Call) -> losses.Columns:
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
        'the L2 norm of the encoding, squared': sums(outputs[cut - 1] ** 2),
        'the L1 norm of what the latent layer gives before relu': sums(abs(
            latent_sums(call, outputs)))}
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


def latent_sums(call: Call, outputs: Sequence[Array]) -> Array:
    """Return what the latent layer gives before its activation."""
    trial, cut = call.trial(Scenario.LOSS), call.spec.cut
    layer = call.spec.encoder[-1]
    before = outputs[len(call.spec.encoder) - 2] if cut > 2 else trial.inputs
    if call.spec.task == 2:
        before = reference.pool(before)
    return reference.affine(layer, before, *trial.weights[cut - 2:cut])


def sums(values: Array) -> Array:
    """Return the sum of each sample."""
    return values.reshape(len(values), -1).sum(axis=1)


def explain_loss(call: Call) -> Optional[Cause]:
    """Return what the loss of files 0 to 2 is instead, or None."""
    trial = call.trial(Scenario.LOSS)
    p = expected.reconstruction(call.spec, trial)
    right, seen = losses.entropies(trial.inputs, p), losses.losses_of(call)
    each = np.array([losses.loss_in(loss.logs, entropy) for loss, entropy
                     in zip(seen.each, right)])
    whole = losses.loss_in(seen.whole.logs, each.mean())
    if not np.isfinite(each).all():
        return Cause('no loss that is a number', CROSS_ENTROPY)
    for name, column in replacements(trial.inputs, p):
        if fit_alone(column, each):
            return Cause(name, CROSS_ENTROPY)
    factor = losses.fit_columns([right], each)
    if factor.left < tolerances.EXPLAINED:
        if abs(factor.weights[0] - 1) > tolerances.WEIGHT:
            return scaled(factor.weights[0], trial.inputs[0].size)
        if np.isclose(whole, right.sum(), rtol=tolerances.EXPLAINED):
            return Cause('the binary cross-entropy summed over the batch',
                         CROSS_ENTROPY)
    if np.allclose(each, right, tolerances.LOSS):
        return Cause('the cross-entropy alone, in evaluate()',
                     L1 if call.spec.task == 1 else CROSS_ENTROPY)
    return smoothed_labels(trial.inputs, p, each) or explain_penalty(
        call, each, right)


def scaled(factor: float, size: int) -> Cause:
    """Return what a multiple of the cross-entropy is.

    Args:
        size: how many values an input has.
    """
    entropy = 'the binary cross-entropy'
    if np.isclose(factor, -1):
        return Cause(f'{entropy} with the opposite sign', CROSS_ENTROPY)
    if np.isclose(factor, size, rtol=tolerances.EXPLAINED):
        return Cause(f'{entropy} summed over the values', CROSS_ENTROPY)
    return Cause(f'{in_words(factor)} {entropy}', 'Remove loss_weights '
                 'and factors of the loss.')


def in_words(factor: float, lambtha: float = 0) -> str:
    """Return a factor as a student may have written it."""
    if same_factor(float(f'{factor:.1g}'), factor) and not lambtha:
        return f'{factor:.1g} times'
    for number in range(1, 1000):
        many = f'{number} * lambtha' if number > 1 else 'lambtha'
        if lambtha and same_factor(factor, lambtha * number):
            return f'{many} times'
        if same_factor(factor * number, lambtha or 1):
            return f'{"lambtha" if lambtha else 1} / {number} times'
    return f'{factor:.2g} times'


def same_factor(one: float, other: float) -> bool:
    """Return whether factors are equal, except for rounding."""
    return bool(np.isclose(one, other, tolerances.EXPLAINED, 0))


def smoothed_labels(x: Array, p: Array, each: Array) -> Optional[Cause]:
    """Return the cross-entropy with smoothed labels, if that explains it."""
    half = losses.means(-np.log(p * (1 - p))) / 2
    fitted = losses.fit_columns([losses.entropies(x, p), half], each)
    sharp, smooth = fitted.weights
    if fitted.left < tolerances.EXPLAINED and 0.005 < smooth < 1 and (
            abs(sharp + smooth - 1) < tolerances.WEIGHT):
        return Cause('the binary cross-entropy with '
                     f'label_smoothing={smooth:.2g}', CROSS_ENTROPY)
    return None


def explain_penalty(call: Call, each: Array,
                    right: Array) -> Optional[Cause]:
    """Return the cross-entropy and the penalty that explain losses.

    Penalties on weights are the same for all samples, so that several may
    explain a loss: then it is the one with a usual factor.
    """
    usual = [10. ** -n for n in range(1, 6)] + [
        call.spec.lambtha * factor for factor in (1, 1 / 2, 2)
        if call.spec.lambtha]
    nothing, found = np.max(abs(each - right) / abs(each)), []
    for name, column in penalties(call).items():
        fitted = losses.fit_columns([column], each - right, np.abs(each))
        weight = fitted.weights[0]
        if fitted.left < min(tolerances.EXPLAINED, nothing / 10):
            rare = not np.isclose(weight, usual, 1e-3, 0).any()
            found.append((rare, fitted.left, name, 'the cross-entropy and '
                          f'{in_words(weight, call.spec.lambtha)} {name}'))
    if not found:
        return None
    *_, name, what = min(found)
    return Cause(what, fix_of_penalty(call, name))


def fix_of_penalty(call: Call, name: str) -> str:
    """Return what to type if there is a penalty of this name."""
    if call.spec.task == 1:
        return L1
    if name.startswith(('an L1 penalty on the output',
                        'an L2 penalty on the output', 'the ')):
        return ('Remove what adds to the loss: activity_regularizer, '
                'add_loss().')
    return 'Remove kernel_regularizer and bias_regularizer.'


def fit_alone(column: Array, each: Array) -> bool:
    """Return whether a column alone, times 1, is the losses."""
    return bool(np.allclose(column, each, tolerances.EXPLAINED))
