"""What the specification asks of several files, as tests.

A docstring completes "it takes that …"; a failure is one sentence: what is
required, what was found, for which call.
"""
import dataclasses

import numpy as np
import pytest

from checker import causes, judge
from checker.calls import near, same
from checker.fault import Fault
from checker.observation import Fit
from checker.specification import FILES, NAMES, shape, spell

# Checks without which weights could not be set as the specification has them.
SAME_WEIGHTS = ('test_layers_of_the_encoder', 'test_layers_of_the_decoder',
                'test_auto_shares_the_weights',
                'test_every_call_builds_models_of_its_own')


def require(condition, required, found, call):
    """Fail with one sentence unless the condition holds."""
    if not condition:
        fail(required, found, call)


def fail(required, found, call):
    """Fail with one sentence."""
    raise Fault(required, found, spell(call.arguments))


def observed(calls, *names, required='it must be possible to use the models'):
    """Yield call, setting, observation of experiments, which must work."""
    for call in calls:
        require(call.results, 'every weight must be one of those asked for',
                'others', call)
        for name in names:
            if name in call.results:
                setting, found = call.results[name]
                require(not isinstance(found, str), required, found, call)
                yield call, setting, found


class Requirements:
    """What every file must meet."""

    def test_file_builds_models(self, examined, submission):
        """The file defines autoencoder, which runs for every call."""
        if isinstance(examined, Exception):
            raise Fault(f'{FILES[submission.task]} must build the models',
                        f'that it {examined}')

    @pytest.mark.after('test_file_builds_models')
    def test_returns_three_models(self, calls):
        """The function returns encoder, decoder, auto: three models."""
        for call in calls:
            require(call.built.returned == '(model, model, model)',
                    'autoencoder must return three models: encoder, decoder, '
                    'auto', call.built.returned, call)

    @pytest.mark.after('test_returns_three_models')
    def test_arguments_are_left_alone(self, calls):
        """The lists that are passed in are unchanged afterwards."""
        for call in calls:
            require(not call.built.changed, 'autoencoder must not change the '
                    'lists that it is given',
                    f'{call.built.changed} afterwards', call)

    @pytest.mark.after('test_returns_three_models')
    def test_every_call_builds_models_of_its_own(self, calls):
        """A second call builds the same again and leaves the first alone."""
        for call in calls:
            require(not call.second.shared, 'a second call must build models '
                    'of its own', call.second.shared, call)
            require(call.second.weights == call.built.weights,
                    'a second call must build what the first did, with '
                    f'weights of the shapes {call.built.weights}',
                    str(call.second.weights), call)

    @pytest.mark.after('test_returns_three_models')
    def test_shapes_of_the_models(self, calls):
        """The models take and give the shapes of the specification."""
        for call in calls:
            inputs, latent = map(shape, call.arguments[:3:2])
            codes = [latent] * (3 if call.task == 3 else 1)
            for name, given, gives in (('encoder', inputs, codes),
                                       ('decoder', latent, [inputs]),
                                       ('auto', inputs, [inputs])):
                model = call.built.models[name]
                required = (f'{name} must map {given} to '
                            f'{", ".join(map(str, gives))}, the batch aside')
                require(not model.error, required, model.error, call)
                found = ', '.join(map(str, model.shapes)) or 'nothing'
                require(list(model.shapes) == gives, required,
                        found + by_layers(call, name), call)

    @pytest.mark.after('test_shapes_of_the_models')
    def test_layers_of_the_encoder(self, calls):
        """The encoder has the layers that are asked for."""
        for call in calls:
            check_sizes(call, 'encoder')

    @pytest.mark.after('test_returns_three_models')
    def test_layers_of_the_decoder(self, calls):
        """The decoder has the hidden layers reversed, then the output."""
        for call in calls:
            check_sizes(call, 'decoder')

    @pytest.mark.after('test_returns_three_models')
    def test_auto_shares_the_weights(self, calls):
        """The weights of auto are those of encoder and decoder."""
        for call in calls:
            encoder, decoder, auto = (
                {*call.built.models[name].weights}
                for name in NAMES)
            require(not encoder & decoder, 'encoder and decoder must have '
                    'weights of their own', f'{len(encoder & decoder)} '
                    'weights that both have', call)
            halves = encoder | decoder
            require(halves == auto, 'auto must be built from the very encoder '
                    'and decoder that are returned',
                    f'{len(auto - halves)} weights of auto that neither has '
                    f'and {len(halves - auto)} of theirs that auto has not',
                    call)

    @pytest.mark.after(*SAME_WEIGHTS)
    def test_encoder_computes_these_layers_alone(self, calls):
        """The encoder computes what is asked for, and nothing else."""
        check_numbers(calls, 'encoder')

    @pytest.mark.after(*SAME_WEIGHTS)
    def test_decoder_computes_these_layers_alone(self, calls):
        """The decoder computes its layers with relu, the last with sigmoid."""
        check_numbers(calls, 'decoder')

    @pytest.mark.after('test_encoder_computes_these_layers_alone',
                       'test_decoder_computes_these_layers_alone')
    def test_training_changes_nothing_else(self, calls):
        """While they are trained, the models compute the same."""
        for half in ('encoder', 'decoder'):
            check_numbers(calls, half, training=True)

    @pytest.mark.after('test_returns_three_models')
    def test_optimizer_is_adam(self, calls):
        """The autoencoder is compiled with Adam, its learning rate above 0."""
        required = 'auto must be compiled with the optimizer Adam'
        for call in calls:
            optimizer = call.built.optimizer
            require(optimizer, required, 'none', call)
            require(optimizer.kind == 'Adam', required, optimizer.kind, call)
            require(not optimizer.variants, required,
                    f'Adam({", ".join(optimizer.variants)})', call)
            require(min(optimizer.rates) >= 0 < max(optimizer.rates),
                    f'{required}, with a learning rate above zero',
                    f'a learning rate of {min(optimizer.rates):g}', call)

    @pytest.mark.after('test_layers_of_the_encoder',
                       'test_layers_of_the_decoder')
    def test_no_weight_is_frozen(self, calls):
        """Auto trains every weight of encoder and decoder."""
        for call in calls:
            frozen = {*call.built.models['auto'].weights} - {
                *call.built.trained}
            require(not frozen, 'every weight of auto must be trained',
                    f'{len(frozen)} that are frozen (trainable = False)',
                    call)

    @pytest.mark.after(*SAME_WEIGHTS, 'test_optimizer_is_adam')
    def test_auto_can_be_trained(self, calls):
        """Auto can be trained, for the models of every call."""
        required = 'evaluating and training auto must be possible'
        for _ in observed(calls, 'step', required=required):
            pass
        required = 'fit of the auto of a second call must be possible'
        for call, _, fit in observed(calls, 'fit', required=required):
            require(np.isfinite(fit.loss), required, f'a loss of {fit.loss}',
                    call)

    @pytest.mark.after('test_loss_is_binary_cross_entropy',
                       'test_no_weight_is_frozen')
    def test_step_is_one_of_adam(self, calls):
        """A step of training moves each weight as Adam does."""
        for call, setting, moved in observed(calls, 'step', 'off', 'fit'):
            check_step(call, setting, moved)


def check_step(call, setting, moved):
    """Require the weights that a step made of its gradients."""
    # In the graph of fit these cannot be seen: they are those of 'step', but
    # where they depend on noise.
    graph = isinstance(moved, Fit)
    seen = call.results['step'][1] if graph else moved
    gradients = clipped(call.built.optimizer, seen.given)
    for number, place in enumerate(call.order):
        gradient = gradients.get(str(place))
        noisy = graph and call.task == 3 and number == call.cut
        if gradient is None or noisy:
            continue
        old, new = setting.weights[place], moved.weights[place]
        wrong = wrong_move(call.built.optimizer, gradient, old, new)
        require(not wrong, 'the first step must move each weight against '
                'its gradient, by learning rate * |gradient| / (|gradient| + '
                'epsilon), as that of Adam does',
                f'{wrong} at {call.where(number)}', call)


def clipped(optimizer, gradients):
    """Return {place: gradient} as the optimizer may have been told to clip.
    """
    whole = np.sqrt(sum(np.sum(each ** 2) for each in gradients.values()))
    limit = optimizer.clipvalue or np.inf
    return {place: np.clip(each, -limit, limit) * min(
        1, (optimizer.clipnorm or np.inf) / (np.linalg.norm(each) + 1e-30),
        (optimizer.global_clipnorm or np.inf) / (whole + 1e-30))
        for place, each in gradients.items()}


def wrong_move(optimizer, gradient, old, new):
    """Return how a weight moved, or '' if as Adam moves it first.

    Args:
        optimizer: the Optimizer.
        gradient, old, new: of the weight, which was and is rounded to float32.
    """
    rate, size = optimizer.rates[0], np.abs(gradient)
    epsilon = optimizer.epsilon / np.sqrt(1 - optimizer.beta_2)
    expected = -rate * gradient / (size + epsilon + 1e-30)
    # What rounding makes of a sum near zero may differ in a graph.
    error = np.where(size >= 0.1 * size.max(),
                     np.abs(new - old - expected), 0)
    # Not a number where the weight became none.
    if error.max() < 0.02 * abs(rate) + 1e-6 * (1 + np.abs(old).max()):
        return ''
    worst = np.unravel_index(error.argmax(), error.shape)
    return (f'a move of {(new - old)[worst]:.3g} for a gradient of '
            f'{gradient[worst]:.3g}')


def by_layers(call, name):
    """Return which layers a model of file 2 has, as they may explain it."""
    told = ', '.join(map(str, call.built.models[name].layers))
    return f', by {told}' * (call.task == 2)


def check_sizes(call, half):
    """Require the layers with weights that are asked for."""
    stages, model = getattr(call, half), call.built.models[half]
    wanted = sorted(size for stage in stages for size in stage.shapes)
    found = sorted(call.built.weights[place] for place in model.weights)
    words = ', '.join(map(str, stages))
    layers = [layer for layer in model.layers if layer.shapes]
    told = ', '.join(map(str, layers))
    windows = {size[:2] for size in found if len(size) == 4}
    if windows <= {(3, 3)} and words == ', '.join(
            str(dataclasses.replace(layer, settings=())) for layer in layers):
        told = (f'weights of the shapes {str(found)[1:-1]} instead of '
                f'{str(wanted)[1:-1]}')
    require(found == wanted, f'the layers of the {half} must be {words}'
            + ', with kernels of 3 x 3' * (call.task == 2)
            + ', the last two for mean and log variance' * (
                call.task == 3 and half == 'encoder'),
            told or 'no weights', call)


def check_numbers(calls, half, training=False):
    """Require what a half gives, called or while training."""
    mode = ' while training' * training
    for name in ('training',) if training else ('called', 'wide'):
        for call, _, _ in observed(
                calls, name,
                required=f'calling {half} must be possible{mode}'):
            if not judge.differs(call, half, name):
                continue
            setting, watched = call.results[f'{name}, watched']
            cause = 'other numbers' if isinstance(
                watched, str) else causes.of_half(call, half, setting, watched)
            if cause.startswith('other'):
                cause += by_layers(call, half)
            fail(f'{half} must compute the same while training as when called'
                 if training else f'{half} must compute '
                 f'{describe(call, half)}, nothing else', cause + mode, call)


def describe(call, half):
    """Return what a half must compute, in words."""
    count = len(getattr(call, half))
    if half == 'decoder':
        return (layers_with_relu(count - 1)
                + ' and upsampling' * (call.task == 2)
                + ', then one with sigmoid')
    if call.task == 3:
        return (f'{layers_with_relu(count - 2)}, then mean and log variance '
                'with no activation')
    return layers_with_relu(count) + ' and max pooling' * (call.task == 2)


def layers_with_relu(count):
    """Return how many layers with relu, in words."""
    return f'{count} layer{"s" * (count > 1)} with relu'


def check_gradients(calls):
    """Require the gradients of steps, or of these again."""
    for name in judge.STEPS:
        for call, _, _ in observed(calls, name):
            wrong = [judge.wrong_gradient(call, each)
                     for each in (name, f'{name} again')
                     if each in call.results]
            require(not all(wrong), 'a step of training must follow the '
                    'gradient of the loss for every weight', wrong[0], call)


class Deterministic(Requirements):
    """What the files without noise must meet."""

    @pytest.mark.after('test_encoder_computes_these_layers_alone',
                       'test_decoder_computes_these_layers_alone')
    def test_auto_decodes_what_it_encodes(self, calls):
        """The output of auto is that of decoder for that of encoder."""
        for name in 'called', 'wide':
            self.check_auto(calls, name, 'auto(x) must equal '
                            'decoder(encoder(x))')

    @pytest.mark.after('test_auto_decodes_what_it_encodes')
    def test_training_changes_nothing_else(self, calls):
        """While they are trained, the models compute the same."""
        super().test_training_changes_nothing_else(calls)
        self.check_auto(calls, 'training', 'auto must compute the same while '
                        'training as when called')

    def check_auto(self, calls, name, required):
        """Require what auto gives."""
        for call, setting, found in observed(calls, name, required=required):
            _, expected, _ = call.penalised(setting)
            if not same(found.auto[0], expected):
                fail(required, causes.change(expected, found.auto[0]), call)

    @pytest.mark.after('test_auto_can_be_trained',
                       'test_training_changes_nothing_else')
    def test_loss_is_binary_cross_entropy(self, calls):
        """The loss is the binary cross-entropy, averaged over the values."""
        for call in calls:
            check_losses(call, 'the loss must be the binary cross-entropy, '
                         'averaged over all values')

    @pytest.mark.after('test_loss_is_binary_cross_entropy',
                       'test_no_weight_is_frozen')
    def test_gradients_are_those_of_the_loss(self, calls):
        """Every weight follows the gradient of that loss."""
        check_gradients(calls)


def check_losses(call, required):
    """Require each loss that was seen of a call."""
    for kind, setting, loss in judge.losses(call):
        expected, *_ = call.penalised(setting)
        if not near(loss, expected):
            entropy = call.cross_entropy(setting)
            sums = (f'{entropy:.6f} + {expected - entropy:.6f} = '
                    if expected > entropy else '')
            fail(f'{required}, {sums}{expected:.6f} here',
                 f'that {kind} gives {loss:.6f}{cause_of_loss(call)}', call)


def cause_of_loss(call):
    """Return what explains all losses that are wrong, or ''."""
    guesses, factors = [], []
    for _, setting, loss in judge.losses(call):
        expected, p, _ = call.penalised(setting)
        if not near(loss, expected):
            entropy = call.cross_entropy(setting)
            others = causes.losses(setting.inputs, p)
            factors.append(loss / entropy)
            guesses.append({
                ', the cross-entropy without a penalty': near(loss, entropy),
                **{f', {name}': near(loss, other, 1e-3) and abs(
                    loss - other) < abs(loss - expected) / 10
                   for name, other in others.items()}})
    for guess in guesses[0]:
        if all(right[guess] for right in guesses):
            return guess
    # One loss alone is always some number times another.
    if len(factors) > 1 and np.ptp(factors) < 1e-4 * abs(
            factors[0]) and not near(factors[0], 1, 0.02):
        return f', {factors[0]:.4g} times the binary cross-entropy'
    name, weight = _penalty(call)
    return f', with {weight:.3g} times {name}' if name else ''


def _penalty(call):
    """Return the penalty that explains all losses, and its weight."""
    penalties, differences, errors = [], [], []
    for _, setting, loss in judge.losses(call):
        entropy = call.cross_entropy(setting)
        penalties.append(causes.penalties(call, setting))
        differences.append(loss - entropy)
        # What float32 leaves, of a small weight too.
        errors.append(1e-4 * abs(loss - entropy) + 2e-6)
    best, least, wanted = ('', 0), 1, np.divide(differences, errors)
    for name in penalties[0]:
        values = [penalty[name] for penalty in penalties] / np.array(errors)
        weight = values @ wanted / (values @ values + 1e-30)
        left = np.abs(wanted - weight * values).max()
        if left < least:
            best, least = (name, weight), left
    return best


def has_penalty_alone(call):
    """Tell whether the cross-entropy is right but for an L1 penalty."""
    return _penalty(call)[0] == causes.L1
