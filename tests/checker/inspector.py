"""Runs in the child: builds models, tries experiments, tells what it saw.

An experiment is a function of the models and a Setting.  It leaves weights
as they were, knows nothing of what is expected, and gives one of the
dataclasses of checker.observation.
"""
import base64
import contextlib
import copy
import json
import re
import sys
import traceback
import types
from pathlib import Path

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from checker.observation import (
    Built, Draws, Fit, Layer, Losses, Model, Optimizer, Outputs, Passed,
    Setting, Step, Unjudgeable, parse, plain)
from checker.specification import NAMES, shape, spell

KERAS = 'keras', 'tensorflow', 'tf_keras'
BATCH = 3
# Of an error, in characters.
LINE = 300


def converse(requests, replies):
    """Build what the first request asks for, then try experiments."""
    request = json.loads(requests.readline())
    problem, subjects = '', []
    try:
        subjects = build(base64.b64decode(request['source']),
                         request['name'], request['calls'])
    except Unjudgeable as found:
        problem = str(found)
    answer(replies, {'problem': problem,
                     'built': [subject.built for subject in subjects]})
    for line in requests:
        request = json.loads(line)
        settings = [parse(Setting, setting)
                    for setting in request['settings']]
        results = []
        for number, name, setting in request['experiments']:
            try:
                results.append(EXPERIMENTS[name](subjects[number],
                                                 settings[setting]))
            except BaseException as error:
                results.append({'error': describe(error)})
        answer(replies, results)


def answer(replies, value):
    """Send a line of JSON."""
    replies.write(json.dumps(plain(value)).encode() + b'\n')
    replies.flush()


def build(source, name, calls):
    """Return the Subjects of each call, made twice, or raise Unjudgeable."""
    with blaming('cannot be imported', name):
        # Where tracebacks, and AutoGraph, look for the lines of functions.
        Path(name).write_bytes(source)
        module = sys.modules['submission'] = types.ModuleType('submission')
        module.__file__ = name
        exec(compile(source, name, 'exec', dont_inherit=True), vars(module))
        autoencoder = vars(module).get('autoencoder')
    if not callable(autoencoder):
        raise Unjudgeable('has no function called autoencoder')
    subjects = []
    for arguments in calls:
        arguments = tuple(
            tuple(argument) if place != 1 and isinstance(argument, list)
            else argument for place, argument in enumerate(arguments))
        before = None
        for time in ('', 'the second time '):
            given = copy.deepcopy(arguments)
            with blaming(f'raises {time}in {spell(arguments)}', name):
                returned = autoencoder(*given)
            if not tf.executing_eagerly():
                raise Unjudgeable('switches eager execution off, without '
                                  'which nothing can be seen of its models')
            with blaming(f'gives no models to look at in {spell(arguments)}',
                         name):
                before = Subject(arguments, given, returned, before)
            subjects.append(before)
    return subjects


@contextlib.contextmanager
def blaming(what, name):
    """Turn what a submission raises into Unjudgeable, which says where."""
    try:
        yield
    except BaseException as error:
        lines = ''.join(
            f'\n  {name}, line {frame.lineno}, in {frame.name}'
            f'\n    {frame.line}'
            # A submission may say what the exception's own attribute is.
            for frame in traceback.extract_tb(sys.exc_info()[2])
            if frame.filename == name)
        raise Unjudgeable(f'{what}: {describe(error)}{lines}') from None


def describe(error):
    """Return an exception in one line, whatever is done to its class."""
    try:
        # Keras emphasises with the escape sequences of a terminal.
        text = re.sub(r'\x1b\[[0-9;]*m', '', str(error))
        lines = [line for line in text.splitlines() if line.strip()]
        said = lines[0].strip() if lines else ''
        # Keras and TensorFlow put the reason below such a line.
        if said.startswith('Exception encountered when calling'):
            said = lines[min(1, len(lines) - 1)].strip()
        if said == 'in user code:':
            said = lines[-1].strip()
        said = f'{type(error).__name__}: {said}'.rstrip(':. ')
        return said if len(said) < LINE else f'{said[:LINE]} …'
    except BaseException:
        return f'{type.__repr__(type(error))}, of which nothing can be said'


class Subject:
    """The models of one call."""

    def __init__(self, arguments, given, returned, before):
        self.weights, models, optimizer, shared = [], {}, None, ''
        kind = kind_of(returned)
        if kind == '(model, model, model)':
            self.encoder, self.decoder, self.auto = returned
            models = {name: self.look_at(model, shape(size))
                      for name, model, size in zip(
                          NAMES, returned, (*arguments[:3:2], arguments[0]))}
            optimizer = describe_optimizer(self.auto)
            shared = self.shared_with(before)
        self.values = [flat(weight) for weight in self.weights]
        trained = ({id(weight) for weight in self.auto.trainable_weights}
                   if models else ())
        self.built = Built(
            kind, '' if given == arguments else spell(given), shared,
            tuple(value.shape for value in self.values),
            tuple(place for place, weight in enumerate(self.weights)
                  if id(weight) in trained), models, optimizer)

    def look_at(self, model, shape):
        """Return what there is to say of a model."""
        shapes, error = (), ''
        try:
            shapes = tuple(output.shape[1:] for output in arrays(model(
                tf.zeros((BATCH, *shape)))))
        except Exception as problem:
            error = describe(problem)
        metrics = {id(weight) for metric in getattr(model, 'metrics', ())
                   for weight in metric.variables}
        known = {id(weight): place
                 for place, weight in enumerate(self.weights)}
        places = []
        for weight in model.weights:
            # What nothing trains and is no average: counters, seeds.
            if id(weight) in metrics or not weight.trainable and not (
                    np.prod(weight.shape) > 1 and 'float' in str(
                        weight.dtype)):
                continue
            if id(weight) not in known:
                known[id(weight)] = len(self.weights)
                self.weights.append(weight)
            places.append(known[id(weight)])
        return Model(tuple(places), tuple(map(describe_layer, leaves(model))),
                     shapes, error)

    def shared_with(self, before):
        """Return what this call shares with the one before, or nothing."""
        if before is None or not before.built.models:
            return ''
        if {*map(id, before.weights)} & {*map(id, self.weights)}:
            return 'the same weights'
        one, other = (getattr(each.auto, 'optimizer', None)
                      for each in (before, self))
        if one is not None and one is other:
            return 'the same optimizer'
        if any(not np.array_equal(old, flat(weight)) for old, weight
               in zip(before.values, before.weights)):
            return 'weights of the first that the second changed'
        return ''

    @contextlib.contextmanager
    def at(self, setting):
        """Set the weights, and afterwards what all variables were."""
        with kept(*self.encoder.variables, *self.decoder.variables,
                  *self.auto.variables):
            for weight, value in zip(self.weights, setting.weights):
                weight.assign(value.astype('float32').reshape(weight.shape))
            yield

    @contextlib.contextmanager
    def training_at(self, setting):
        """The same, and what the optimizer remembers."""
        optimizer, variables = self.auto.optimizer, ()
        with contextlib.suppress(Exception):
            # As a part of a graph this would take a second; those that Keras
            # 2.15 calls legacy have other names for it.
            build = getattr(optimizer, 'build', None)
            (build or optimizer._create_all_weights)(
                self.auto.trainable_variables)
            variables = tuple(optimizer.variables if build
                              else optimizer.variables())
        with self.at(setting), kept(*variables):
            yield


@contextlib.contextmanager
def kept(*variables):
    """Set variables afterwards to what they are."""
    values = {id(variable): (variable, array(variable))
              for variable in variables}
    try:
        yield
    finally:
        for variable, value in values.values():
            variable.assign(value)


def kind_of(returned):
    """Describe what autoencoder() returned."""
    if isinstance(returned, (list, tuple)):
        return f'({", ".join(map(kind_of, returned[:9]))})'
    if isinstance(returned, keras.Model):
        return 'model'
    kind = type(returned)
    # What else is called a model may come from another Keras.
    where = f' of {kind.__module__}' * (kind.__module__ != 'builtins')
    return 'None' if returned is None else f'{kind.__name__}{where}'


def keras_class(thing):
    """Return the name of the first class of Keras that a thing is of."""
    for kind in type(thing).__mro__:
        if kind.__module__.partition('.')[0] in KERAS:
            return kind.__name__
    return type(thing).__name__


def leaves(model):
    """Return the layers of a model that are not made of others."""
    return [layer for layer in model._flatten_layers(include_self=False)
            if not any(inner.weights for inner in layer._flatten_layers(
                include_self=False))]


def describe_layer(layer):
    """Return what there is to say of a layer."""
    settings = []
    for name in ('kernel_size', 'pool_size', 'size', 'strides', 'padding'):
        value = getattr(layer, name, None)
        if isinstance(value, str) or isinstance(value, tuple) and not (
                name == 'strides' and len({*value, 1}) == 1):
            settings.append(f'{name}={value}'.replace(' ', ''))
    return Layer(keras_class(layer), tuple(
        tuple(map(int, weight.shape)) for weight in layer.weights),
        tuple(settings))


def describe_optimizer(auto):
    """Return what auto is compiled with, or None."""
    optimizer = getattr(auto, 'optimizer', None)
    if optimizer is None:
        return None
    # Where this is a schedule, the attribute without _ is its first value.
    rate = getattr(optimizer, '_learning_rate',
                   getattr(optimizer, 'learning_rate', 0))
    rates = [rate]
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        rates = [rate(step) for step in (0, *(10 ** n for n in range(7)))]
    elif callable(rate):
        rates = [rate()]
    beta_2, epsilon, decay = (
        float(array(getattr(optimizer, name, 0) or 0))
        for name in ('beta_2', 'epsilon', 'weight_decay'))
    return Optimizer(
        keras_class(optimizer), tuple(float(array(rate)) for rate in rates),
        beta_2, epsilon, bool(getattr(optimizer, 'amsgrad', False)), decay)


def array(tensor):
    """Return a tensor as an array."""
    return np.array(tf.convert_to_tensor(tensor))


def flat(weight):
    """Return a weight as an array; a bias may be a row of a matrix."""
    value = array(weight)
    return value[0] if value.ndim == 2 and len(value) == 1 else value


def arrays(outputs):
    """Return the outputs of a model as arrays."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    return tuple(map(array, outputs))


def call(subject, setting, training=None, watching=False):
    """Return what each model gives for a batch, called or while training."""
    mode = {} if training is None else {'training': training}
    given, passed = [], {}
    with subject.at(setting):
        for name, batch in zip(NAMES, (setting.inputs, setting.codes,
                                       setting.inputs)):
            model = getattr(subject, name)
            with watched(subject, leaves(model) * watching) as inputs:
                given.append(arrays(model(tf.constant(batch, 'float32'),
                                          **mode)))
            passed[name] = tuple(inputs)
    return Outputs(*given, passed)


@contextlib.contextmanager
def watched(subject, layers):
    """Yield a list that gets what is passed to each layer with weights."""
    inputs, layers = [], [layer for layer in layers if layer.weights]
    places = {id(weight): place for place, weight
              in enumerate(subject.weights)}

    def watch(layer):
        usual = layer.call

        def call(values, *arguments, **keywords):
            inputs.append(Passed(tuple(
                places[id(weight)] for weight in layer.weights
                if id(weight) in places), array(values)))
            return usual(values, *arguments, **keywords)

        layer.call = call

    try:
        for layer in layers:
            watch(layer)
        yield inputs
    finally:
        for layer in layers:
            vars(layer).pop('call', None)


def step(subject, setting):
    """Evaluate half a batch, then see what training on all of it does."""
    auto, x = subject.auto, setting.inputs
    with subject.training_at(setting), eagerly():
        evaluated = loss_of(auto, auto.test_step, x[::2], x[::2])
        with captured(auto) as pairs:
            trained = loss_of(auto, auto.train_step, x, x)
        weights = tuple(map(flat, subject.weights))
    places = {id(weight): str(place)
              for place, weight in enumerate(subject.weights)}
    gradients = {}
    for gradient, variable in pairs:
        place = places.get(id(variable))
        if gradient is not None and place is not None:
            gradients[place] = gradients.get(place, 0) + flat(gradient)
    return Step(evaluated, trained, gradients, weights)


def fit(subject, setting):
    """Train for an epoch of one step, in a compiled graph."""
    auto, x = subject.auto, setting.inputs.astype('float32')
    losses = []
    # What fit returns may be a metric that has the name of the loss.
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: losses.append(loss_in(logs)))
    # A graph that is run once is not worth being rewritten for speed.
    tf.config.optimizer.set_experimental_options(
        {'disable_meta_optimizer': True})
    with subject.training_at(setting):
        auto.fit(x, x, batch_size=len(x), verbose=0, callbacks=[watch])
        return Fit(float(np.mean(losses[0])),
                   tuple(map(flat, subject.weights)))


def evaluate(subject, setting):
    """Return the losses of each sample alone, and of the batch."""
    auto, x = subject.auto, setting.inputs
    with subject.at(setting), eagerly():
        *each, whole, again, inverted = (
            loss_of(auto, auto.test_step, *pair) for pair in (
                *((sample, sample) for sample in x[:, None]),
                (x, x), (x, x), (x, 1 - x)))
    return Losses(tuple(each), whole, again, inverted)


def loss_of(auto, method, inputs, targets):
    """Return the loss that train_step or test_step gives for a batch."""
    auto.reset_metrics()
    logs = method((tf.constant(inputs, 'float32'),
                   tf.constant(targets, 'float32')))
    return float(np.mean(array(loss_in(logs))))


def loss_in(logs):
    """Return what logs call the loss or the total, else what is the sum of
    all others, else what comes first.
    """
    for name in ('loss', *logs):
        if name in logs and (name == 'loss' or 'total' in name):
            return logs[name]
    if not logs:
        raise ValueError('a step says nothing of its loss')
    values = {name: np.mean(array(value)) for name, value in logs.items()}
    whole = sum(values.values())
    # The nearest, as a term may be next to nothing.
    likely = min(values, key=lambda name: abs(2 * values[name] - whole))
    return logs[likely if np.isclose(2 * values[likely], whole, 1e-5)
                else next(iter(logs))]


def draw(subject, setting):
    """Return what is drawn twice in a call, and twice while training."""
    encoder, auto = subject.encoder, subject.auto
    x = tf.constant(setting.inputs, 'float32')
    graph = tf.function(lambda x: auto(x, training=True))
    with subject.at(setting):
        return Draws(*(
            tuple(arrays(function(x))[0] for function in functions)
            for functions in (
                2 * [encoder] + 2 * [lambda x: encoder(x, training=True)],
                2 * [auto] + 2 * [graph])))


@contextlib.contextmanager
def eagerly():
    """Run what would be compiled line by line, so that it can be watched."""
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(False)


@contextlib.contextmanager
def captured(auto):
    """Yield a list that gets the (gradient, variable) that are applied."""
    optimizer, pairs = auto.optimizer, []
    name = 'apply' if hasattr(optimizer, 'apply') else 'apply_gradients'
    usual = getattr(optimizer, name)

    def apply(*arguments, **keywords):
        values, count = [*arguments, *keywords.values()], len(arguments)
        # What can be read once, such as a zip.
        values[0] = list(values[0])
        if name == 'apply':
            variables, = values[1:2] or [None]
            pairs.extend(zip(values[0],
                             variables or auto.trainable_variables))
        else:
            pairs.extend(values[0])
        return usual(*values[:count],
                     **dict(zip(keywords, values[count:])))

    setattr(optimizer, name, apply)
    try:
        yield pairs
    finally:
        vars(optimizer).pop(name, None)


EXPERIMENTS = {
    'call': call,
    'train': lambda *given: call(*given, training=True),
    'watch call': lambda *given: call(*given, watching=True),
    'watch train': lambda *given: call(
        *given, training=True, watching=True),
    'step': step, 'evaluate': evaluate, 'fit': fit, 'draw': draw}
