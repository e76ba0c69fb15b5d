"""Mistakes that people make are named, and the report says what to type."""
import re

import pytest
from checker.specification import FILES
from classroom import ROOT, change, grade
from wrong import (
    BCE,
    CALL,
    CALL3,
    EPSILON,
    MEAN,
    RETURN,
    VARIANCE,
    before,
    layer,
)

Z = 'keras.backend.exp(z_log_var / 2)'
# {mistake: (task, words of the report, changes of the own file)}
MISTAKES = {
    'predict': (0, 'predict() takes numbers', before(
        f'    {RETURN}', '    keras.Model(encoder_inputs, '
        'encoder.predict(encoder_inputs))\n')),
    'relu before sigmoid': (0, 'relu, then sigmoid', (
        "'sigmoid'", "lambda t: keras.activations.sigmoid(\n            "
        'keras.activations.relu(t))')),
    'arguments exchanged': (0, 'with its arguments exchanged', (
        BCE, 'loss=lambda x, p: keras.losses.binary_crossentropy(p, x)')),
    'graph of the decoder': (0, 'belongs to the decoder\'s own input', (
        CALL, 'decoder.output')),
    'plot': (0, 'autoencoder() need not plot|must not read or write', before(
        f'    {RETURN}', '    keras.utils.plot_model(auto)\n')),
    'divided by 255': (0, 'images are in [0, 1] already', before(
        '    for nodes in hidden_layers:', '    hidden = keras.layers'
        '.Rescaling(1 / 255)(hidden)\n')),
    'mean of the penalty': (1, 'lambtha / 11 times an L1 penalty', (
        'keras.regularizers.L1(lambtha)',
        'keras.regularizers.L1(lambtha / latent_dims)')),
    'large pooling': (2, 'Write MaxPooling2D(pool_size=(2, 2)) in place of '
                      'MaxPooling2D(pool_size=(4, 4))', (
                          'MaxPooling2D((2, 2)', 'MaxPooling2D((4, 4), 2')),
    'no halving': (3, 'epsilon multiplied by exp(log_var) ', (
        Z, 'keras.backend.exp(z_log_var)')),
    'halved twice': (3, 'epsilon multiplied by exp(log_var / 4)', (
        Z, 'keras.backend.exp(z_log_var / 2 / 2)')),
    'constant noise': (3, 'the mean plus a constant', (EPSILON, '1.')),
    'fixed batch': (3, 'draw epsilon with the shape of the mean', (
        EPSILON, 'keras.backend.random_normal((100, latent_dims))')),
    'own input': (3, 'found the input itself', (
        CALL3, f'0 * {CALL3} + encoder_inputs')),
    'whole encoder': (3, 'decoder(encoder(inputs)[0])', (
        CALL3, 'decoder(encoder(encoder_inputs))')),
    'summed over the batch': (3, 'the cross-entropy summed over the batch', (
        BCE, 'loss=lambda x, p: keras.backend.sum(\n        '
        'keras.losses.binary_crossentropy(x, p))')),
    'divergence summed over the batch': (
        3, 'the KL divergence summed over the batch',
        *layer(['self.add_loss(K.sum(kl))', 'return z'])),
    'tensors of the models': (3, 'A loss function may use only its two', (
        BCE, 'loss=lambda x, p: keras.losses.binary_crossentropy(x, p)\n'
        '        + keras.backend.mean(z_mean)')),
    'no divergence': (3, 'class AddKL(keras.layers.Layer):', (MEAN, ''),
                      (VARIANCE, '')),
    'logarithm of a log variance': (
        3, 'infinity for each sample with a log variance below 0',
        ('- z_log_var - 1', '- keras.backend.log(z_log_var) - 1')),
    'root of a square': (
        1, 'A square root has no gradient at 0',
        ('keras.regularizers.L1(lambtha)', 'lambda z: lambtha * keras.backend'
         '.sum(\n            keras.backend.sqrt(z ** 2))')),
    'terms of the divergence': (
        3, 'found 2 * mean**2; the other terms are right', (
            'L2(1 / 2)', 'L2(1)')),
}


@pytest.fixture(scope='module')
def reports(tmp_path_factory):
    """Return {mistake: the report on it, with single spaces}."""
    root = tmp_path_factory.mktemp('sentences')
    paths = [root / f'{number:02} {FILES[task]}' for number, (task, *_)
             in enumerate(MISTAKES.values())]
    for path, (task, _, *pairs) in zip(paths, MISTAKES.values()):
        path.write_text(change((ROOT / FILES[task]).read_text(), pairs))
    run = grade(paths, '-v', '-k', 'not style', quiet=False)
    parts = re.split(r'\n\n(\d\d .*\.py)\n', run.stdout)
    return {name: ' '.join(part.split())
            for name, part in zip(MISTAKES, parts[2::2])}


@pytest.mark.exhaustive
@pytest.mark.parametrize('mistake', MISTAKES)
def test_mistake_is_named(mistake, reports):
    """The report has the words that name it or mend it."""
    words = MISTAKES[mistake][1].split('|')
    assert any(each in reports[mistake] for each in words), reports[mistake]
