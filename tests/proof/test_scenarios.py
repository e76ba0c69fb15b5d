"""What a trial is drawn to show does show, with any seed, in NumPy alone.

So a wrong file for each activation, cap and term is not needed.
"""
import numpy as np
import pytest
from checker.grader import (
    diagnosis,
    elbo,
    expected,
    losses,
    reference,
    scenarios,
    tolerances,
)
from checker.grader.call_spec import call_specs
from checker.grader.comparison import distance
from checker.grader.scenarios import Scenario

SEEDS = range(30)
SPECS = [pytest.param(spec, id=str(spec)) for task in range(4)
         for spec in call_specs(task) if not spec.again]
VARIATIONAL = [spec for spec in SPECS if spec.values[0].task == 3]
CAPS = {f'a cap at {cap}': lambda x, cap=cap: np.clip(x, 0, cap)
        for cap in (1, 6, 20, 50)}
OTHERS = {name: function for name, function in
          {**diagnosis.ACTIVATIONS, **CAPS}.items()
          if name not in ('softmax', 'hard_sigmoid')}


@pytest.mark.parametrize('spec', SPECS)
def test_every_activation_and_cap_shows(spec):
    """A wrong function at any one layer changes what the model gives."""
    for seed in SEEDS:
        trial = scenarios.draw(seed, spec, Scenario.FUNCTION)
        x = trial.inputs
        for place, layer in enumerate(spec.layers):
            if place == len(spec.encoder):
                # The decoder gets codes; in auto, it gets the encoding.
                x = trial.codes if spec.task == 3 else np.concatenate(
                    [trial.codes, expected.encoding(spec, trial)[0]])
            if layer.activation == 'linear':
                continue
            sums = reference.affine(layer, x, *trial.weights[
                2 * place:2 * place + 2])
            right = reference.FUNCTIONS[layer.activation](sums)
            for name, function in OTHERS.items():
                if name != layer.activation:
                    wrong = function(sums)
                    assert distance(wrong, right) > 2 * tolerances.OUTPUT, (
                        seed, str(layer), name)
            x = reference.FUNCTIONS[layer.resize](right)


def test_inputs_hold_zeros_and_ones():
    """Most values of digits are exactly 0."""
    for spec in SPECS:
        for scenario in (Scenario.FUNCTION, Scenario.LOSS):
            x = scenarios.draw(0, spec.values[0], scenario).inputs
            assert (x == 0).any() and (x == 1).any()


@pytest.mark.parametrize('spec', VARIATIONAL)
@pytest.mark.parametrize('divergence', [1 / 784, 1 / 12, 1, 250, 784])
def test_every_term_of_the_divergence_shows(spec, divergence):
    """Whatever its weight, a wrong divergence leaves something.

    A weight that is far smaller than that of the sum of the cross-entropy
    shows only in the calls with few inputs.
    """
    for seed in SEEDS:
        trial = scenarios.draw(seed, spec, Scenario.LOSS)
        mean, log_variance = expected.encoding(spec, trial)
        entropy = losses.entropies(
            trial.inputs, expected.reconstruction(spec, trial))
        terms = terms_of(mean, log_variance)
        for weight in (1, *(size for size in spec.inputs if size < 99)):
            right = terms.sum(axis=1)
            assert left(spec, terms, entropy, weight, divergence * right
                        ) < tolerances.ELBO / 30
            for wrong in (
                    right - terms[:, 0], right + terms[:, 0],
                    right - terms[:, 1], right - terms[:, 2],
                    right - terms[:, 3], right - terms[:, 3] / 2,
                    right - terms[:, 0] + abs(mean).sum(axis=1) / 2,
                    terms_of(mean, log_variance / 2).sum(axis=1),
                    terms_of(mean, np.maximum(log_variance, -5)).sum(axis=1),
                    terms_of(mean, np.minimum(log_variance, 1)).sum(axis=1)):
                assert left(spec, terms, entropy, weight, divergence * wrong
                            ) > 2 * tolerances.ELBO, seed


def left(spec, terms, entropy, weight, divergence):
    """Return what the best weights of the terms leave of a loss."""
    return min(elbo.fit_divergence(
        terms, weight * entropy + divergence - number * entropy,
        number * entropy)[0] for number in (1, spec.inputs[0]))


def terms_of(mean, log_variance):
    """Return the four terms of the divergence of each sample."""
    return np.stack([term.sum(axis=1) / 2 for term in (
        mean ** 2, np.exp(log_variance), -log_variance,
        -np.ones_like(mean))], axis=1)


def test_numbers_depend_on_seed_task_call_and_scenario_alone():
    """No two trials are alike; a repeated call has the same."""
    inputs = [scenarios.draw(seed, spec, scenario).inputs.ravel()[:8]
              for seed in (0, 1) for task in range(2)
              for spec in call_specs(task)[:-1]
              for scenario in (Scenario.FUNCTION, Scenario.LOSS)]
    assert len({tuple(each) for each in inputs}) == len(inputs)
    *_, last, again = call_specs(0)
    one, two = (scenarios.draw(0, spec, Scenario.FUNCTION)
                for spec in (last, again))
    np.testing.assert_array_equal(one.inputs, two.inputs)


def test_what_submissions_share_is_read_only():
    """No submission can change what the next one is judged by."""
    spec = call_specs(0)[1]
    trial = scenarios.draw(0, spec, Scenario.LOSS)
    for array in (trial.inputs, *trial.weights,
                  expected.reconstruction(spec, trial),
                  *expected.gradients(spec, trial)):
        with pytest.raises(ValueError):
            array[...] = 0
