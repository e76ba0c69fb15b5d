"""What the loss and the noise of a variational autoencoder are made of."""
from dataclasses import dataclass
from typing import Tuple

import numpy as np

from checker import reference
from checker.calls import LOSS, distance, remembered


@dataclass(frozen=True)
class ElboFit:
    """The loss of file 3 as a sum: weights of its terms, and what is left.

    entropy_weight, divergence_weight: those of the cross-entropy, either 1 or
        input_dims, and of the divergence that explain it best.
    share: what part of the loss is the divergence then.
    residual: the largest part of a loss that these leave.
    free_weight: that of the cross-entropy, whatever else there is.
    terms: the weights of mean**2, exp(log_var), -log_var and -1, each on its
        own.
    foreign: the largest part of a loss that even these leave.
    mean: of the losses of the samples.
    batch, again: the loss of all samples as a batch, evaluated twice.
    """
    entropy_weight: float
    divergence_weight: float
    share: float
    residual: float
    free_weight: float
    terms: Tuple[float, ...]
    foreign: float
    mean: float
    batch: float
    again: float


@remembered
def fit_elbo(call):
    """Return the ElboFit of losses without noise, None where there is none.
    """
    setting, found = call.results.get('losses', (None, ''))
    if isinstance(found, str):
        return None
    mean, log_variance = call.encoded(setting)
    p = call.decode(setting, np.zeros_like(mean))
    x, losses = setting.inputs, np.array(found.each)
    if not np.isfinite(losses).all():
        return None
    entropy = -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p), axis=1)
    terms = np.stack([np.sum(term, axis=1) / 2 for term in (
        mean ** 2, np.exp(log_variance), -log_variance,
        -np.ones_like(mean))], axis=1)
    divergence = terms.sum(axis=1)
    left, (weight,), number = min(
        (*_solve(divergence[:, None], losses - number * entropy, losses),
         number) for number in (1, call.arguments[0]))
    if found.inverted != found.whole:
        # What another target changes is the cross-entropy alone.
        free = (found.inverted - found.whole) / np.mean(
            (2 * x - 1) * np.log(p / (1 - p)))
    else:
        # Some losses take their target from the input.
        unknown, (free, _) = _solve(np.stack([entropy, divergence], axis=1),
                                    losses, losses)
        free = number if unknown > LOSS else free
    nearest = min((1, call.arguments[0]), key=lambda each: abs(free - each))
    known = nearest if abs(free - nearest) < 0.02 * nearest else free
    foreign, each = _solve(terms, losses - known * entropy, losses)
    return ElboFit(number, weight,
                   weight * divergence.mean() / abs(losses.mean()), left,
                   free, each, foreign, losses.mean(), found.whole,
                   found.again)


def _solve(rows, values, losses):
    """Return the largest part of a loss left over, and the columns' weights.
    """
    scale = np.abs(losses) + 1e-9
    weights, *_ = np.linalg.lstsq(rows / scale[:, None], values / scale,
                                  rcond=None)
    return np.max(np.abs(rows @ weights - values) / scale), tuple(weights)


def _gradients_beside_z(call, step):
    """Return those of the decoder's first kernel and bias, None if of neither.
    """
    kernel, bias = (step.gradients.get(str(place)) for place in
                    call.order[call.cut:call.cut + 2])
    if kernel is None or bias is None or not bias.any():
        return None
    return kernel, bias


def noise_of_sample(call, setting, step):
    """Return the epsilon of a step of one sample, None if it shows nowhere.

    The gradient of the decoder's first kernel is z times that of its bias.
    """
    found = _gradients_beside_z(call, step)
    if not found:
        return None
    kernel, bias = found
    return call.epsilon(setting, kernel @ bias / (bias @ bias))


def noise_of_batch(call, setting, step):
    """Return the epsilon of each sample of a step, None if it shows nowhere.

    For a setting of arrange(…, 'muted') with fewer samples than the decoder's
    first layer has units: the gradient of its kernel is the sum over the
    samples of z times a gradient of its bias, which z has no part in.
    """
    found = _gradients_beside_z(call, step)
    if not found:
        return None
    kernel, bias = found
    # With another first layer, whose inputs have the gradients of its bias.
    _, shift, *others = call.weights(setting)[call.cut:]
    p, through_decoder = reference.forward(
        call.decoder, [np.eye(len(shift)), shift, *others],
        np.zeros((len(setting.inputs), len(shift))))
    _, through_loss = reference.cross_entropy(setting.inputs, p)
    own, _ = through_decoder(*through_loss(1.))
    # The weight of the cross-entropy.
    whole = own.sum(axis=0)
    factor = bias @ whole / (whole @ whole)
    return call.epsilon(setting, (kernel @ np.linalg.pinv(own)).T / factor)


def noise_of_auto(call, setting, reconstruction):
    """Return epsilon of each sample, and how far no z explains the output.

    For a setting of arrange(…, 'linear').
    """
    p = call.decode(setting, np.concatenate([
        np.zeros((1, call.arguments[2])), np.eye(call.arguments[2])]))
    origin, *turn = np.log(p / (1 - p))
    turn = np.array(turn) - origin
    logits = np.log(reconstruction / (1 - reconstruction)) - origin
    z = logits @ np.linalg.pinv(turn)
    return call.epsilon(setting, z), distance(z @ turn, logits)
