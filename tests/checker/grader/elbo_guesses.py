"""Guesses what a wrong loss of file 3 is made of."""
from collections.abc import Sequence
from typing import Callable

import numpy as np

from checker.grader import expected, losses, tolerances
from checker.grader.call import Call
from checker.grader.comparison import near
from checker.grader.elbo import (
    TERMS,
    Elbo,
    different_loss,
    fit_divergence,
    sums_the_batch,
    terms_of,
    varies,
)
from checker.grader.failure import Cause, Failure
from checker.grader.keras_errors import ADD_KL
from checker.grader.loss_guesses import CROSS_ENTROPY
from checker.grader.scenarios import Scenario

Array = np.ndarray
FORMULA = ('The KL divergence is -(1 + log_var - mean**2 - exp(log_var)) / 2, '
           'summed over the latent dimensions.')
# What may stand in place of one of these.
REPLACEMENTS: list[tuple[int, str, Callable[[Array, Array], Array]]] = [
    (0, '|mean|', lambda mean, _: np.abs(mean)),
    (0, 'mean', lambda mean, _: mean),
    (1, 'exp(2 * log_var)', lambda _, log_var: np.exp(2 * log_var)),
    (1, 'exp(log_var / 2)', lambda _, log_var: np.exp(log_var / 2)),
    (1, 'log_var**2', lambda _, log_var: log_var ** 2),
    (2, '-log_var / 2', lambda _, log_var: -log_var / 2)]


def wrong_entropy(call: Call, elbo: Elbo) -> Failure:
    """Return a failure that says what is in place of the cross-entropy."""
    wanted = ('the binary cross-entropy, averaged over the values (times 1) '
              f'or summed (times {call.spec.input_dims})')
    size = call.spec.input_dims
    if elbo.is_sum and any(near(elbo.free_weight, number, tolerances.EXPLAINED)
                           for number in (2, size + 1, 2 * size)):
        return Failure(
            wanted, 'the cross-entropy twice',
            'Count it once: in compile() or in add_loss(), not in both.')
    found = ('no cross-entropy' if abs(elbo.free_weight)
             < tolerances.EXPLAINED else different_loss(call, elbo))
    if found:
        return Failure(wanted, found, CROSS_ENTROPY)
    left, _ = fit_divergence(
        elbo.terms, elbo.losses - elbo.free_weight * elbo.entropy,
        abs(elbo.free_weight) * elbo.entropy)
    if left > tolerances.EXPLAINED:
        return Failure(wanted, 'a different loss', CROSS_ENTROPY)
    return Failure(
        wanted, f'the cross-entropy times {elbo.free_weight:.3g}',
        'Multiply the averaged cross-entropy by input_dims, not by a fixed '
        'number.')


def wrong_batch(elbo: Elbo) -> Failure:
    """Return a failure that says what the loss of a batch is instead."""
    wanted = 'a loss that is averaged over the batch'
    if sums_the_batch(elbo):
        return Failure(
            wanted, 'the cross-entropy summed over the batch',
            'binary_crossentropy(x, p) gives one value a sample: remove the '
            'sum over these.')
    mean = elbo.losses.mean()
    divergence = elbo.divergence_weight * elbo.terms.sum(axis=1)
    if near(elbo.batch - mean, divergence.sum() - divergence.mean(),
            tolerances.EXPLAINED):
        return Failure(wanted, 'the KL divergence summed over the batch',
                       'Sum over the latent dimensions, then average over '
                       'the batch with keras.backend.mean().')
    return Failure(f'{wanted}: {mean:.4g} here', f'{elbo.batch:.4g}')


def explain_divergence(elbo: Elbo, call: Call) -> Cause:
    """Return what is in place of the KL divergence."""
    if varies(call, elbo):
        return Cause('a loss that changes from one evaluation to the next, '
                     'although the decoder ignores z',
                     'Compute the divergence from mean and log variance, not '
                     'from z.')
    if elbo.left < tolerances.ELBO:
        if elbo.divergence_weight > -1e-6:
            return Cause('the cross-entropy alone',
                         'Add the KL divergence in a layer, and let auto use '
                         f'what it returns:{ADD_KL}')
        return Cause(f'{elbo.divergence_weight:.2g} times the KL divergence',
                     FORMULA)
    return Cause(explain_terms(elbo, call), FORMULA)


def explain_terms(elbo: Elbo, call: Call) -> str:
    """Return which of the terms of the divergence is wrong."""
    nearest = min((1, call.spec.input_dims),
                  key=lambda number: abs(elbo.free_weight - number))
    fitted = losses.fit_columns(
        [*elbo.terms.T], elbo.losses - nearest * elbo.entropy,
        np.abs(elbo.losses))
    if fitted.left < tolerances.EXPLAINED:
        return wrong_terms(fitted.weights)
    mean, log_variance = expected.encoding(
        call.spec, call.trial(Scenario.LOSS))
    exchanged = losses.fit_columns(
        [terms_of(log_variance, mean).sum(axis=1)],
        elbo.losses - nearest * elbo.entropy, np.abs(elbo.losses))
    if exchanged.left < tolerances.EXPLAINED:
        return 'the divergence with mean and log variance exchanged'
    for place, name, function in REPLACEMENTS:
        columns = [*elbo.terms.T]
        columns[place] = function(mean, log_variance).sum(axis=1) / 2
        fitted = losses.fit_columns(
            columns, elbo.losses - nearest * elbo.entropy,
            np.abs(elbo.losses))
        if fitted.left < tolerances.EXPLAINED and np.ptp(
                fitted.weights) < tolerances.WEIGHT * max(fitted.weights):
            return f'{name} in place of {TERMS[place]}'
    return 'a loss that is not a sum of these terms'


def wrong_terms(weights: Sequence[float]) -> str:
    """Return which of TERMS have a wrong weight."""
    least = max(map(abs, weights)) / 1000
    missing = [term for weight, term in zip(weights, TERMS)
               if abs(weight) < least]
    rest = [weight for weight in weights if abs(weight) >= least]
    if missing and np.ptp(rest) < tolerances.WEIGHT * abs(rest[0]):
        return f'no {" and no ".join(missing)} in the divergence'
    usual = sorted(weights)[1:3]
    if abs(usual[0] - usual[1]) < tolerances.WEIGHT * abs(usual[0]):
        wrong = [(weight / usual[0], term)
                 for weight, term in zip(weights, TERMS)
                 if abs(weight - usual[0]) > tolerances.WEIGHT * abs(usual[0])]
        if len(wrong) == 1:
            (factor, term), = wrong
            if abs(factor + 1) < tolerances.WEIGHT:
                return f'{term} with the opposite sign'
            return f'{factor:.3g} * {term}; the other terms are right'
    return 'b = ' + ', '.join(
        f'{weight if abs(weight) > least else 0:.2g} for {term}'
        for weight, term in zip(weights, TERMS))
