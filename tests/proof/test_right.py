"""The same correct work, written in another style, passes whole."""
import re
from importlib import metadata
from pathlib import Path

import pytest

from checker.specification import FILES
from classroom import ROOT, change, failures_of, fill

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
    '3_terms_in_logs_and_clipped_gradients': change(
        (FOLDER / '3_keras_io_train_step.py').read_text(), [
            (', self.total]', ']'), ('reconstruction_loss', 'entropy'),
            ('kl_loss', 'kl'),
            ('grads = tape.gradient(loss, self.trainable_weights)',
             'grads, _ = tf.clip_by_global_norm(tape.gradient(\n'
             '            loss, self.trainable_weights), 1.0)')]).encode(),
    **{f'3_{part}_clipped_by_hand': change(
        (FOLDER / '3_keras_io_train_step.py').read_text(), [
            ('grads = tape.gradient(loss, self.trainable_weights)',
             f'grads = [tf.clip_by_{part}(grad, {limits}) for grad in\n'
             '                 tape.gradient(loss, self.trainable_weights)]')
        ]).encode() for part, limits in (('norm', 0.1), ('value', '-1, 1'))},
    '0_strategy_of_one_device': own(
        0, 'def autoencoder', 'def build').encode() + b'''

def autoencoder(*arguments):
    import tensorflow as tf
    with tf.distribute.OneDeviceStrategy('/cpu:0').scope():
        return build(*arguments)
''',
    '0_legacy_adam': own(0, "'adam'", 'keras.optimizers.legacy.Adam()'
                         ).encode()}
RIGHT = {
    name: content for name, content in (
        *((path.stem, path.read_bytes())
          for path in FOLDER.glob('*.py')),
        *OWN.items()) if ONLY.get(name, KERAS) == KERAS}
NAMES = {task: sorted(name for name in RIGHT if name[0] == str(task))
         for task in range(len(FILES))}


@pytest.fixture(scope='module')
def failures(tmp_path_factory):
    """Return {name: {check: failure, or None}} of each file."""
    root = tmp_path_factory.mktemp('right')
    found = failures_of(fill(root, {
        task: [RIGHT[name] for name in names]
        for task, names in NAMES.items()}), root / 'report.xml')
    return {name: found[str(number), task] for task, names in NAMES.items()
            for number, name in enumerate(names)}


@pytest.mark.parametrize('name', sorted(RIGHT))
def test_right_file_passes(name, failures):
    """The same work written in another way passes every check."""
    assert {check: failure for check, failure in failures[name].items()
            if failure} == {}
