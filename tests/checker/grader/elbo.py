"""The loss of file 3 as a sum of terms: the ELBO."""
from dataclasses import dataclass

import numpy as np

from checker.grader import expected, loss_guesses, losses, tolerances
from checker.grader.call import Call
from checker.grader.comparison import near
from checker.grader.failure import Failure
from checker.grader.scenarios import Scenario
from checker.protocol import Experiment

Array = np.ndarray
TERMS = 'mean**2', 'exp(log_var)', '-log_var', '-1'
# How many times the cross-entropy a loss must be to hide it by rounding.
HIDING = 1e5
# Losses that differ by less, relative to one of them, are alike.
CLOSE = 5e-5


@dataclass(frozen=True)
class Elbo:
    """The loss of file 3 as a sum, in Scenario.LOSS.

    losses: of each sample.
    entropy, terms: the cross-entropy and TERMS / 2 of each sample.
    entropy_weight: 1 or input_dims, whichever explains the losses better.
    divergence_weight: the weight of the KL divergence that explains them.
    left: what these leave, relative to the sizes of the parts.
    free_weight: the weight of the cross-entropy, beside any other terms.
    is_sum: whether the losses are a sum of cross-entropy and divergence.
    batch: the loss of the batch.
    """
    losses: Array
    entropy: Array
    terms: Array
    entropy_weight: int
    divergence_weight: float
    left: float
    free_weight: float
    is_sum: bool
    batch: float


def elbo_of(call: Call) -> Elbo:
    """Return the Elbo of a call.

    Of what the logs may mean by the loss, it takes what an ELBO explains.
    """
    seen = losses.losses_of(call)
    found = [fit_elbo(call, *(
        np.array([losses.sum_of(loss.logs, names) for loss in some])
        for some in (seen.each, [seen.whole, seen.inverted])))
        for names in losses.readings(seen.whole.logs)]
    some = [elbo for elbo in found if np.isfinite(elbo.left)]
    if not some:
        raise Failure('a loss that is a number', 'none')
    best = min(some, key=lambda elbo: (not is_right(elbo), elbo.left))
    if not best.losses.any():
        raise Failure('a loss from evaluate()', 'a loss of 0',
                      'Define test_step() beside train_step().')
    return best


def is_right(elbo: Elbo) -> bool:
    """Return whether an Elbo is a cross-entropy and a divergence."""
    return (elbo.left < tolerances.ELBO and elbo.divergence_weight > 0
            and share_of_divergence(elbo) > tolerances.ELBO / 10)


def fit_elbo(call: Call, each: Array, batches: Array) -> Elbo:
    """Return the Elbo that explains some losses.

    Args:
        each: of the samples.
        batches: of the batch, and of it with the targets inverted.
    """
    trial, (batch, inverted) = call.trial(Scenario.LOSS), batches
    mean, log_variance = expected.encoding(call.spec, trial)
    x, p = trial.inputs, expected.reconstruction(call.spec, trial)
    entropy = losses.entropies(x, p)
    terms = terms_of(mean, log_variance)
    left, weight, number = min(
        (*fit_divergence(terms, each - number * entropy, number * entropy),
         number) for number in (1, call.spec.input_dims))
    both = losses.fit_columns([entropy, terms.sum(axis=1)], each,
                              entropy + np.abs(each))
    is_sum = both.left < tolerances.ELBO
    if is_sum:
        free = both.weights[0]
    elif not abs(inverted - batch) <= CLOSE * abs(batch):
        # Only the cross-entropy depends on the targets.
        free = (inverted - batch) / np.mean(
            (2 * x - 1) * np.log(p / (1 - p)))
    else:
        # Some losses take their targets from the inputs; and if the two are
        # alike by chance, rounding would be all that tells them apart.
        fitted = losses.fit_columns([entropy, *terms.T], each)
        free = fitted.weights[0] if fitted.left < tolerances.ELBO else number
    return Elbo(each, entropy, terms, number, weight, left, free, is_sum,
                batch)


def terms_of(mean: Array, log_variance: Array) -> Array:
    """Return TERMS / 2 of each sample, (samples, 4)."""
    return np.stack([np.sum(term, axis=1) / 2 for term in (
        mean ** 2, np.exp(log_variance), -log_variance,
        -np.ones_like(mean))], axis=1)


def fit_divergence(terms: Array, rest: Array,
                   entropy: Array) -> tuple[float, float]:
    """Return what a divergence leaves of losses, and its weight.

    Rounding is relative to the sum of the parts, which depends on the
    weight: so it is fitted several times.
    """
    divergence, sizes = terms.sum(axis=1), np.abs(terms).sum(axis=1)
    weight, left = 0., np.inf
    scale = entropy + np.abs(rest)
    for _ in range(3):
        scale = scale + 1e-9
        weight = float(np.sum(divergence * rest / scale ** 2)
                       / np.sum((divergence / scale) ** 2))
        scale = entropy + abs(weight) * sizes
        left = float(np.max(np.abs(rest - weight * divergence)
                            / (scale + 1e-9)))
    return left, weight


def has_entropy(call: Call, elbo: Elbo) -> bool:
    """Return whether the loss has the cross-entropy, with a right weight.

    If it has noise, that is not a matter of the cross-entropy.
    """
    if elbo.left < tolerances.ELBO or varies(call, elbo):
        return True
    if np.max(np.abs(elbo.losses)) > HIDING * elbo.entropy_weight * np.max(
            elbo.entropy):
        # Rounding hides it: the other terms are at fault.
        return True
    return not different_loss(call, elbo) and any(
        near(elbo.free_weight, number,
             tolerances.EXPLAINED if elbo.is_sum else tolerances.WEIGHT)
        for number in (1, call.spec.input_dims))


def sums_the_batch(elbo: Elbo) -> bool:
    """Return whether the cross-entropy is summed over the batch."""
    more = elbo.entropy.sum() - elbo.entropy.mean()
    return near(elbo.batch - elbo.losses.mean(), elbo.entropy_weight * more,
                tolerances.EXPLAINED)


def varies(call: Call, elbo: Elbo) -> bool:
    """Return whether the loss changes from one evaluation to the next."""
    seen = call.observe(Experiment.LOSS, Scenario.LOSS)
    return not near(losses.loss_in(seen.logs, elbo.batch), elbo.batch,
                    tolerances.EXPLAINED)


def different_loss(call: Call, elbo: Elbo) -> str:
    """Return what is in place of the cross-entropy, or ''."""
    trial = call.trial(Scenario.LOSS)
    p = expected.reconstruction(call.spec, trial)
    numbers = 1, call.spec.input_dims
    for name, column in loss_guesses.replacements(trial.inputs, p):
        for number in numbers:
            left, _ = fit_divergence(
                elbo.terms, elbo.losses - number * column,
                number * np.abs(column))
            if left < tolerances.EXPLAINED:
                return name
    return ''


def share_of_divergence(elbo: Elbo) -> float:
    """Return the largest share of the divergence in a loss."""
    return float(np.max(elbo.divergence_weight * elbo.terms.sum(axis=1)
                        / np.abs(elbo.losses)))
