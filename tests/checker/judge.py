"""Plans what a submission is asked, and what its answers are held against.

Weights and inputs are drawn after it has built its models, so that no answer
can be known before; what must come out is computed by checker.reference.
"""
import dataclasses
import functools
import itertools
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import Dict, Optional, Tuple, Union

import numpy as np

from checker import layers, reference, specification
from checker.observation import (
    Built, Draws, Fit, Losses, Outputs, Setting, Step, Submission,
    Unjudgeable, plain, understand)
from checker.specification import NAMES, shape

KINDS = {'call': Outputs, 'train': Outputs, 'watch': Outputs,
         'watch training': Outputs, 'step': Step, 'evaluate': Losses,
         'fit': Fit, 'draw': Draws}
SAMPLES = 6
# Steps of file 3 on a sample each, of which the noise can be told.
SINGLE = 'single', 'another single'
STEPS = 'step', 'off', *SINGLE
# Of z, so many that their shape shows.
DRAWS = 8000
# What each hidden layer multiplies numbers by; a power of 2, so that they are
# rounded as before.
LOUD = 8
# Far above and far below where relu bends; and a size of the matrix that is
# small enough for float32 to tell probabilities from 1.
FAR, SMALL = 300, 0.1
# What float32 leaves of numbers, as a part of the largest; of a gradient, as a
# part of its length; and of a loss.
TOLERANCE, GRADIENT, LOSS = 1e-4, 0.02, 1e-5


def remembered(function):
    """Compute what several checks need once, and forget it with the Call."""
    @functools.wraps(function)
    def recalled(call, *arguments):
        known, key = vars(call).setdefault('known', {}), (
            function.__name__, *arguments)
        if key not in known:
            known[key] = function(call, *arguments)
        return known[key]

    return recalled


@dataclass(frozen=True)
class Call:
    """One call of autoencoder(), and all that was observed of it.

    built, second: what the first call gave, and the same call once more.
    order: which of Built.weights are those of the stages, or None where the
        sizes are not those that are asked for.
    results: {name: (Setting, observation or the error that came instead)}.
    """
    task: int
    arguments: Tuple
    built: Built
    second: Built
    order: Optional[Tuple[int, ...]]
    results: Dict[str, Tuple[Setting, Union[object, str]]]

    @functools.cached_property
    def encoder(self):
        """The stages of the encoder."""
        return layers.encoder(self.task, self.arguments)

    @functools.cached_property
    def decoder(self):
        """The stages of the decoder."""
        return layers.decoder(self.task, self.arguments)

    @property
    def cut(self):
        """How many weights the encoder has."""
        return 2 * len(self.encoder)

    def weights(self, setting):
        """Return kernels and biases of a setting, in order of the stages."""
        return [setting.weights[place] for place in self.order]

    def where(self, number):
        """Return which layer it is that a weight of the stages belongs to."""
        half, layer = 'encoder', number // 2
        if number >= self.cut:
            half, layer = 'decoder', (number - self.cut) // 2
        return (f'layer {layer + 1} of the {half}, '
                f'{getattr(self, half)[layer]}')

    @remembered
    def encoded(self, setting):
        """Return what the encoder must give; of file 3, without z."""
        return self.encode(self.weights(setting), setting.inputs)

    def encode(self, weights, inputs):
        """Return the same for weights of the stages, as (encoding,) or (mean,
        log variance).
        """
        weights = weights[:self.cut]
        if self.task == 3:
            return reference.distribution(self.encoder, weights, inputs)[:2]
        return reference.forward(self.encoder, weights, inputs)[:1]

    def logits(self, weights, codes):
        """Return what goes into the last sigmoid of the decoder."""
        *stages, last = self.decoder
        stages = [*stages, dataclasses.replace(last, activation='linear')]
        return reference.forward(stages, weights[self.cut:], codes)[0]

    def epsilon(self, setting, z):
        """Return the noise in z, as multiples of the standard deviation."""
        mean, log_variance = self.encoded(setting)
        return (z - mean) / np.exp(log_variance / 2)

    def decode(self, setting, codes):
        """Return what the decoder must make of codes."""
        return reference.forward(
            self.decoder, self.weights(setting)[self.cut:], codes)[0]

    @remembered
    def decoded(self, setting):
        """Return what the decoder must give."""
        return self.decode(setting, setting.codes),

    @remembered
    def penalised(self, setting):
        """Return loss, reconstruction and gradients of files 0 to 2."""
        return reference.penalised(
            self.encoder, self.decoder, self.weights(setting),
            setting.inputs, self.arguments[3] if self.task == 1 else 0.)

    def variational(self, setting, epsilon, *weights):
        """Return loss and gradients of file 3."""
        return reference.variational(
            self.encoder, self.decoder, self.weights(setting),
            setting.inputs, epsilon, *weights)


@np.errstate(all='ignore')
def examine(ask, source, name, task):
    """Have a submission build its models and try them; return the Calls.

    Raises:
        Unjudgeable: where it does not build, or what comes makes no sense.
    """
    calls = specification.CALLS[task]
    answer = understand(Submission, ask({
        'source': source, 'name': name, 'calls': calls}))
    if answer.problem:
        raise Unjudgeable(answer.problem)
    built = answer.built
    if len(built) != 2 * len(calls) or not all(map(_sensible, built)):
        raise Unjudgeable('gave answers that make no sense')
    found = [Call(task, arguments, *pair, _order(task, arguments, *pair), {})
             for arguments, *pair in zip(calls, built[::2], built[1::2])]
    found = [_settled(call) for call in _tried(ask, found, [
        plan(call, place) for place, call in enumerate(found)])]
    shallow = min(found, key=lambda call: len(call.encoder + call.decoder))
    return _tried(ask, found, [
        plan_further(call, call is shallow) for call in found])


def _sensible(built):
    """Tell whether what was said of models can be said of three."""
    wanted = NAMES if built.returned == '(model, model, model)' else ()
    owned = [model.weights for model in built.models.values()]
    places = {*range(len(built.weights))}
    rates = built.optimizer is None or built.optimizer.rates
    return ({*built.models} == {*wanted} and set().union(*owned) == places
            and {*built.trained} <= places and rates
            and all(len({*each}) == len(each) for each in owned))


def _tried(ask, calls, plans):
    """Return Calls with the results of what was planned for each."""
    settings, experiments = {}, []
    for place, names in enumerate(plans):
        for twin, kind, setting in names.values():
            # Each setting is sent once, as it may be large.
            number, _ = settings.setdefault(id(setting),
                                            (len(settings), setting))
            experiments.append([2 * place + twin, kind, number])
    if not experiments:
        return calls
    answers = ask({
        'settings': [plain(setting) for _, setting in settings.values()],
        'experiments': experiments})
    if not isinstance(answers, list) or len(answers) != len(experiments):
        raise Unjudgeable('gave answers that make no sense')
    answers = iter(answers)
    return [dataclasses.replace(call, results={**call.results, **{
        name: (setting, _observation(call, kind, setting, next(answers)))
        for name, (_, kind, setting) in names.items()}})
        for call, names in zip(calls, plans)]


def _observation(call, kind, setting, answer):
    """Return what an answer says, or the error that it tells."""
    if isinstance(answer, dict) and set(answer) == {'error'}:
        return understand(str, answer['error'])
    found = understand(KINDS[kind], answer)
    sizes = {name: [(len(setting.inputs), *size) for size in
                    call.built.models[name].shapes] for name in NAMES}
    given, wanted = [], []
    if kind in ('step', 'fit'):
        given = [weight.shape for weight in found.weights]
        wanted = list(call.built.weights)
    if kind == 'step':
        given += sorted((place, gradient.shape) for place, gradient
                        in found.gradients.items())
        wanted += sorted((str(place), size) for place, size
                         in enumerate(call.built.weights)
                         if str(place) in found.gradients)
    if kind == 'evaluate':
        given, wanted = [len(found.each)], [len(setting.inputs)]
    if kind == 'draw':
        given = [array.shape for array in (*found.encoder, *found.auto)]
        wanted = 4 * sizes['encoder'][:1] + 4 * sizes['auto']
    if isinstance(found, Outputs):
        given = [array.shape for name in NAMES
                 for array in getattr(found, name)]
        wanted = [size for name in NAMES for size in sizes[name]]
    return found if given == wanted else 'values of other shapes than before'


def _order(task, arguments, first, second):
    """Return the weights of the stages as positions, or None."""
    order = []
    for half, stages in (
            ('encoder', layers.encoder(task, arguments)),
            ('decoder', layers.decoder(task, arguments))):
        left = list(first.models[half].weights) if first.models else []
        wanted = [shape for stage in stages for shape in stage.shapes]
        if Counter(first.weights[place] for place in left) != Counter(wanted):
            return None
        for size in wanted:
            order.append(next(place for place in left
                              if first.weights[place] == size))
            left.remove(order[-1])
    if sorted(order) != list(range(len(first.weights))):
        return None
    return tuple(order) if first.weights == second.weights else None


def plan(call, place):
    """Return {name: (0 for the first call or 1, experiment, Setting)}."""
    if call.order is None:
        return {}
    usual, trained = arrange(call), arrange_step(call, 'step')
    found = {'called': (0, 'call', usual), 'training': (0, 'train', usual),
             'wide': (0, 'call', arrange(call, 'wide', loud=True)),
             'step': (0, 'step', trained)}
    if place == 1:
        found['off'] = 0, 'step', arrange_step(call, 'off')
    if call.task != 3:
        return found
    found['losses'] = 0, 'evaluate', trained
    # Those of the course's call are large, and would show the same.
    if place:
        found['draws'] = 0, 'draw', arrange(call, 'linear', DRAWS)
        # Twice, as some noise hides what does not follow it.
        for name in SINGLE:
            found[name] = 0, 'step', arrange_step(call, name)
    return found


def arrange_step(call, name):
    """Draw the Setting for a step of training that has this name.

    Penalties on what hidden layers give show where that is large; penalties
    on weights, and bounds of them, where nothing else does.
    """
    if name in SINGLE:
        return arrange(call, 'single', 1)
    if name == 'off':
        return arrange(call, 'off')
    return arrange(call, 'muted' if call.task == 3 else 'usual', loud=True)


def plan_further(call, fitting):
    """Return a plan to look into what differs, and to fit."""
    found = {f'{name}, watched': (0, 'watch training' if name == 'training'
                                  else 'watch', call.results[name][0])
             for name in ('called', 'training', 'wide')
             if differs(call, 'encoder', name) or differs(
                 call, 'decoder', name)}
    # Of the second models, which nothing else has trained.
    if fitting and 'step' in call.results:
        found['fit'] = 1, 'fit', call.results['step'][0]
    if call.task != 3 and not all(
            near(loss, call.penalised(setting)[0])
            for _, setting, loss in losses(call)):
        # With other weights than in the step, so that penalties differ.
        found['losses'] = 0, 'evaluate', arrange(call)
    for name in STEPS:
        # In a sum near zero, float32 may see the other side of it.
        if wrong_gradient(call, name):
            found[f'{name} again'] = 0, 'step', arrange_step(call, name)
    return found


def differs(call, half, name):
    """Tell whether a half gave other numbers than it must."""
    setting, found = call.results.get(name, (None, ''))
    if isinstance(found, str):
        return False
    expected = getattr(call, half[:-1] + 'd')(setting)
    given = getattr(found, half)[-len(expected):]
    return len(given) != len(expected) or not all(
        map(same, given, expected))


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


def _settled(call):
    """Return a Call with the order of weights that fits its numbers best.

    Weights of the same shape may come in any order: heads, for example.
    """
    setting, found = call.results.get('called', (None, ''))
    if isinstance(found, str):
        return call
    order = list(call.order)
    for half, start, expect in (('encoder', 0, Call.encoded),
                                ('decoder', call.cut, Call.decoded)):
        groups = {}
        for place in range(start, start + 2 * len(getattr(call, half))):
            groups.setdefault(call.built.weights[call.order[place]],
                              []).append(place)
        choices = []
        for choice in itertools.product(*map(itertools.permutations,
                                             groups.values())):
            trial = list(order)
            for places, others in zip(groups.values(), choice):
                for place, other in zip(places, others):
                    trial[place] = call.order[other]
            expected = expect(dataclasses.replace(call, order=trial), setting)
            given = getattr(found, half)[-len(expected):]
            choices.append((sum(min(1., distance(*pair)) for pair in zip(
                given, expected)), trial))
        # Of a network that is wrong anyway, the usual order tells more.
        if min(choices)[0] < choices[0][0] / 2:
            order = min(choices)[1]
    return dataclasses.replace(call, order=tuple(order))


def distance(found, expected):
    """Return the largest difference, as a part of the largest expected."""
    if found.shape != expected.shape:
        return np.inf
    difference = np.max(np.abs(found - expected), initial=0)
    scale = np.max(np.abs(expected), initial=0) + 1e-2
    return np.inf if np.isnan(difference) else difference / scale


def same(found, expected, tolerance=TOLERANCE):
    """Tell whether arrays are equal but for rounding."""
    return distance(found, expected) < tolerance


def near(found, expected, tolerance=LOSS):
    """Tell whether losses are equal but for rounding."""
    return abs(found - expected) < tolerance * max(0.1, abs(expected))


@remembered
def losses(call):
    """Return (where from, setting, loss), but for those that noise changes.
    """
    found = []
    for name in ('step', 'off', 'fit', 'losses'):
        setting, result = call.results.get(name, (None, ''))
        if isinstance(result, Step):
            found += [('evaluate gives', _part(setting, slice(None, None, 2)),
                       result.evaluated),
                      ('a step of training gives', setting, result.loss)]
        elif isinstance(result, Fit):
            found.append(('fit gives', setting, result.loss))
        elif isinstance(result, Losses):
            found += [
                ('evaluate gives', _part(setting, slice(place, place + 1)),
                 loss) for place, loss in enumerate(result.each)]
    return found


def _part(setting, samples):
    return dataclasses.replace(setting, inputs=setting.inputs[samples])


def gradients(call, name):
    """Return what must be the gradients of a step, None where it is open."""
    setting, step = call.results[name]
    if call.task != 3:
        return call.penalised(setting)[2]
    elbo, epsilon = fit_elbo(call), 0
    if 'single' in name:
        epsilon = noise_of_step(call, setting, step)
    _, expected = call.variational(
        setting, 0 if epsilon is None else epsilon, elbo.entropy,
        elbo.divergence)
    if 'single' not in name:
        # What reaches the decoder's first kernel depends on z.
        expected[call.cut] = None
    return expected


@remembered
def wrong_gradient(call, name):
    """Return which gradient of a step is not as it must be, or ''."""
    _, step = call.results.get(name, (None, ''))
    if isinstance(step, str) or call.task == 3 and not fit_elbo(call):
        return ''
    for number, (place, expected) in enumerate(zip(
            call.order, gradients(call, name))):
        found = step.gradients.get(str(place))
        if expected is None:
            continue
        length = np.linalg.norm(expected)
        if found is None or not np.any(found):
            if length < 1e-6:
                continue
            return f'none at {call.where(number)}'
        if found.shape != expected.shape or not np.linalg.norm(
                found - expected) < GRADIENT * length + 1e-6:
            return f'another at {call.where(number)}'
    return ''


@dataclass(frozen=True)
class ElboFit:
    """The loss of file 3 as a sum: weights of its terms, and what is left.

    entropy, divergence: the weights, the first either 1 or input_dims, that
        explain it best.
    share: what part of the loss is the divergence then.
    residual: the largest part of a loss that these leave.
    free_entropy: the weight of the cross-entropy, whatever else there is.
    terms: the weights of mean**2, exp(log_var), -log_var and -1, each on its
        own.
    foreign: the largest part of a loss that even these leave.
    mean: of the losses of the samples.
    batch, again: the loss of all samples as a batch, evaluated twice.
    """
    entropy: float
    divergence: float
    share: float
    residual: float
    free_entropy: float
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
    if losses.shape != x.shape[:1] or not np.isfinite(losses).all():
        return None
    entropy = -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p), axis=1)
    terms = np.stack([np.sum(term, axis=1) / 2 for term in (
        mean ** 2, np.exp(log_variance), -log_variance,
        -np.ones_like(mean))], axis=1)
    divergence = terms.sum(axis=1)
    left, (weight,), number = min(
        (*_solve(divergence[:, None], losses - number * entropy, losses),
         number) for number in (1, call.arguments[0]))
    # What another target changes is the cross-entropy alone; but some losses
    # take their target from the input.
    free = number
    if found.inverted != found.whole:
        free = (found.inverted - found.whole) / np.mean(
            (2 * x - 1) * np.log(p / (1 - p)))
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


def noise_of_step(call, setting, step):
    """Return the epsilon of a step of one sample, None if it shows nowhere.

    The gradient of the decoder's first kernel is z times that of its bias.
    """
    kernel, bias = (step.gradients.get(str(place)) for place in
                    call.order[call.cut:call.cut + 2])
    if kernel is None or bias is None or not bias.any():
        return None
    return call.epsilon(setting, kernel @ bias / (bias @ bias))


def noise_of_auto(call, setting, reconstruction):
    """Return epsilon of each sample, and how far no z explains the output.

    For a setting of arrange(…, 'linear').
    """
    p = call.decode(setting, np.concatenate([
        np.zeros((1, call.arguments[2])), np.eye(call.arguments[2])]))
    origin, *turn = np.log(p / (1 - p))
    turn = np.array(turn) - origin
    with np.errstate(divide='ignore', invalid='ignore'):
        logits = np.log(reconstruction / (1 - reconstruction)) - origin
    z = logits @ np.linalg.pinv(turn)
    return call.epsilon(setting, z), distance(z @ turn, logits)
