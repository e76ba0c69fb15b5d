"""Draws the weights and inputs that a submission is tried with."""
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


def arrange(call, regime='usual', samples=SAMPLES):
    """Draw a Setting that shows what is to be seen.

    Args:
        call: the Call whose models get these weights and inputs.
        regime: what is to be seen.
            usual: sums of about 1, where activations differ most.
            loud: hidden layers whose numbers grow from one to the next.
            wide: loud, with codes that are as large as encodings, outputs
                close to 0 and 1, and means and log variances of 8: for
                bounds.
            muted: loud, with a decoder that does not see z, so that the loss
                has no noise, and divergences from almost 0 to large.
            off: hidden layers that give 0, whatever their kernels are, which
                are large.
            single: a decoder whose units mostly are on, whatever z is; mean
                and log variance so close to 0 that the divergence, which has
                no slope there, hides no gradient that comes through z.
            linear: a decoder from whose output z can be told, and a log
                variance that is far from 0.
        samples: how many inputs, and codes.
    """
    random = np.random.default_rng(secrets.randbits(64))
    inputs = random.random((samples, *shape(call.arguments[0])))
    codes = random.standard_normal((samples, *shape(call.arguments[2])))
    if regime == 'muted':
        # The first from almost black, of which the divergence is almost 0, to
        # bright: at 0 a norm has no slope.
        inputs[:SAMPLES] *= np.linspace(1e-3, 1, SAMPLES)[:, None]
    weights = _draw(random, call, regime)
    _scale_heads(call, regime, weights, inputs)
    encoding = call.encode(weights, inputs)[0]
    if regime == 'wide':
        # With other signs, so that outputs differ from those of auto.
        codes = encoding * random.choice([-1, 1], encoding.shape)
    logits = np.stack([call.logits(weights, each)
                       for each in (codes, encoding)])
    # Farther out, an epsilon in the logarithms of a loss would show, which is
    # as right; the numbers of the wide regime are not trained on.
    _scale(weights[-2:], logits,
           10 * _turns(logits.shape[-1]) if regime == 'wide' else 3)
    if regime == 'linear':
        cut = call.cut
        weights[cut - 1][::2] += 4
        weights[cut - 1][1::2] -= 7
        weights[cut:] = _linear(random, call.decoder)
    placed = dict(zip(call.order, weights))
    return Setting(
        tuple(_single(placed[place]) for place in range(len(placed))),
        _single(inputs), _single(codes))


def _draw(random, call, regime):
    """Return kernels and biases, those of the last layers of any size."""
    stages, first = call.encoder + call.decoder, len(call.encoder)
    gains, biases = [1.3] * len(stages), [0.3] * len(stages)
    if regime == 'muted':
        gains[first], biases[:first] = 0, [0] * first
    weights = []
    for stage, gain, bias in zip(stages, gains, biases):
        kernel, size = stage.shapes
        weights += [gain / np.prod(kernel[:-1]) ** 0.5
                    * random.standard_normal(kernel),
                    # Somewhat above zero, so that few units are always off.
                    bias * (random.standard_normal(size)
                            + (stage.activation == 'relu'))]
    if regime == 'muted':
        # Without biases, all units of a layer could be off, and the sums of
        # any unit of a head so close to 0 that scaling it would magnify their
        # rounding.
        for place, kernel in enumerate(weights[:2 * first:2]):
            some = slice(None, None, 2 if place < first - 2 else 1)
            kernel[:, some] = np.abs(kernel[:, some])
    if regime == 'single':
        for bias in weights[2 * first + 1:-2:2]:
            bias += 2
    if regime == 'off':
        for place, stage in enumerate(stages):
            weights[2 * place] *= FAR
            weights[2 * place + 1] -= FAR ** 2 * (stage.activation == 'relu')
    if regime in ('loud', 'muted', 'wide'):
        # Training is tried with codes of the usual size, as a penalty on large
        # ones would hide all else.
        last = 2 if call.task == 3 else regime == 'loud'
        _amplify(weights, 0, first - last, first)
        _amplify(weights, first, len(stages) - 1, len(stages))
    return weights


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


def _scale_heads(call, regime, weights, inputs):
    """Scale mean and log variance of file 3 to a size, in place."""
    if call.task != 3:
        return
    # Where the noise neither drowns nor ends.
    turns = _turns(call.arguments[2])
    limits = {'wide': (8 * turns, 8 * turns),
              # 4 and -6, so that no dimension can stand for another.
              'muted': (8 * turns, -1 + 5 * turns), 'linear': (3, 1),
              'single': (0.05, 0.05)}.get(regime, (3, 1.5))
    for place, values, limit in zip(
            (call.cut - 4, call.cut - 2), call.encode(weights, inputs),
            limits):
        _scale(weights[place:place + 2], values, limit)


def _turns(units):
    """Return 1 and -1 in turns, so that bounds on either side show."""
    return (-1.) ** np.arange(units)


def _scale(weights, outputs, limits):
    """Scale a kernel and a bias, in place, to outputs that reach a limit.

    They do so where they are farthest from 0, all together; or, where there
    are as many limits as units, each unit does.
    """
    rows = outputs.reshape(-1, np.size(limits))
    farthest = rows[np.abs(rows).argmax(axis=0), np.arange(rows.shape[1])]
    for weight in weights:
        weight *= limits / farthest


def _single(values):
    """Round to float32, so that both sides compute with the same."""
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
