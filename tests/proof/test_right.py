"""The same correct work, written in a different style, passes whole."""
import re
from importlib import metadata
from pathlib import Path

import pytest
from checker.specification import FILES
from classroom import ROOT, bad, change, fill, verdicts_of

# The major version of the one Keras for which a file is written.
ONLY = {
    '1_symbolic_add_loss': 2, '3_symbolic_add_loss': 2, '3_compiled_loss': 2,
    '0_legacy_adam': 2, '0_optimizer_apply': 3, '3_operations_on_tensors': 3,
    '3_seed_generator': 3}
FOLDER = Path(__file__).parent / 'right'
KERAS = int(metadata.version('keras').partition('.')[0])


def own(task, pattern='', replacement=''):
    """Return a file of the repository with a pattern replaced."""
    text = (ROOT / FILES[task]).read_text()
    return re.sub(pattern, replacement, text, flags=re.MULTILINE)


# What editors make of a file, and what is as good in its place.
OWN = {
    '0_byte_order_mark': own(0).encode('utf-8-sig'),
    '0_tabs': own(0, '^(    )+', lambda found: '\t' * (
        len(found[0]) // 4)).encode(),
    '0_rate_as_function': own(
        0, "'adam'", 'keras.optimizers.Adam(lambda: 0.001)').encode(),
    '1_another_encoding': own(
        1, r'\A(.*)\n', '\\1\n# -*- coding: latin-1 -*-\n# Émile, Zoë\n'
    ).encode('latin-1'),
    '2_carriage_returns': own(2).replace('\n', '\r\n').encode(),
    '3_form_feed': own(3, '^def ', '\f\ndef ').encode(),
    '3_no_newline_at_the_end': own(3).rstrip().encode(),
    '1_clipped_gradients': own(1, "'adam'", 'keras.optimizers.Adam('
                               'global_clipnorm=0.01)').encode(),
    **{f'{task}_epsilon_in_logarithms': own(
        task, "'binary_crossentropy'", 'lambda x, p: -keras.backend.mean(\n'
        '        x * keras.backend.log(p + 1e-6)\n'
        '        + (1 - x) * keras.backend.log(1 - p + 1e-6))').encode()
       for task in (0, 1, 3)},
    # Keras 3 puts a loss of 0 beside what such a step tells.
    '3_no_list_of_metrics': re.sub(
        rb'    @property.*?\n\n', b'',
        (FOLDER / '3_keras_io_train_step.py').read_bytes(), flags=re.DOTALL),
    '0_strategy_of_one_device': own(
        0, 'def autoencoder', 'def build').encode() + b'''

def autoencoder(*arguments):
    import tensorflow as tf
    with tf.distribute.OneDeviceStrategy('/cpu:0').scope():
        return build(*arguments)
''',
    '0_legacy_adam': own(0, "'adam'", 'keras.optimizers.legacy.Adam()'
                         ).encode(),
    '0_trained_already': own(
        0, '    return', '    x = keras.backend.ones((2, input_dims))\n'
        '    auto.fit(x, x, verbose=0)\n    return').encode()}
RIGHT = {
    name: content for name, content in (
        *((path.stem, path.read_bytes())
          for path in FOLDER.glob('*.py')),
        *OWN.items()) if ONLY.get(name, KERAS) == KERAS}
# The styles that people write in; the others are exhaustive.
COMMON = {
    '0_flat', '0_legacy_adam', '0_own_dense_layer', '0_subclassed_models',
    '1_activity_regularization', '1_penalty_layer', '2_flat',
    '3_call_adds_loss', '3_flat', '3_keras_io_train_step',
    '3_operations_on_tensors', '3_sampling_layer', '3_symbolic_add_loss'}
TRAIN_STEP = (FOLDER / '3_keras_io_train_step.py').read_text()
APPLY = 'grads = tape.gradient(loss, self.trainable_weights)'
SUBCLASS = '''

class Adam(keras.optimizers.Adam):
    """Adam with a different rate to start from."""


def autoencoder'''
# Styles that cannot be graded: training cannot be told right from wrong.
NOT_GRADED = {
    '0_subclass_of_adam': change(own(0), [
        ('\n\ndef autoencoder', SUBCLASS), ("'adam'", 'Adam()')]),
    '0_wrapped_adam': change(own(0), [
        ("'adam'", 'keras.mixed_precision.LossScaleOptimizer(\n'
         '        keras.optimizers.Adam())')]),
    '0_own_fit': change(own(0), [
        ('    return', '    auto.fit = lambda *data, **options: None\n'
         '    return')]),
    '2_own_predict': change(own(2), [
        ('\n\ndef autoencoder', SUBCLASS.replace('optimizers.Adam', 'Model')
         .replace('(keras', 'Model(keras').replace('class Adam', 'class ')
         .replace('"""Adam with a different rate to start from."""',
                  'def predict(self, x, **options):\n'
                  '        """Predict nothing."""')),
        ('auto = keras.Model(', 'auto = Model(')]),
    '3_steps_by_a_different_optimizer': change(TRAIN_STEP, [
        ('self.optimizer.apply', 'self.own.apply'),
        ('vae.compile(', 'vae.own = keras.optimizers.Adam()\n'
         '    vae.compile(')]),
    '3_norms_clipped_by_hand': change(TRAIN_STEP, [
        (APPLY, 'grads = [tf.clip_by_norm(grad, 0.01) for grad in\n'
         '                 tape.gradient(loss, self.trainable_weights)]')]),
    '3_weaker_divergence_followed': change(TRAIN_STEP, [
        ('= self.losses_of(data)\n        grads',
         '= self.losses_of(data)\n            weaker = loss - terms[1] / 2\n'
         '        grads'),
        (APPLY, APPLY.replace('(loss', '(weaker'))])}
ALL = {**RIGHT, **{name: text.encode() for name, text in NOT_GRADED.items()}}


@pytest.fixture(scope='module')
def verdicts(request, tmp_path_factory):
    """Return {name: {check: result}} of the files that are asked for."""
    asked = {item.callspec.params['name'] for item in request.session.items
             if item.module is request.module
             and 'name' in item.callspec.params}
    names = {task: sorted(name for name in asked if name[0] == str(task))
             for task in range(len(FILES))}
    root = tmp_path_factory.mktemp('right')
    found = verdicts_of(fill(root, {
        task: [ALL[name] for name in some]
        for task, some in names.items()}), root / 'record.json')
    return {name: found[str(number), task] for task, some in names.items()
            for number, name in enumerate(some)}


@pytest.mark.parametrize('name', [
    pytest.param(name, marks=() if name in COMMON
                 else pytest.mark.exhaustive) for name in sorted(RIGHT)])
def test_right_file_passes(name, verdicts):
    """The same work written in a different way passes every check."""
    assert bad(verdicts[name]) == {}
    assert None in verdicts[name].values()


@pytest.mark.parametrize('name', sorted(NOT_GRADED))
def test_file_is_not_graded(name, verdicts):
    """A file that cannot be told right from wrong fails nothing."""
    found = {result[0] for result in verdicts[name].values() if result}
    assert 'not graded' in found and 'failed' not in found
