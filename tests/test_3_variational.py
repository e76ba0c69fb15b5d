"""The specification of 3-variational.py: its requirements, in order.

Here in full is what only a variational autoencoder must meet.
"""
import numpy as np
from checker.grader import (
    expected,
    function,
    noise,
    structure,
    tolerances,
    training,
    z,
)
from checker.grader.call import Call
from checker.grader.comparison import near, same
from checker.grader.elbo import (
    elbo_of,
    has_entropy,
    is_right,
    sums_the_batch,
)
from checker.grader.elbo_guesses import (
    explain_divergence,
    wrong_batch,
    wrong_entropy,
)
from checker.grader.failure import Failure
from checker.grader.not_graded import check_steps
from checker.grader.requirement import requirement
from checker.grader.scenarios import Scenario
from checker.grader.step import expected_step, quiet_fit

TASK = 3


@requirement(after=[function.training_changes_nothing], simplest=True,
             example='encoder = keras.Model(')
def mean_comes_first(call: Call) -> None:
    """The mean comes before the log variance."""
    if z.is_swapped(call):
        raise Failure(
            function.OUTPUTS,
            'z, log variance, mean (judged by how z is drawn)',
            'Exchange the last two outputs, or mean and log variance in the '
            f'sampling: {z.Z}.')


@requirement(after=[mean_comes_first], simplest=True, example='epsilon = ')
def z_is_drawn(call: Call) -> None:
    """z is drawn at random."""
    draws = [*z.draws_of_encoder(call)]
    every = np.concatenate([draw for _, draw in draws])
    varies = np.max(np.std(every, axis=0))
    if np.max(np.abs(every)) > tolerances.NOISE > varies:
        raise Failure('a z that is random', 'the mean plus a constant',
                      'Draw epsilon with keras.backend.random_normal(), and '
                      'multiply by it.')
    silent = [mode for mode, draw in draws
              if np.abs(draw).max() < tolerances.NOISE]
    if silent:
        raise Failure(
            'a z that is random', f'the mean in place of z{silent[0]}',
            f'Write {z.Z}.' if len(silent) == len(draws) else
            'Let z not depend on training: GaussianNoise and Dropout act only '
            'in training.')
    mean, log_var = expected.encoding(
        call.spec, call.trial(Scenario.DRAWS))
    for mode, draw in draws:
        if noise.follows(draw, mean):
            found = f'noise that depends on the mean{mode}'
            if not noise.not_normal(draw + mean / np.exp(log_var / 2)):
                found = f'exp(log_var / 2) * epsilon alone{mode}'
            raise Failure(z.Z, found, f'Write {z.Z}.')


@requirement(after=[z_is_drawn], simplest=True, example='epsilon = ')
def noise_is_new(call: Call) -> None:
    """The noise is new for every call, sample and latent dimension."""
    z.check_new([draw for _, draw in z.draws_of_encoder(call)], 'noise in z')


@requirement(after=[noise_is_new], simplest=True, example='epsilon = ')
def noise_is_standard_normal(call: Call) -> None:
    """The noise in z is N(0, 1) times exp(log variance / 2)."""
    for mode, draw in z.draws_of_encoder(call):
        wrong = noise.not_normal(draw)
        if wrong:
            raise Failure(
                'epsilon from N(0, 1) multiplied by exp(log_var / 2)',
                z.explain_noise(call, draw) or
                f'noise of {wrong}{mode}, divided by exp(log_var / 2)',
                f'Write {z.Z}, with epsilon from N(0, 1).')


@requirement(after=[noise_is_standard_normal], simplest=True,
             example='decoder(encoder(')
def auto_decodes_z(call: Call) -> None:
    """auto decodes the z that it draws."""
    wanted, found = 'auto(x) equal to decoder(z)', []
    for mode, output in zip(z.MODES, z.draws(call).auto):
        if same(output, call.trial(Scenario.DRAWS).inputs):
            raise Failure(
                wanted, 'the input itself',
                'Write decoder(encoder(inputs)[0]).')
        draw, apart = z.noise_of_auto(call, output)
        if not apart < tolerances.LINEAR:
            raise Failure(wanted, f'an output that no z explains{mode}',
                          'Write decoder(encoder(inputs)[0]).')
        if np.abs(draw).max() < tolerances.NOISE:
            raise Failure(wanted, f'decoder(mean){mode}',
                          'Write decoder(encoder(inputs)[0]).')
        wrong = noise.not_normal(draw)
        if wrong:
            raise Failure(wanted, f'a z whose noise has {wrong}{mode}',
                          'Write decoder(encoder(inputs)[0]).')
        found.append(draw)
    z.check_new(found, 'noise in auto')


@requirement(after=[training.auto_can_be_evaluated,
                    function.training_changes_nothing],
             example='auto.compile(')
def loss_has_cross_entropy(call: Call) -> None:
    """The loss has the binary cross-entropy, its mean or its sum."""
    elbo = elbo_of(call)
    if not has_entropy(call, elbo):
        raise wrong_entropy(call, elbo)
    if is_right(elbo) and sums_the_batch(elbo):
        raise wrong_batch(elbo)


@requirement(after=[loss_has_cross_entropy], example='L2(',
             question='What is the Kullback-Leibler divergence?')
def loss_has_the_kl_divergence(call: Call) -> None:
    """The loss has KL(N(mean, variance) || N(0, 1)) times a constant."""
    elbo = elbo_of(call)
    if not is_right(elbo):
        cause = explain_divergence(elbo, call)
        raise Failure(
            'the cross-entropy plus b/2 * (mean**2 + exp(log_var) - log_var '
            '- 1), summed over the latent dimensions, with the same b > 0 '
            'for all four terms', cause.what, cause.fix)
    if not near(elbo.batch, elbo.losses.mean(), tolerances.EXPLAINED):
        raise wrong_batch(elbo)


@requirement(after=[loss_has_the_kl_divergence,
                    training.auto_can_be_trained],
             simplest=True, example='auto.compile(')
def training_has_the_same_loss(call: Call) -> None:
    """fit() has the loss that evaluate() gives."""
    check_steps(call.build, quiet_fit(call))
    training.compare_training_loss(call, quiet_fit(call),
                                   elbo_of(call).batch)


@requirement(after=[training_has_the_same_loss, auto_decodes_z,
                    training.every_weight_is_trained], simplest=True,
             example='auto.compile(')
def training_follows_the_elbo(call: Call) -> None:
    """Training follows the gradient of the loss, through z too."""
    elbo = elbo_of(call)
    _, gradients = expected.step(
        call.spec, call.trial(Scenario.LOSS), np.zeros(1),
        elbo.entropy_weight, elbo.divergence_weight)
    # In the decoder they depend on the noise.
    training.compare_gradients(
        call, quiet_fit(call), gradients[:call.spec.cut])
    training.compare_gradients(
        call, training.trained(call), expected_step(call)[1])


test_calls_build = structure.every_call_builds
test_returns_three_models = structure.returns_three_models
test_arguments_are_left_alone = structure.arguments_are_left_alone
test_calls_build_new_models = structure.every_call_builds_new_models
test_shapes = structure.shapes_are_right
test_layers_of_encoder = structure.encoder_has_the_layers
test_layers_of_decoder = structure.decoder_has_the_layers
test_auto_is_made_of_both = structure.auto_is_made_of_both
test_outputs_are_in_order = function.outputs_are_in_order
test_encoder_computes = function.encoder_computes
test_decoder_computes = function.decoder_computes
test_training_changes_nothing = function.training_changes_nothing
test_mean_comes_first = mean_comes_first
test_z_is_drawn = z_is_drawn
test_noise_is_new = noise_is_new
test_noise_is_standard_normal = noise_is_standard_normal
test_auto_decodes_z = auto_decodes_z
test_optimizer_is_adam = training.optimizer_is_adam
test_every_weight_is_trained = training.every_weight_is_trained
test_evaluate_works = training.auto_can_be_evaluated
test_fit_works = training.auto_can_be_trained
test_loss_has_cross_entropy = loss_has_cross_entropy
test_loss_has_the_kl_divergence = loss_has_the_kl_divergence
test_fit_has_the_same_loss = training_has_the_same_loss
test_training_follows_the_elbo = training_follows_the_elbo
