"""The four files keep promises beyond the specification."""
import copy
import importlib.util
import subprocess
import sys
import warnings
from pathlib import Path

import numpy as np
import pytest

# Keras 3 causes it by each array that is made of one of its tensors.
pytestmark = pytest.mark.filterwarnings(
    'ignore:__array__ implementation:DeprecationWarning')
ROOT = Path(__file__).resolve().parents[2]
FILES = ['0-vanilla', '1-sparse', '2-convolutional', '3-variational']
CALLS = [
    ('0-vanilla', (784, [128, 64], 32)),
    ('0-vanilla', (12, [], 3)),
    ('1-sparse', (784, [128, 64], 32, 10e-6)),
    ('1-sparse', (12, [], 3, 0.1)),
    ('2-convolutional', ((28, 28, 1), [16, 8, 8], (4, 4, 8))),
    ('2-convolutional', ((20, 28, 3), [4, 6, 8], (3, 4, 8))),
    ('3-variational', (784, [512], 2)),
    ('3-variational', (12, [], 3)),
]


def load(name):
    """Import a numbered file and return its function."""
    spec = importlib.util.spec_from_file_location('network',
                                                  ROOT / f'{name}.py')
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.autoencoder


def images(call, number=50):
    """Return random inputs for a call."""
    shape = call[0] if isinstance(call[0], tuple) else call[:1]
    return np.random.default_rng(0).random((number, *shape), 'float32')


def layers(model):
    """Return (class, activation, sizes) of each layer, in order."""
    found = []
    for layer in model.layers:
        config = layer.get_config()
        found.append((type(layer).__name__, config.get('activation'),
                      config.get('units') or config.get('filters'),
                      config.get('padding')))
    return found


def expected_layers(name, call):
    """Return what `layers` must find in the encoder and the decoder."""
    start = ('InputLayer', None, None, None)
    if name == '2-convolutional':
        (*_, channels), filters, _ = call
        encoder, decoder = [start], [start]
        for number in filters:
            encoder += [('Conv2D', 'relu', number, 'same'),
                        ('MaxPooling2D', None, None, 'same')]
        for number, padding in zip(filters[::-1],
                                   ['same'] * (len(filters) - 1) + ['valid']):
            decoder += [('Conv2D', 'relu', number, padding),
                        ('UpSampling2D', None, None, None)]
        return encoder, [*decoder, ('Conv2D', 'sigmoid', channels, 'same')]
    inputs, hidden, latent = call[:3]
    hidden = [('Dense', 'relu', nodes, None) for nodes in hidden]
    code = [('Dense', 'relu', latent, None)]
    if name == '3-variational':
        code = [('Dense', 'linear', latent, None)] * 2 + [
            ('Lambda', None, None, None)]
    return ([start, *hidden, *code],
            [start, *hidden[::-1], ('Dense', 'sigmoid', inputs, None)])


@pytest.mark.parametrize('name, call', CALLS)
def test_layers_and_compilation(name, call):
    """The layers in order, auto of the two returned, loss and optimizer."""
    untouched = copy.deepcopy(call)
    encoder, decoder, auto = load(name)(*call)
    assert call == untouched
    assert (layers(encoder), layers(decoder)) == expected_layers(name, call)
    assert type(auto.layers[0]).__name__ == 'InputLayer'
    assert auto.layers[1] is encoder and auto.layers[2] is decoder
    assert auto.loss == 'binary_crossentropy'
    assert type(auto.optimizer).__name__ == 'Adam'


@pytest.mark.parametrize('name', FILES)
def test_import_prints_and_does_nothing(name, capfd):
    """Importing a file only defines its function."""
    load('0-vanilla')
    capfd.readouterr()
    load(name)
    assert capfd.readouterr() == ('', '')


def test_calls_are_independent():
    """Two calls share no weights."""
    autoencoder = load('0-vanilla')
    _, _, first = autoencoder(12, [6], 3)
    _, _, second = autoencoder(12, [6], 3)
    before = second.get_weights()
    x = images((12,))
    first.fit(x, x, verbose=0)
    for old, new in zip(before, second.get_weights()):
        np.testing.assert_array_equal(old, new)


@pytest.mark.parametrize('batch_size', [1, 7, 50])
def test_loss_of_3_is_the_negative_elbo(batch_size):
    """Cross-entropy in nats per image + KL, where the noise vanishes."""
    encoder, _, auto = load('3-variational')(784, [512], 2)
    layer = encoder.get_layer('z_log_var')
    kernel, bias = layer.get_weights()
    layer.set_weights([kernel, bias - 30])
    x = images((784,))
    _, mean, log_variance = map(np.float64, encoder.predict(x, verbose=0))
    p = auto.predict(x, verbose=0).astype(float)
    entropy = -np.sum(x * np.log(p) + (1 - x) * np.log(1 - p), axis=1)
    divergence = np.sum(mean ** 2 + np.exp(log_variance) - log_variance - 1,
                        axis=1) / 2
    loss = auto.evaluate(x, x, batch_size=batch_size, verbose=0)
    assert loss == pytest.approx(np.mean(entropy + divergence), rel=1e-5)


@pytest.mark.parametrize('batch_size', [1, 7, 50])
def test_penalty_of_1_is_averaged_over_the_batch(batch_size):
    """Cross-entropy + lambtha * mean of the L1 norms of the encodings."""
    encoder, _, auto = load('1-sparse')(784, [16], 8, 0.5)
    x = images((784,))
    p = auto.predict(x, verbose=0).astype(float)
    entropy = -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))
    norms = np.abs(encoder.predict(x, verbose=0)).sum(axis=1)
    loss = auto.evaluate(x, x, batch_size=batch_size, verbose=0)
    assert loss == pytest.approx(entropy + 0.5 * norms.mean(), rel=1e-5)


@pytest.mark.parametrize('name, call', CALLS[::2])
def test_models_are_saved_and_loaded(name, call, tmp_path):
    """save() warns of nothing, and what was saved comes back."""
    encoder, decoder, auto = load(name)(*call)
    x = images(call)
    auto.fit(x, x, verbose=0)
    with warnings.catch_warnings():
        warnings.simplefilter('error', UserWarning)
        for model, file in ((encoder, 'encoder.keras'), (auto, 'auto.keras'),
                            (decoder, 'decoder.keras')):
            model.save(tmp_path / file)
    others = load(name)(*call)
    for model, other, file in ((encoder, others[0], 'encoder.keras'),
                               (auto, others[2], 'auto.keras')):
        with warnings.catch_warnings():
            # Keras 3 says that it leaves the state of Adam out.
            warnings.simplefilter('ignore', UserWarning)
            other.load_weights(tmp_path / file)
        for saved, loaded in zip(model.get_weights(), other.get_weights()):
            np.testing.assert_array_equal(loaded, saved)


def test_decoders_load_in_a_fresh_process(tmp_path):
    """keras.models.load_model alone brings a saved decoder back."""
    expected = []
    for number, (name, call) in enumerate(CALLS[::2]):
        _, decoder, auto = load(name)(*call)
        x = images(call)
        auto.fit(x, x, verbose=0)
        decoder.save(tmp_path / f'{number}.keras')
        code = np.ones((1, *decoder.input_shape[1:]), 'float32')
        expected.append(decoder.predict(code, verbose=0))
    subprocess.run([sys.executable, '-c', (
        'import numpy as np\n'
        'from tensorflow import keras\n'
        'for number in range(4):\n'
        '    decoder = keras.models.load_model(f"{number}.keras")\n'
        '    code = np.ones((1, *decoder.input_shape[1:]), "float32")\n'
        '    np.save(f"{number}.npy", decoder.predict(code, verbose=0))\n')],
        cwd=tmp_path, check=True)
    for number, reconstruction in enumerate(expected):
        np.testing.assert_allclose(np.load(tmp_path / f'{number}.npy'),
                                   reconstruction, rtol=1e-5)
