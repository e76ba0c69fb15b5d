"""Why numbers differ: guesses, each of them tried as numbers too."""
import math
from collections.abc import Sequence
from typing import Callable, Optional

import numpy as np

from checker.grader import reference
from checker.grader.call import Call
from checker.grader.comparison import same
from checker.grader.failure import Cause
from checker.grader.layer_specs import LayerSpec
from checker.grader.scenarios import Scenario
from checker.protocol import Outputs

Array = np.ndarray
Function = Callable[[Array], Array]


def leaky(slope: float) -> Function:
    """Return leaky relu with a slope."""
    return lambda x: np.where(x > 0, x, slope * x)


def softmax(x: Array) -> Array:
    """Return softmax."""
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


ACTIVATIONS: dict[str, Function] = {
    'no activation': lambda x: x,
    'relu': lambda x: np.maximum(x, 0),
    'sigmoid': reference.sigmoid,
    'tanh': np.tanh,
    'relu6 (cut off at 6)': lambda x: np.clip(x, 0, 6),
    'sigmoid, then sigmoid': lambda x: reference.sigmoid(
        reference.sigmoid(x)),
    'relu, then sigmoid': lambda x: reference.sigmoid(np.maximum(x, 0)),
    'softplus': lambda x: np.logaddexp(x, 0),
    'softmax': softmax,
    'elu': lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    'selu': lambda x: 1.05070098 * np.where(
        x > 0, x, 1.67326324 * np.expm1(np.minimum(x, 0))),
    'swish': lambda x: x * reference.sigmoid(x),
    'gelu': lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / 2 ** 0.5)),
    'softsign': lambda x: x / (1 + np.abs(x)),
    'hard_sigmoid': lambda x: np.clip(x / 6 + 0.5, 0, 1),
    'exp(x)': np.exp,
    'exp(x / 2)': lambda x: np.exp(x / 2),
    **{f'leaky relu with a slope of {slope}': leaky(slope)
       for slope in (0.01, 0.1, 0.2, 0.3)},
}


def blocks(x: Array) -> Array:
    """Return windows of 2 x 2 in axes 2 and 4."""
    batch, height, width, channels = x.shape
    framed = np.pad(x, [(0, 0), (0, height % 2), (0, width % 2), (0, 0)],
                    mode='edge')
    return framed.reshape(batch, (height + 1) // 2, 2, (width + 1) // 2, 2,
                          channels)


def double(x: Array, axis: int) -> Array:
    """Double an axis by linear interpolation."""
    x = np.moveaxis(x, axis, 0)
    left = np.concatenate([x[:1], x[:-1]])
    right = np.concatenate([x[1:], x[-1:]])
    both = np.stack([0.75 * x + 0.25 * left, 0.75 * x + 0.25 * right], 1)
    return np.moveaxis(both.reshape(-1, *x.shape[1:]), 0, axis)


RESIZED = {'pool': 'max pooling', 'upsample': 'upsampling'}
RESIZES: dict[str, dict[str, Function]] = {
    'pool': {
        'average pooling': lambda x: blocks(x).mean(axis=(2, 4)),
        'every second value instead of max pooling': lambda x: x[
            :, ::2, ::2]},
    'upsample': {
        'bilinear upsampling': lambda x: double(double(x, 1), 2)},
    '': {},
}


def of_half(call: Call, half: str, seen: Outputs) -> Cause:
    """Return a guess why a half gives wrong numbers.

    Args:
        call: of Scenario.FUNCTION.
        seen: what came instead.
    """
    trial, specs = call.trial(Scenario.FUNCTION), getattr(call.spec, half)
    start = 0 if half == 'encoder' else call.spec.cut
    count = 2 * len(specs)
    weights = trial.weights[start:start + count]
    given = trial.inputs if half == 'encoder' else trial.codes
    outputs = getattr(seen, half)
    inputs = inputs_of_layers(call, half, start, count, seen)
    if inputs and any(x.ndim != given.ndim for x in inputs):
        inputs = None
    heads = call.spec.task == 3 and half == 'encoder'
    if inputs is None:
        return Cause('different numbers') if heads else unknown(
            specs, weights, given, outputs)
    if not same(inputs[0], given):
        return changed_input(half, given, inputs[0])
    after = [*inputs[1:], outputs[-1]]
    if heads:
        # Both heads take what the last hidden layer gives.
        after[-2] = outputs[-2]
        if len(specs) > 2:
            after[-3] = inputs[-2]
        if not same(inputs[-2], inputs[-1]):
            return Cause('mean and log variance from different layers',
                         'Write Dense(latent_dims)(hidden) for both.')
    causes = [(of_layer(*layer), call.where(start + 2 * place))
              for place, layer in enumerate(zip(
                  specs, weights[::2], weights[1::2], inputs, after))]
    first = next((cause for cause, _ in causes if cause), None)
    if first is None:
        return Cause('different numbers')
    return first._replace(where=' and '.join(
        where for cause, where in causes if cause == first))


def changed_input(half: str, given: Array, found: Array) -> Cause:
    """Return how an input was changed before the first layer."""
    cause = change(given, found)
    return cause._replace(
        wanted=f'the input of the {half} unchanged, before the first layer',
        fix=cause.fix or 'Remove what changes the input before the first '
        'layer.')


def inputs_of_layers(call: Call, half: str, start: int, count: int,
                     seen: Outputs) -> Optional[Sequence[Array]]:
    """Return what each layer was given, or None if that was not seen."""
    assert call.order is not None
    order, inputs = call.order[start:start + count], []
    for pair in zip(order[::2], order[1::2]):
        into = [passed.values for passed in seen.passed.get(half, ())
                if {*passed.weights} == {*pair}]
        if len(into) != 1:
            return None
        inputs += into
    return inputs


def of_layer(spec: LayerSpec, kernel: Array, bias: Array, x: Array,
             y: Array) -> Optional[Cause]:
    """Return what a layer does instead of what is asked for, or None."""
    sums = reference.affine(spec, x, kernel, bias)
    resize = reference.FUNCTIONS[spec.resize]
    activated = reference.FUNCTIONS[spec.activation](sums)
    wanted = resize(activated)
    if same(y, wanted):
        return None
    for name, function in ACTIVATIONS.items():
        if same(y, resize(function(sums))):
            return Cause(name, fix_of_activation(spec), named(spec))
    for name, other in RESIZES[spec.resize].items():
        if same(y, other(activated)):
            return Cause(name, wanted=RESIZED[spec.resize])
    unchanged = 'the output unchanged'
    if wanted.shape == x.shape and same(y, wanted + x):
        return Cause('an output to which its own input is added',
                     wanted=unchanged)
    return change(wanted, y)._replace(wanted=unchanged)


def named(spec: LayerSpec) -> str:
    """Return the activation of a layer, in words."""
    return spec.activation if spec.activation != 'linear' else 'no activation'


def fix_of_activation(spec: LayerSpec) -> str:
    """Return what to type if a layer has a different activation."""
    if spec.activation == 'linear':
        return 'Remove the activation of this layer.'
    return f"Write activation='{spec.activation}' at this layer."


def unknown(specs: Sequence[LayerSpec], weights: Sequence[Array], x: Array,
            outputs: Sequence[Array]) -> Cause:
    """Return which activation fits, if the layers cannot be seen."""
    hidden = reference.forward(specs[:-1], weights[:-2], x)
    sums = reference.affine(specs[-1], hidden, *weights[-2:])
    resize = reference.FUNCTIONS[specs[-1].resize]
    for name, function in ACTIVATIONS.items():
        if same(outputs[-1], resize(function(sums))):
            return Cause(name, fix_of_activation(specs[-1]),
                         named(specs[-1]), f'the last layer, {specs[-1]}')
    return Cause('different numbers')


def change(wanted: Array, found: Array) -> Cause:
    """Describe in what way an array was changed."""
    if found.shape != wanted.shape:
        return Cause(f'values of shape {found.shape[1:]} instead of '
                     f'{wanted.shape[1:]}')
    if not np.isfinite(found).all():
        return Cause('values that are not numbers')
    spread = wanted - wanted.mean()
    factor = np.sum(spread * found) / (np.sum(spread ** 2) + 1e-30)
    shift = found.mean() - factor * wanted.mean()
    if abs(factor) > 1e-6 and same(found, factor * wanted + shift, 1e-3):
        if np.isclose(factor, 1 / 255, 1e-3):
            return Cause('values divided by 255',
                         'Do not divide: images are in [0, 1] already.')
        told = [f'{what} {by:.3g}' for what, by, usual in (
            ('multiplied by', factor, 1), ('shifted by', shift, 0))
            if abs(by - usual) > 1e-3]
        if told:
            return Cause(f'values {" and ".join(told)}')
    low, high = found.min(), found.max()
    if same(found, np.clip(wanted, low, high)):
        bounds = ([f'at least {low:.4g}'] * bool(wanted.min() < low - 1e-4)
                  + [f'at most {high:.4g}'] * bool(
                      wanted.max() > high + 1e-4))
        return Cause(f'values clipped to {" and ".join(bounds)}')
    kept = (found != 0) & (wanted != 0)
    if kept.any() and (found[wanted != 0] == 0).any() and np.ptp(
            found[kept] / wanted[kept]) < 1e-3:
        return Cause('some values set to zero')
    return Cause('different values')
