"""Says what most likely made numbers differ: a guess, tried as numbers too."""
import dataclasses
import math

import numpy as np

from checker import reference
from checker.calls import same


L1 = 'the L1 norm of the encoding'
SUMMED = 'the binary cross-entropy summed over the values'


def _leaky(slope):
    return lambda x: np.where(x > 0, x, slope * x)


def _softmax(x):
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _sigmoid(x):
    return reference.sigmoid(x)[0]


ACTIVATIONS = {
    'no activation': lambda x: x,
    'relu': lambda x: np.maximum(x, 0),
    'sigmoid': _sigmoid,
    'tanh': np.tanh,
    'relu6, which ends at 6': lambda x: np.clip(x, 0, 6),
    'softplus': lambda x: np.logaddexp(x, 0),
    'softmax': _softmax,
    'elu': lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
    'selu': lambda x: 1.05070098 * np.where(
        x > 0, x, 1.67326324 * np.expm1(np.minimum(x, 0))),
    'swish': lambda x: x * _sigmoid(x),
    'gelu': lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / 2 ** 0.5)),
    'softsign': lambda x: x / (1 + np.abs(x)),
    'hard_sigmoid': lambda x: np.clip(x / 6 + 0.5, 0, 1),
    'exponential': np.exp,
    'exp(x / 2)': lambda x: np.exp(x / 2),
    **{f'leaky relu with a slope of {slope}': _leaky(slope)
       for slope in (0.01, 0.1, 0.2, 0.3)},
}


def _blocks(x):
    batch, height, width, channels = x.shape
    framed = np.pad(x, [(0, 0), (0, height % 2), (0, width % 2), (0, 0)],
                    mode='edge')
    return framed.reshape(batch, (height + 1) // 2, 2, (width + 1) // 2, 2,
                          channels)


RESIZES = {
    'pool': {
        'average pooling': lambda x: _blocks(x).mean(axis=(2, 4)),
        'every second value instead of max pooling': lambda x: x[
            :, ::2, ::2]},
    'upsample': {
        'bilinear upsampling': lambda x: _double(_double(x, 1), 2)},
    '': {},
}


def _double(x, axis):
    """Double an axis by linear interpolation."""
    x = np.moveaxis(x, axis, 0)
    left, right = np.concatenate([x[:1], x[:-1]]), np.concatenate(
        [x[1:], x[-1:]])
    both = np.stack([0.75 * x + 0.25 * left, 0.75 * x + 0.25 * right], 1)
    return np.moveaxis(both.reshape(-1, *x.shape[1:]), 0, axis)


def of_half(call, half, setting, found):
    """Return why a half gives other numbers, as far as it can be told.

    Args:
        found: an Outputs with what was passed to each layer with weights.
    """
    stages = getattr(call, half)
    start = 0 if half == 'encoder' else call.cut
    weights = call.weights(setting)[start:start + 2 * len(stages)]
    given = setting.inputs if half == 'encoder' else setting.codes
    outputs = getattr(found, half)
    inputs, order = [], call.order[start:start + 2 * len(stages)]
    # Both heads take what the hidden layers give.
    heads = call.task == 3 and half == 'encoder'
    for pair in zip(order[::2], order[1::2]):
        into = [passed.values for passed in found.passed.get(half, ())
                if {*passed.weights} == {*pair}]
        if len(into) != 1:
            return 'other numbers' if heads else _unknown(
                stages, weights, given, outputs)
        inputs += into
    if not same(inputs[0], given):
        return f'{change(given, inputs[0])} before the first layer'
    after = [*inputs[1:], outputs[-1]]
    if heads:
        after[-2] = outputs[-2]
        if len(stages) > 2:
            after[-3] = inputs[-2]
        if not same(inputs[-2], inputs[-1]):
            return 'that mean and log variance come from different layers'
    for place, (stage, x, y) in enumerate(zip(stages, inputs, after)):
        cause = _of_stage(stage, *weights[2 * place:2 * place + 2], x, y)
        if cause:
            return f'{cause} at layer {place + 1} of {len(stages)}, {stage}'
    return 'other numbers'


def _of_stage(stage, kernel, bias, x, y):
    """Return what a stage does instead of what is asked for, or None."""
    sums, _ = reference.affine(stage, x, kernel, bias)
    resize = reference.FUNCTIONS[stage.resize]
    activated = reference.FUNCTIONS[stage.activation](sums)[0]
    expected = resize(activated)[0]
    if same(y, expected):
        return None
    for name, function in ACTIVATIONS.items():
        if same(y, resize(function(sums))[0]):
            return name
    for name, other in RESIZES[stage.resize].items():
        if same(y, other(activated)):
            return name
    if expected.shape == x.shape and same(y, expected + x):
        return 'an output to which its own input is added'
    return change(expected, y)


def _unknown(stages, weights, x, outputs):
    """Return what other activation fits, where layers cannot be seen."""
    hidden, _ = reference.forward(stages[:-1], weights[:-2], x)
    sums, _ = reference.affine(stages[-1], hidden, *weights[-2:])
    resize = reference.FUNCTIONS[stages[-1].resize]
    for name, function in ACTIVATIONS.items():
        if same(outputs[-1], resize(function(sums))[0]):
            return f'{name} at the last layer, {stages[-1]}'
    return 'other numbers'


def change(expected, found):
    """Describe in what way an array was changed."""
    if found.shape != expected.shape:
        return (f'values of shape {found.shape[1:]} instead of '
                f'{expected.shape[1:]}')
    if not np.isfinite(found).all():
        return 'values that are not numbers'
    spread = expected - expected.mean()
    factor = np.sum(spread * found) / (np.sum(spread ** 2) + 1e-30)
    shift = found.mean() - factor * expected.mean()
    if abs(factor) > 1e-6 and same(found, factor * expected + shift, 1e-3):
        said = [f'{what} {by:.4g}' for what, by, usual in (
            ('multiplied by', factor, 1), ('shifted by', shift, 0))
            if abs(by - usual) > 1e-3]
        if said:
            return f'values that are {" and ".join(said)}'
    low, high = found.min(), found.max()
    if same(found, np.clip(expected, low, high)):
        return 'values clipped to ' + ' and '.join(
            [f'at least {low:.4g}'] * bool(expected.min() < low - 1e-4)
            + [f'at most {high:.4g}'] * bool(expected.max() > high + 1e-4))
    kept = (found != 0) & (expected != 0)
    if kept.any() and (found[expected != 0] == 0).any() and np.ptp(
            found[kept] / expected[kept]) < 1e-3:
        return 'values set to zero at random (as by Dropout)'
    return 'other values'


def losses(x, p):
    """Return {name: value} of losses that might be in place of the right.

    Args:
        x, p: inputs and reconstructions, (batch, ...).
    """
    entropy = -(x * np.log(p) + (1 - x) * np.log(1 - p))
    of_logits = np.log1p(np.exp(p)) - x * p
    share = p / p.sum(axis=-1, keepdims=True)
    one = {
        'the mean squared error': (x - p) ** 2,
        'the mean absolute error': abs(x - p),
        'the cross-entropy of logits (from_logits=True)': of_logits,
        'the Kullback-Leibler divergence of x and its reconstruction':
            p.shape[-1] * x * np.log(np.maximum(x, 1e-7) / p),
        'the categorical cross-entropy': -p.shape[-1] * x * np.log(share),
        'the binary cross-entropy with its arguments exchanged':
            -(p * np.log(np.maximum(x, 1e-7)) + (1 - p) * np.log(
                np.maximum(1 - x, 1e-7))),
        'the binary cross-entropy with label_smoothing=0.1':
            0.9 * entropy - 0.05 * np.log(p * (1 - p)),
        'the binary cross-entropy without 1 - x': -x * np.log(p),
        'a focal cross-entropy': entropy * (
            x * (1 - p) ** 2 + (1 - x) * p ** 2)}
    found = {name: value.mean() for name, value in one.items()}
    found[SUMMED] = entropy.sum() / len(x)
    found['the binary cross-entropy summed over the batch'] = (
        entropy.mean() * len(x))
    return found


def penalties(call, setting):
    """Return {name: value} of penalties that might be on top, times 1."""
    weights, count = call.weights(setting), len(setting.inputs)
    outputs, passed = [], setting.inputs
    for place, stage in enumerate(call.encoder + call.decoder):
        output, _ = reference.forward(
            [dataclasses.replace(stage, resize='')],
            weights[2 * place:2 * place + 2], passed)
        passed, _ = reference.FUNCTIONS[stage.resize](output)
        outputs.append(output)
    cut, every = len(call.encoder), range(len(outputs))
    code = outputs[cut - 1]
    found = {
        L1: abs(code).sum() / count,
        'the L2 norm of the encoding, squared': (code ** 2).sum() / count}
    groups = {
        **{call.where(2 * place): [place] for place in every},
        'the hidden layers of the encoder': every[:cut - 1],
        'the hidden layers of the decoder': every[cut:-1],
        'all hidden layers': [*every[:cut - 1], *every[cut:-1]],
        'all layers of the encoder': every[:cut],
        'all layers of the decoder': every[cut:],
        'all layers but the last': every[:-1], 'all layers': every}
    for group, places in groups.items():
        for name, norm in (('L1', np.abs), ('L2', np.square)):
            for part, weight in enumerate(('kernel', 'bias')):
                found[f'an {name} penalty on the {weight} of {group}'] = sum(
                    norm(weights[2 * place + part]).sum() for place in places)
            found[f'an {name} penalty on the output of {group}'] = sum(
                norm(outputs[place]).sum() / count for place in places)
    return found
