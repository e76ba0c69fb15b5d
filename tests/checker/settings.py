"""Draws the weights and inputs that a submission is tried with."""
import dataclasses
import secrets

import numpy as np

from checker.observation import Setting
from checker.specification import shape

SAMPLES = 6
# What each hidden layer multiplies numbers by; a power of 2, so that they are
# rounded as before.
LOUD = 8
# Far above and far below where relu bends; and a size of the matrix that is
# small enough for float32 to tell probabilities from 1.
FAR, SMALL = 300, 0.1


def arrange(call, regime='usual', samples=SAMPLES, loud=False):
    """Draw a Setting that shows what is to be seen.

    usual: sums of some 1, where activations differ most.
    wide: outputs close to 0 and 1, and log variances of 8, for bounds.
    muted: a decoder that does not see z, so that the loss has no noise, and
        a large divergence.
    off: hidden layers that give 0, whatever their kernels are, which are
        large.
    single: a decoder most units of which are on for most z.
    linear: a decoder from whose output z can be told, and a log variance
        that is far from 0.

    Args:
        loud: whether hidden layers give numbers that grow from one to the
            next.
    """
    random = np.random.default_rng(secrets.randbits(64))
    stages = call.encoder + call.decoder
    first, last = len(call.encoder), len(stages) - 1
    gains, biases = [1.3] * len(stages), [0.3] * len(stages)
    if regime == 'muted':
        gains[first] = 0
        biases[first - 2:first] = 1, 1
    weights = []
    for stage, gain, bias in zip(stages, gains, biases):
        kernel, size = stage.shapes
        weights += [gain / np.prod(kernel[:-1]) ** 0.5
                    * random.standard_normal(kernel),
                    # Somewhat above zero, so that few units are always off.
                    bias * (random.standard_normal(size)
                            + (stage.activation == 'relu'))]
    if regime == 'single':
        for bias in weights[2 * first + 1:-2:2]:
            bias += 2
    if regime == 'off':
        for place, stage in enumerate(stages):
            weights[2 * place] *= FAR
            weights[2 * place + 1] -= FAR ** 2 * (stage.activation == 'relu')
    if loud:
        _amplify(weights, 0, first - 2 if call.task == 3 else first - 1, first)
        _amplify(weights, first, last, last + 1)
    inputs = random.random((samples, *shape(call.arguments[0])))
    codes = random.standard_normal((samples, *shape(call.arguments[2])))
    if regime == 'muted':
        # From dark to bright: losses that differ.
        inputs *= np.linspace(0.1, 1, samples)[:, None]
    wide = regime == 'wide'
    if call.task == 3:
        # Of mean and log variance, where the noise neither drowns nor ends.
        limits = {'wide': (8, 8), 'muted': (8, 4), 'linear': (3, 1)}.get(
            regime, (3, 1.5))
        for head, (values, limit) in enumerate(zip(
                call.encode(weights, inputs), limits)):
            place = 2 * (first - 2 + head)
            _scale(weights[place:place + 2], values, limit, wide)
    # Farther out, float32 could not tell a loss or a gradient any more; the
    # numbers of the wide regime are not trained on.
    given = [codes] if wide else [codes, call.encode(weights, inputs)[0]]
    logits = np.stack([call.logits(weights, each) for each in given])
    _scale(weights[-2:], logits, 10 if wide else 6, wide)
    if regime == 'linear':
        weights[2 * first - 1][::2] += 3
        weights[2 * first - 1][1::2] -= 3
        weights[2 * first:] = _linear(random, call.decoder)
    placed = dict(zip(call.order, weights))
    # What float32 cannot say must not differ from what is computed here.
    return Setting(*(
        tuple(map(_single, value)) if isinstance(value, list)
        else _single(value) for value in (
            [placed[place] for place in range(len(placed))], inputs, codes)))


def _amplify(weights, start, ends, stop):
    """Have each of some stages give larger numbers, in place.

    Args:
        start, ends, stop: the first stage, the first of the last ones, which
            give the same numbers as before, and the one after these.
    """
    growth = 1
    for place in range(start, ends):
        growth *= LOUD
        weights[2 * place] *= LOUD
        weights[2 * place + 1] *= growth
    for place in range(ends, stop):
        weights[2 * place] /= growth


def _scale(weights, outputs, limit, each):
    """Scale a kernel and a bias, in place, to outputs that reach a limit.

    They do so where they are farthest from 0, above it; or each unit does,
    above and below in turns, so that a bound on either side shows.
    """
    rows = outputs.reshape(-1, outputs.shape[-1] if each else 1)
    units = np.arange(rows.shape[1])
    farthest = rows[np.abs(rows).argmax(axis=0), units]
    for weight in weights:
        weight *= limit * (-1.) ** units / farthest


def _single(values):
    return values.astype('float32').astype(float)


def _linear(random, stages):
    """Return weights for which the output is sigmoid(z times a matrix).

    Of each hidden layer most units are on, whatever z is, and pass it on
    turned; the others are off, and would disturb it if they were not.
    """
    latent = stages[0].sizes[0]
    turn, off, level, weights = np.eye(latent), np.zeros(latent, bool), 0, []
    for stage in stages:
        before, was_off, size = turn, off, stage.sizes[1]
        off = np.zeros(size, bool)
        if stage.activation == 'relu':
            off[:(size - latent) // 3] = True
        turn = np.zeros((size, latent))
        turn[~off] = np.linalg.qr(
            random.standard_normal((size - off.sum(), latent)))[0]
        kernel = before @ turn.T * (1 if stage.activation == 'relu' else SMALL)
        kernel[was_off] = random.standard_normal((was_off.sum(), size))
        shift = level * kernel[~was_off].sum(axis=0)
        level = FAR if stage.activation == 'relu' else 0
        weights += [kernel, np.where(off, -FAR, level) - shift]
    return weights
