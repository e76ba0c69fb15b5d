"""Runs in the child process: a submission's text in, facts out.

Everything that a submission could have written in another way is measured
with numbers: activations, losses, noise.
"""
import contextlib
import copy
import importlib
import traceback
import types

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from facts import spell

# Keras and TensorFlow import these when they first build and train, too late
# for a child that may no longer read the files of the user who runs pytest.
for _name in ('keras.src.engine.base_layer_v1',
              'tensorflow.python.data.ops.flat_map_op',
              'tensorflow.python.data.ops.from_tensors_op',
              'tensorflow.python.data.ops.range_op',
              'tensorflow.python.data.ops.zip_op'):
    with contextlib.suppress(ImportError):
        importlib.import_module(_name)

SAMPLES = 8
DRAWS = 400
PROBES = np.array([-30, -3, -1, -0.1, 0, 0.1, 0.5, 1, 3, 7, 30], 'float32')
ACTIVATIONS = {'linear': PROBES, 'relu': np.maximum(PROBES, 0),
               'sigmoid': 1 / (1 + np.exp(-PROBES))}
ACTIVATION_LAYERS = ('Activation', 'ELU', 'LeakyReLU', 'PReLU', 'ReLU',
                     'Softmax', 'ThresholdedReLU')
INVISIBLE = ('ActivityRegularization', 'InputLayer')


def inspect(text, name, task, calls):
    """Return {'problem': why there are no facts, 'built': facts of calls}."""
    with _problem('cannot be imported', text, name) as problem:
        module = types.ModuleType('submission')
        exec(compile(text, name, 'exec'), vars(module))
        autoencoder = vars(module).get('autoencoder')
    if problem:
        return {'problem': problem[0]}
    if not callable(autoencoder):
        return {'problem': 'has no function called autoencoder'}
    built = []
    for arguments in map(tuple, calls):
        keras.backend.clear_session()
        keras.utils.set_random_seed(0)
        given = copy.deepcopy(arguments)
        with _problem(f'raises in {spell(arguments)}', text,
                      name) as problem:
            returned = autoencoder(*given)
        if problem:
            return {'problem': problem[0]}
        built.append(_Inspection(task, arguments, given, returned,
                                 whole=not built).facts)
    return {'problem': None, 'built': built}


@contextlib.contextmanager
def _problem(what, text, name):
    """Collect in a list what an exception in the submission amounts to."""
    found = []
    try:
        yield found
    except BaseException as error:
        found.append(f'{what}: {_describe(error)}\n{_trace(error, text, name)}'
                     .rstrip())


def _describe(error):
    """Return an exception in one line."""
    lines = str(error).strip().splitlines() or ['']
    return f'{type(error).__name__}: {lines[0]}'.rstrip(': ')[:300]


def _trace(error, text, name):
    """Return where in the submission an exception came from."""
    lines = text.splitlines()
    return '\n'.join(
        f'  {name}, line {frame.lineno}, in {frame.name}\n'
        f'    {"".join(lines[frame.lineno - 1:frame.lineno]).strip()}'
        for frame in traceback.extract_tb(error.__traceback__)
        if frame.filename == name)


class _Inspection:
    """The facts of one call, as a dict in `facts`.

    What takes a second, since Keras compiles it, is left out unless `whole`.
    """

    def __init__(self, task, arguments, given, returned, whole):
        self.task, self.arguments = task, arguments
        self.facts = {'changed': (None if given == arguments
                                  else spell(given)),
                      'returned': _kind_of(returned), 'errors': {},
                      **dict.fromkeys((
                          'encoder', 'decoder', 'auto', 'shared',
                          'composition', 'compiled', 'loss', 'penalty',
                          'training', 'varying', 'sampling', 'divergence'))}
        if not (isinstance(returned, (list, tuple)) and len(returned) == 3
                and all(isinstance(model, keras.Model)
                        for model in returned)):
            return
        self.encoder, self.decoder, self.auto = returned
        for name, model in zip(('encoder', 'decoder', 'auto'), returned):
            self.measure(name, lambda: _network(model))
        shape = arguments[0]
        shape = tuple(shape) if isinstance(shape, (list, tuple)) else (shape,)
        self.x = np.random.default_rng(0).random(
            (SAMPLES, *shape)).astype('float32')
        self.measure('shared', self.shared)
        self.measure('compiled', self.compiled)
        if task == 3:
            self.measure('varying', self.varying)
            self.heads = self.find_heads()
            if whole:
                self.measure('sampling', self.sampling)
            self.measure('divergence', self.divergence)
        self.measure('composition', self.composition)
        self.measure('loss', self.loss)
        if task == 1:
            self.measure('penalty', self.penalty)
        if whole:
            self.measure('training', self.training)

    def measure(self, name, how):
        """Keep what how() returns as the fact `name`, or why it does not."""
        try:
            self.facts[name] = how()
        except Exception as error:
            self.facts['errors'][name] = _describe(error)

    def shared(self):
        """Compare the weights of auto with those of the two halves."""
        halves = {id(w) for half in (self.encoder, self.decoder)
                  for w in half.weights}
        whole = {id(w) for w in self.auto.weights}
        return {'same': halves == whole, 'outside': len(whole - halves),
                'unused': len(halves - whole)}

    def compiled(self):
        """Return the name of Keras's own class of the optimizer."""
        optimizer = getattr(self.auto, 'optimizer', None)
        return {'optimizer': optimizer and _keras_class(optimizer)}

    def composition(self):
        """Return how far auto(x) and decoder(encoder(x)) are apart."""
        if self.task == 3:
            self.silence()
        whole = _numbers(self.auto(self.x))
        code = self.encoder(self.x)
        code = code[0] if isinstance(code, (list, tuple)) else code
        halves = _numbers(self.decoder(code))
        return {'shapes': [whole.shape, halves.shape],
                'difference': float(np.max(np.abs(whole - halves)))
                if whole.shape == halves.shape else None}

    def loss(self):
        """Compare the losses for two targets, whatever else is in them.

        Penalties depend on the input alone and go out in the difference.
        """
        if self.task == 3:
            self.silence()
        self.shift_reconstruction()
        other = self.x[::-1] * 0.5
        p = _numbers(self.auto(self.x))
        entropies = [_cross_entropy(y, p) for y in (self.x, other)]
        losses = [self.evaluate(self.x, y) for y in (self.x, other)]
        loss = getattr(self.auto, 'loss', None)
        return {'name': loss if isinstance(loss, str) else getattr(
                    loss, '__name__', type(loss).__name__),
                'losses': losses, 'cross_entropies': entropies,
                'input_values': int(np.prod(self.x.shape[1:]))}

    def penalty(self):
        """Return the loss of one sample, its cross-entropy and its norm."""
        samples = np.random.default_rng(1).random(
            (64, *self.x.shape[1:])).astype('float32')
        norms = np.abs(_numbers(self.encoder(samples))).sum(axis=1)
        x = samples[norms.argmax()][None]
        return {'loss': self.evaluate(x, x),
                'cross_entropy': _cross_entropy(x, _numbers(self.auto(x))),
                'norm': float(norms.max())}

    def training(self):
        """Return how far one step of training moves each half."""
        halves = {'encoder': self.encoder, 'decoder': self.decoder}
        self.auto.run_eagerly = False
        before = {name: half.get_weights() for name, half in halves.items()}
        self.auto.train_on_batch(self.x, self.x)
        return {name: max([float(np.max(np.abs(new - old), initial=0))
                           for new, old in zip(half.get_weights(),
                                               before[name])], default=0.)
                for name, half in halves.items()}

    def evaluate(self, x, y):
        """Return the loss on one batch."""
        self.auto.run_eagerly = True
        self.auto.reset_metrics()
        loss = self.auto.test_on_batch(x, y)
        return float(np.ravel(loss)[0])

    def varying(self):
        """Return which of the last two outputs differ between two calls."""
        return [number for number, (old, new) in enumerate(
                    zip(self.outputs(), self.outputs()))
                if number and not np.allclose(old, new, atol=1e-6)]

    def find_heads(self):
        """Return the layers of the mean and of the log variance, or Nones.

        They are those that have a bias that moves the second or the third
        output of the encoder alone; which it moves is noted in the facts.
        """
        heads = [None, None]
        if not isinstance(self.facts['encoder'], dict):
            return heads
        with contextlib.suppress(Exception):
            start = self.outputs()
            for layer, fact in zip(_flat(self.encoder),
                                   self.facts['encoder']['layers']):
                if fact['kind'] != 'Dense' or len(layer.get_weights()) != 2:
                    continue
                kernel, bias = layer.get_weights()
                layer.set_weights([kernel, bias + 0.7])
                fact['moves'] = [
                    number for number, (old, new) in enumerate(
                        zip(start, self.outputs()))
                    if number and not np.allclose(old, new, atol=1e-6)]
                layer.set_weights([kernel, bias])
                if fact['moves'] in ([1], [2]):
                    heads[fact['moves'][0] - 1] = layer
        return heads

    def outputs(self):
        """Return the outputs of the encoder as arrays."""
        return [_numbers(output) for output in self.encoder(self.x)]

    def set_head(self, number, bias, scale=0.1):
        """Give the mean (0) or the log variance (1) a bias, small kernels."""
        layer = self.heads[number]
        if layer is None:
            raise LookupError('no layer of its own gives the '
                              + ('mean', 'log variance')[number])
        kernel, old = layer.get_weights()
        generator = np.random.default_rng(number)
        layer.set_weights([scale * generator.normal(size=kernel.shape)
                           / np.sqrt(len(kernel)),
                           np.broadcast_to(bias, old.shape)])

    def silence(self):
        """Drive the noise out: a log variance far down."""
        self.set_head(1, -30, scale=0)

    def weighted_layers(self):
        """Return the layers of the decoder that have weights."""
        return [layer for layer in _flat(self.decoder) if layer.get_weights()]

    def shift_reconstruction(self):
        """Move the reconstruction away from 1/2 by a bias of the last layer.

        There the cross-entropy hardly depends on the target.
        """
        last = self.weighted_layers()[-1]
        *others, bias = last.get_weights()
        generator = np.random.default_rng(3)
        last.set_weights([*others, bias + generator.normal(0, 1, bias.shape)])

    def sampling(self):
        """Return what is known of the noise in z."""
        dims = self.heads[0].units if self.heads[0] is not None else 1
        self.set_head(0, 1.5)
        self.set_head(1, np.linspace(-2, 2, dims))
        x = np.repeat(self.x, DRAWS, axis=0)
        draws = [[np.float64(output) for output in self.encoder.predict(
            x, batch_size=len(x), verbose=0)] for _ in range(2)]
        (z, mean, log_variance), again = draws
        noise = (z - mean) / np.exp(log_variance / 2)
        noise_again = (again[0] - again[1]) / np.exp(again[2] / 2)
        spread = noise.std(axis=0)
        correlations = [abs(np.corrcoef(noise[:, i], noise[:, j])[0, 1])
                        for i in range(dims) for j in range(i)
                        if spread[i] > 0 and spread[j] > 0]
        return {'mean': noise.mean(axis=0).tolist(),
                'deviation': np.sqrt((noise ** 2).mean(axis=0)).tolist(),
                'spread': spread.tolist(),
                'correlation': max(map(float, correlations), default=0.),
                'same_again': bool(np.allclose(noise, noise_again))}

    def divergence(self):
        """Fit the loss as a sum of the terms that it should have.

        With a decoder that ignores z the loss has no noise, so that the mean
        and the log variance can be moved freely.  A cross-entropy that varies
        much can be told well from the constant.
        """
        layers = self.weighted_layers()
        first, last = layers[0], layers[-1]
        saved = self.auto.get_weights()
        if first is not last:
            kernel, bias = first.get_weights()
            first.set_weights([np.zeros_like(kernel), bias + 0.1])
        kernel, bias = last.get_weights()
        generator = np.random.default_rng(2)
        dims = self.heads[0].units if self.heads[0] is not None else 1
        rows, losses = [], []
        for row in range(8):
            last.set_weights([np.zeros_like(kernel),
                              generator.normal(0, row / 4, bias.shape)])
            self.set_head(0, generator.normal(0, 1.5, dims))
            self.set_head(1, generator.normal(-0.5, 1.2, dims))
            _, mean, log_variance = map(np.float64, self.outputs())
            rows.append([
                _cross_entropy(self.x, _numbers(self.auto(self.x))),
                np.mean(np.sum(mean ** 2, axis=1)) / 2,
                np.mean(np.sum(np.exp(log_variance), axis=1)) / 2,
                -np.mean(np.sum(log_variance, axis=1)) / 2, -dims / 2])
            losses.append(self.evaluate(self.x, self.x))
        self.auto.set_weights(saved)
        rows, losses = np.array(rows), np.array(losses)
        weights, *_ = np.linalg.lstsq(rows, losses, rcond=None)
        return {'weights': weights.tolist(),
                'residual': float(np.max(np.abs(rows @ weights - losses))),
                'range': float(np.ptp(losses - weights[0] * rows[:, 0])),
                'input_values': int(np.prod(self.x.shape[1:]))}


def _kind_of(returned):
    """Describe what autoencoder() returned."""
    if isinstance(returned, (list, tuple)):
        return f'({", ".join(map(_kind_of, returned[:9]))})'
    if isinstance(returned, keras.Model):
        return 'model'
    return 'None' if returned is None else type(returned).__name__


def _keras_class(thing):
    """Return the name of the first class of Keras that a thing is of."""
    for kind in type(thing).__mro__:
        if kind.__module__.partition('.')[0] in ('keras', 'tensorflow',
                                                 'tf_keras'):
            return kind.__name__
    return type(thing).__name__


def _numbers(tensor):
    """Return a tensor as a float64 array."""
    return np.float64(tf.convert_to_tensor(tensor))


def _cross_entropy(y, p):
    """Return the mean binary cross-entropy, in nats."""
    p = np.clip(p, 1e-7, 1 - 1e-7)
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def _shape(shape):
    """Return a shape, or a list of them, without the batch."""
    if isinstance(shape, dict):
        shape = list(shape.values())
    if isinstance(shape, list) or shape and isinstance(
            shape[0], (list, tuple)):
        return [_shape(item) for item in shape]
    return list(shape[1:])


def _network(model):
    """Return the facts.Network of a model, as a dict."""
    layers = []
    pending = []
    for layer in _flat(model, every=True):
        kind = _keras_class(layer)
        if kind in ACTIVATION_LAYERS:
            if layers and layers[-1]['activation']:
                pending[-1].append(layer)
                layers[-1]['activation'] = _activation(pending[-1])
                continue
        layers.append(_layer(layer, kind, len(layers) + 1))
        pending.append([getattr(layer, 'activation', None)])
        if layers[-1]['activation']:
            layers[-1]['activation'] = _activation(pending[-1])
    return {'layers': layers, 'inputs': _shape(model.input_shape),
            'outputs': _shape(model.output_shape)}


def _flat(model, every=False):
    """Return the layers of a model, those of nested models in their place."""
    layers = []
    for layer in model.layers:
        kind = _keras_class(layer)
        if isinstance(layer, keras.Model):
            layers += _flat(layer, every)
        elif kind not in INVISIBLE and (
                every or kind not in ACTIVATION_LAYERS):
            layers.append(layer)
    return layers


def _layer(layer, kind, position):
    """Return the facts.Layer of a layer, as a dict."""
    size = getattr(layer, 'units', None)
    size = getattr(layer, 'filters', size)
    kernel = getattr(layer, 'kernel_size', None)
    kernel = getattr(layer, 'pool_size', kernel)
    if kind == 'UpSampling2D':
        kernel = layer.size
    strides = getattr(layer, 'strides', None)
    return {'position': position, 'name': layer.name, 'kind': kind,
            'size': size and int(size),
            'activation': 'linear' if hasattr(layer, 'activation') else None,
            'kernel': kernel and [int(number) for number in kernel],
            'strides': strides and [int(number) for number in strides],
            'padding': getattr(layer, 'padding', None), 'moves': []}


def _activation(steps):
    """Name what functions or layers do to numbers, one after the other."""
    values = tf.constant(PROBES[None])
    for step in steps:
        if step is not None:
            values = step(values)
    values = np.ravel(_numbers(values))
    for name, expected in ACTIVATIONS.items():
        if np.allclose(values, expected, atol=1e-5):
            return name
    last = steps[-1]
    return getattr(last, '__name__', None) or getattr(
        last, 'name', None) or type(last).__name__
