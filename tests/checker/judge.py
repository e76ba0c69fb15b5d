"""Plans what a submission is asked, and what its answers are held against.

Weights and inputs are drawn after it has built its models, so that no answer
can be known before; what must come out is computed by checker.reference.
"""
import dataclasses
import itertools
from collections import Counter

import numpy as np

from checker import layers, specification
from checker.calls import Call, distance, near, remembered, same
from checker.observation import (
    NO_ANSWER, Draws, Fit, Losses, Models, Outputs, Step, Unjudgeable, plain,
    understand)
from checker.settings import SAMPLES, arrange
from checker.specification import NAMES
from checker.variational import fit_elbo, noise_of_sample

KINDS = {'call': Outputs, 'train': Outputs, 'watch call': Outputs,
         'watch train': Outputs, 'step': Step, 'evaluate': Losses,
         'fit': Fit, 'draw': Draws}
# What is asked of encoder and decoder: of the first models of a call or of
# the second, which must be the same; and by which experiment.
HALVES = {'called': (0, 'call'), 'training': (0, 'train'),
          'wide': (1, 'call')}
# Steps of file 3 on a sample each, of which the noise can be told.
SINGLE = 'single', 'another single', 'a third single'
STEPS = 'step', 'off', *SINGLE
# On how many samples a step of file 3 is tried, where it tells their noise.
BATCH = 256
# Of z, so many that their shape shows.
DRAWS = 8000
# What float32 leaves of a gradient: as a part of its length, and of any.
GRADIENT, FAINT = 0.02, 1e-6


@np.errstate(all='ignore')
def examine(ask, source, name, task):
    """Have a submission build its models and try them; return the Calls.

    Raises:
        Unjudgeable: where it does not build, or what comes makes no sense.
    """
    calls = specification.CALLS[task]
    answer = understand(Models, ask({
        'source': source, 'name': name, 'calls': calls}))
    if answer.problem:
        raise Unjudgeable(answer.problem)
    built = answer.built
    if len(built) != 2 * len(calls) or not all(map(_sensible, built)):
        raise Unjudgeable(NO_ANSWER)
    found = [Call(task, arguments, *pair, _order(task, arguments, *pair), {})
             for arguments, *pair in zip(calls, built[::2], built[1::2])]
    # All else is drawn for the order of the weights that these show.
    found = [_settled(call) for call in _tried(
        ask, found, [plan_halves(call) for call in found])]
    found = _tried(ask, found, [
        plan(call, place) for place, call in enumerate(found)])
    # The one with the fewest layers compiles soonest; without a penalty it
    # would not show whether there is one.
    shallow = min(found, key=lambda call: (
        not any(call.arguments[3:]), len(call.encoder + call.decoder)))
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
    answers = ask({
        'settings': [plain(setting) for _, setting in settings.values()],
        'experiments': experiments})
    if not isinstance(answers, list) or len(answers) != len(experiments):
        raise Unjudgeable(NO_ANSWER)
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
        for gradients in found.given, found.clipped:
            given += sorted((place, gradient.shape)
                            for place, gradient in gradients.items())
            wanted += sorted((str(place), size) for place, size
                             in enumerate(call.built.weights)
                             if str(place) in gradients)
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


def plan_halves(call):
    """Return {name: (0 for the first call or 1, experiment, Setting)}."""
    if call.order is None:
        return {}
    usual = arrange(call)
    drawn = {'called': usual, 'training': usual,
             'wide': arrange(call, 'wide')}
    return {name: (*HALVES[name], drawn[name]) for name in HALVES}


def plan(call, place):
    """Return the same for steps, losses and draws."""
    if call.order is None:
        return {}
    trained = arrange_step(call, 'step')
    found = {'step': (0, 'step', trained)}
    if place == 1:
        found['off'] = 0, 'step', arrange_step(call, 'off')
    if call.task != 3:
        return found
    found['losses'] = 0, 'evaluate', _part(trained, slice(SAMPLES))
    # Those of the course's call are large, and would show the same.
    if place:
        found['draws'] = 0, 'draw', arrange(call, 'linear', DRAWS)
        # Some noise hides what does not follow it.
        for name in SINGLE:
            found[name] = 0, 'step', arrange_step(call, name)
    else:
        found['another step'] = found['step']
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
    if call.task != 3:
        return arrange(call, 'loud')
    units = call.decoder[0].sizes[1]
    return arrange(call, 'muted', BATCH if units > BATCH else SAMPLES)


def plan_further(call, fitting):
    """Return a plan to look into what differs, and to fit."""
    found = {f'{name}, watched': (twin, f'watch {kind}',
                                  call.results[name][0])
             for name, (twin, kind) in HALVES.items()
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


@remembered
def losses(call):
    """Return (kind, setting, loss), but for those that noise changes.

    kind: 'evaluate', 'a step of training' or 'fit of a second call'.
    """
    found = []
    for name in ('step', 'off', 'fit', 'losses'):
        setting, result = call.results.get(name, (None, ''))
        if isinstance(result, Step):
            found += [('evaluate', _part(setting, slice(None, None, 2)),
                       result.evaluated),
                      ('a step of training', setting, result.loss)]
        elif isinstance(result, Fit):
            found.append(('fit of a second call', setting, result.loss))
        elif isinstance(result, Losses):
            found += [
                ('evaluate', _part(setting, slice(place, place + 1)),
                 loss) for place, loss in enumerate(result.each)]
    return found


def _part(setting, samples):
    return dataclasses.replace(setting, inputs=setting.inputs[samples])


def gradients(call, name):
    """Return what must be the gradients of a step, None where it is open."""
    setting, step = call.results[name]
    if call.task != 3:
        return call.penalised(setting)[2]
    elbo, epsilon, single = fit_elbo(call), None, len(setting.inputs) == 1
    if single:
        epsilon = noise_of_sample(call, setting, step)
    _, expected = call.variational(
        setting, 0 if epsilon is None else epsilon, elbo.entropy_weight,
        elbo.divergence_weight)
    if not single:
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
            if length < FAINT:
                continue
            return f'none at {call.where(number)}'
        # So that it holds of what is no number, too.
        if not np.linalg.norm(found - expected) < GRADIENT * length + FAINT:
            return f'another at {call.where(number)}'
    return ''
