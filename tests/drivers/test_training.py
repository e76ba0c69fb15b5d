"""XLA compiles if that pays and if it can; a full disk keeps old weights."""
import resource

import files
import numpy as np
import options
import plots
import pytest
import tensorflow as tf
import training
import weights

IMAGES = np.random.default_rng(0).integers(0, 256, (64, 12), 'uint8')
MODEL = 'decoder(encoder(encoder_inputs))'
NOTHING = 'odd = tf.identity\n\n'
# XLA cannot print.
PRINTING = '''
def odd(x):
    with tf.control_dependencies([tf.print(tf.shape(x))]):
        return tf.identity(x)
'''
# The shape is impossible, which shows when the graph runs.
CUTTING = '''
def odd(x):
    return tf.reshape(x, (7, 12))
'''


@pytest.fixture(autouse=True)
def always_worth_it(monkeypatch):
    """Let XLA compile however few steps there are."""
    monkeypatch.setattr(training, 'STEPS_WORTH_COMPILING', 1)


@pytest.fixture
def submit(tmp_path):
    """Return a function of code that defines odd, applied to the outputs.

    It returns the auto of such a submission, and a list that gets jit_compile
    at each call of its fit.
    """
    def submission(code):
        text = (options.ROOT / '0-vanilla.py').read_text()
        assert MODEL in text
        path = tmp_path / '0-vanilla.py'
        path.write_text('import tensorflow as tf\n' + code + text.replace(
            MODEL, f'keras.layers.Lambda(odd, (12,))({MODEL})'))
        _, _, auto = options.load(path)(12, [8], 3)
        tries, fit = [], auto.fit

        def counted(*arguments, **keywords):
            tries.append(auto.jit_compile)
            return fit(*arguments, **keywords)

        auto.fit = counted
        return auto, tries

    return submission


def test_network_that_xla_refuses_trains_without_it(submit):
    """A submission may use operations that XLA does not know."""
    auto, tries = submit(PRINTING)
    before = auto.get_weights()
    history = training.train(auto, IMAGES, IMAGES, epochs=2, verbose=0)
    assert tries == [True, False]
    assert len(history['loss']) == len(history['val_loss']) == 2
    assert any((old != new).any()
               for old, new in zip(before, auto.get_weights()))


@pytest.mark.parametrize('least, compiled', [(4, True), (5, False)])
def test_few_steps_are_not_compiled(submit, monkeypatch, least, compiled):
    """Two epochs of 64 images in batches of 32 are four steps."""
    auto, tries = submit(NOTHING)
    monkeypatch.setattr(training, 'STEPS_WORTH_COMPILING', least)
    training.train(auto, IMAGES, IMAGES, epochs=2, verbose=0)
    assert tries == [compiled]


def test_losses_of_a_step_of_its_own_are_shown(tmp_path, capsys):
    """Whatever a submission calls them, they are printed and drawn."""
    _, _, auto = options.load(
        options.ROOT / 'tests' / 'proof' / 'right'
        / '3_keras_io_train_step.py')(12, [8], 3)
    history = training.train(auto, IMAGES, IMAGES, epochs=2)
    assert 'val_vae_loss: ' in capsys.readouterr().out
    assert plots.losses(history, tmp_path / 'losses.png').exists()


def test_error_of_a_network_is_raised(submit):
    """If a model is wrong without XLA too, a user learns why."""
    auto, tries = submit(CUTTING)
    with pytest.raises(tf.errors.InvalidArgumentError):
        training.train(auto, IMAGES, IMAGES, verbose=0)
    assert tries == [True, False]


@pytest.mark.parametrize('room', [files.ROOM, 0])
def test_full_disk_leaves_the_earlier_weights(room, tmp_path, monkeypatch):
    """The error is one line, even if the disk fills up while it is written."""
    monkeypatch.setattr(files, 'ROOM', room)
    *_, auto = options.load(options.ROOT / '0-vanilla.py')(784, [500], 32)
    path = tmp_path / 'x.weights.h5'
    path.write_text('earlier')
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_000_000, limits[1]))
    try:
        with pytest.raises(options.UsageError) as error:
            weights.save(auto, path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert 'cannot write' in str(error.value)
    assert '\n' not in str(error.value)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == 'earlier'
