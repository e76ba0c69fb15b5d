"""What the specification asks of 3-variational.py."""
import numpy as np
import pytest

from checker import causes, judge, noise
from checker.calls import LOSS, near, same
from checker.requirements import (
    SAME_WEIGHTS, Requirements, check_gradients, observed, require)
from checker.variational import fit_elbo, noise_of_auto, noise_of_batch

TERMS = 'mean**2', 'exp(log_var)', '-log_var', '-1'
MODES = ('when called', 'in predict, with training=False') + (
    'while training', ) * 2
NORMAL = '(z - mean) / exp(log variance / 2) must be of N(0, 1)'
NEW = ('the noise in z must be drawn anew for each call, sample and latent '
       'dimension')
# What a weight of the loss may be off by, as a part of it.
WEIGHT = 0.02


class TestVariational(Requirements):
    """A variational autoencoder."""
    task = 3

    @pytest.mark.after(*SAME_WEIGHTS)
    def test_outputs_are_z_mean_and_log_variance(self, calls):
        """The outputs of the encoder are z, mean, log variance, in order."""
        for call, setting, found in observed(calls, 'called'):
            heads = [next((place for place, head in enumerate(
                call.encoded(setting)) if same(output, head)), None)
                for output in found.encoder]
            # Which of them is which only z tells.
            known = ['z or something else' if head is None
                     else 'mean or log variance' for head in heads]
            misplaced = {0, 1} <= {*heads} and None in heads[1:]
            require(not misplaced, 'the outputs of the encoder must be z, '
                    'mean, log variance, in this order', ', '.join(known),
                    call)
        for call, setting, draws in observed(calls, 'draws'):
            means = call.encoded(setting)
            apart, swapped = (
                noise.not_normal((draws.encoder[0] - mean)
                                 / np.exp(log_variance / 2))
                for mean, log_variance in (means, means[::-1]))
            require(not apart or swapped, 'the outputs of the encoder must be '
                    'z, mean, log variance, in this order',
                    'z, log variance, mean, by what z is drawn from', call)

    @pytest.mark.after('test_outputs_are_z_mean_and_log_variance')
    def test_encoder_computes_these_layers_alone(self, calls):
        """The encoder computes what is asked for, and nothing else."""
        super().test_encoder_computes_these_layers_alone(calls)

    @pytest.mark.after('test_training_changes_nothing_else')
    def test_z_is_drawn(self, calls):
        """The first output of the encoder is drawn, not computed."""
        for call, setting, mode, draw in noise_of_encoder(calls):
            require(np.abs(draw).max() > 0.01, f'z must have noise {mode}',
                    'none', call)
            mean, _ = call.encoded(setting)
            require(not noise.follows(draw, mean), NORMAL,
                    f'that it depends on the mean {mode}', call)

    @pytest.mark.after('test_z_is_drawn')
    def test_noise_is_new_every_time(self, calls):
        """The noise is new for every call, sample and latent dimension."""
        for call, _, _ in observed(calls, 'draws'):
            check_new(call, [draw for *_, draw in noise_of_encoder([call])],
                      NEW)

    @pytest.mark.after('test_noise_is_new_every_time')
    def test_noise_is_standard_normal(self, calls):
        """z is mean + exp(log variance / 2) * N(0, 1)."""
        for call, _, mode, draw in noise_of_encoder(calls):
            other = noise.not_normal(draw)
            require(not other, NORMAL, f'{other} {mode}', call)

    @pytest.mark.after('test_noise_is_standard_normal')
    def test_auto_decodes_what_it_encodes(self, calls):
        """Auto decodes the z that it draws."""
        for call, setting, draws in observed(calls, 'draws'):
            found = [noise_of_auto(call, setting, output)
                     for output in draws.auto]
            for mode, (draw, apart) in zip(MODES, found):
                require(apart < 1e-2, 'auto(x) must be what the decoder '
                        'makes of a z of the encoder',
                        f'what it makes of no z {mode}', call)
                require(np.abs(draw).max() > 0.01, 'auto must decode z',
                        f'that it decodes the mean {mode}', call)
                other = noise.not_normal(draw)
                require(not other, 'the z that auto decodes must have noise '
                        'of N(0, 1) times exp(log variance / 2)',
                        f'{other} {mode}', call)
            check_new(call, [draw for draw, _ in found], 'the noise in auto '
                      'must be drawn anew for each call, sample and latent '
                      'dimension')

    @pytest.mark.after('test_auto_can_be_trained',
                       'test_training_changes_nothing_else')
    def test_loss_is_binary_cross_entropy(self, calls):
        """The loss has the binary cross-entropy, its mean or its sum."""
        for call, elbo in elbos(calls):
            values = call.arguments[0]
            varies = not near(elbo.again, elbo.batch)
            require(varies or elbo.residual < LOSS or any(
                near(elbo.free_weight, number, WEIGHT)
                for number in (1, values)),
                    'the loss must have the binary cross-entropy, its mean '
                    f'over the values or its sum, so times 1 or {values}',
                    'none' if abs(elbo.free_weight) < 1e-3 else
                    another_loss(call) or f'it times {elbo.free_weight:.4g}',
                    call)

    @pytest.mark.after('test_loss_is_binary_cross_entropy')
    def test_loss_has_the_kl_divergence(self, calls):
        """The loss has KL(N(mean, variance) || N(0, 1)), times a constant."""
        required = ('beside the cross-entropy the loss must be b/2 * (mean**2 '
                    '+ exp(log_var) - log_var - 1), summed over the latent '
                    'dimensions, for one b above zero')
        for call, elbo in elbos(calls):
            require(elbo.residual < LOSS and elbo.share > LOSS / 10, required,
                    explain(elbo, call), call)
            require(near(elbo.batch, elbo.mean), 'the loss of a batch '
                    'must be the mean of the losses of its samples, '
                    f'{elbo.mean:.6g} here', f'{elbo.batch:.6g}', call)
            for loss, expected in losses_of(call, 'evaluate'):
                require(near(loss, expected), required, f'{loss:.6g} '
                        f'instead of {expected:.6g} for large kernels, as of '
                        'a penalty on weights', call)

    @pytest.mark.after('test_loss_has_the_kl_divergence')
    def test_training_has_the_same_loss(self, calls):
        """Training follows the loss that evaluate gives."""
        for call, _ in elbos(calls):
            for loss, expected in losses_of(
                    call, 'a step of training', 'fit of a second call'):
                require(near(loss, expected), 'training must have the '
                        f'loss of evaluate, {expected:.6g} here',
                        f'{loss:.6g}', call)

    @pytest.mark.after('test_training_has_the_same_loss',
                       'test_no_weight_is_frozen')
    def test_step_is_one_of_adam(self, calls):
        """A step of training moves each weight as Adam does."""
        super().test_step_is_one_of_adam(calls)

    @pytest.mark.after('test_training_has_the_same_loss',
                       'test_auto_decodes_what_it_encodes',
                       'test_no_weight_is_frozen')
    def test_gradients_are_those_of_the_loss(self, calls):
        """Every weight follows the gradient, through z too."""
        check_noise_of_steps(calls)
        check_gradients(calls)


def noise_of_encoder(calls):
    """Yield call, setting, mode and (z - mean) / sigma of each draw."""
    for call, setting, draws in observed(calls, 'draws'):
        for mode, z in zip(MODES, draws.encoder):
            yield call, setting, mode, call.epsilon(setting, z)


def check_new(call, draws, required, modes=MODES[::2]):
    """Require that the two draws of each mode have nothing in common."""
    for mode, one, other in zip(modes, draws[::2], draws[1::2]):
        again = noise.repeated(one, other)
        require(not again, required, f'the same {again} {mode}', call)


def check_noise_of_steps(calls):
    """Require that steps of training decode z, with noise as it must be."""
    mode = 'in a step of training'
    for call in calls:
        draws = [noise_of_batch(*step) for step in observed(
            [call], 'step', 'another step')]
        if len(draws) < 2 or any(draw is None for draw in draws):
            continue
        draw = np.concatenate(draws)
        require(np.abs(draw).max() > 0.01, 'a step of training must decode z',
                'that it decodes the mean', call)
        check_new(call, draws, NEW, [mode])
        other = noise.not_normal(draw)
        require(not other, NORMAL, f'{other} {mode}', call)


def losses_of(call, *kinds):
    """Yield losses that noise has no part in, and what they must be."""
    elbo = fit_elbo(call)
    for kind, setting, loss in judge.losses(call):
        if kind in kinds:
            yield loss, call.variational(
                setting, 0, elbo.entropy_weight, elbo.divergence_weight)[0]


def explain(elbo, call):
    """Return what is in place of the KL divergence, as far as it shows."""
    least = max(map(abs, elbo.terms)) / 1000
    weights = 'b = ' + ', '.join(
        f'{weight if abs(weight) > least else 0:.2g} for {term}'
        for weight, term in zip(elbo.terms, TERMS))
    # The last of the terms is a constant, and so may others be.
    *terms, last = elbo.terms
    if not near(elbo.again, elbo.batch):
        return (f'a loss that is another each time, {elbo.batch:.6g} and '
                f'{elbo.again:.6g}, though the decoder ignores z')
    if elbo.foreign > WEIGHT:
        return (f'up to {elbo.foreign:.2g} of a loss that these terms do not '
                'explain')
    if elbo.foreign > LOSS:
        return (f'{weights}, and something that none of these explains, up to '
                f'{elbo.foreign:.2g} of the loss')
    if elbo.residual < LOSS:
        return (f'b = {elbo.divergence_weight:.2g}' if elbo.share < -LOSS
                else 'that evaluate gives the cross-entropy alone')
    if np.ptp(terms) < WEIGHT * abs(terms[0]) and abs(last) > least:
        return (f'{(terms[0] - last) * call.arguments[2] / 2:.4g} more than '
                'this')
    return weights


def another_loss(call):
    """Return what is in place of the cross-entropy, if that can be told."""
    setting, found = call.results['losses']
    x, zeros = setting.inputs, np.zeros((1, call.arguments[2]))
    p = call.decode(setting, zeros).repeat(len(x), axis=0)
    others = causes.losses(x, p), causes.losses(1 - x, p)
    for name, loss in others[0].items():
        weight = (found.inverted - found.whole) / (others[1][name] - loss)
        if name != causes.SUMMED and any(
                near(weight, number, WEIGHT / 10)
                for number in (1, call.arguments[0])):
            return name
    return ''


def elbos(calls):
    """Yield each call with what its losses are made of."""
    for call, _, _ in observed(calls, 'losses'):
        elbo = fit_elbo(call)
        require(elbo, 'the loss must be a number', 'nan or infinity', call)
        require(elbo.mean, 'evaluate must give the loss that training follows',
                '0, as where there is no test_step', call)
        yield call, elbo
