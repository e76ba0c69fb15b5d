"""What the four drivers share: the command line and the training run."""
import argparse
import contextlib
import importlib.util
import os
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

import mnist
import plots

# TensorFlow reads these when it is imported: hence the late imports below.
# oneDNN, off by default on some processors, halves the time of convolutions.
ENVIRONMENT = {'TF_ENABLE_ONEDNN_OPTS': '1', 'TF_CPP_MIN_LOG_LEVEL': '3'}

ROOT = Path(__file__).resolve().parent.parent


class UsageError(Exception):
    """The user can mend this; the message is one line that says how."""


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f'{self.prog}: error: {message}\n')


def run(main):
    """Call a driver's main(options); say in one line what a user got wrong."""
    parser = make_parser(sys.modules[main.__module__].__doc__)
    options = parser.parse_args()
    os.environ.update({**ENVIRONMENT, **os.environ})
    try:
        with muted():
            import tensorflow
        main(options)
    except mnist.DataError as error:
        parser.error(f'argument --data: {error}')
    except UsageError as error:
        parser.error(str(error))
    except KeyboardInterrupt:
        parser.exit(130, f'{parser.prog}: interrupted\n')
    except Exception as error:
        if options.solution == ROOT:
            raise
        parser.error(f'argument --solution: {blame(options, error)}')


@contextlib.contextmanager
def muted():
    """Hide standard error, on which TensorFlow's import writes notices."""
    sys.stderr.flush()
    stderr = os.dup(2)
    with open(os.devnull, 'wb') as nowhere:
        os.dup2(nowhere.fileno(), 2)
    try:
        yield
    finally:
        os.dup2(stderr, 2)
        os.close(stderr)


def make_parser(description):
    """Return the command line of every driver."""
    parser = Parser(
        description=description,
        formatter_class=argparse.ArgumentDefaultsHelpFormatter)
    parser.add_argument('--epochs', type=positive, default=50, metavar='N',
                        help='times to train on every digit')
    parser.add_argument('--batch-size', type=positive, default=256,
                        metavar='N', help='digits in a step of training')
    parser.add_argument('--seed', type=seed, default=0, metavar='N',
                        help='where the random numbers start')
    parser.add_argument('--data', type=Path, metavar='PATH',
                        help='digits to use instead of those that Keras '
                        'downloads: a .npz file in its layout, or a folder '
                        'with the four IDX files, plain or gzipped')
    parser.add_argument('--solution', type=Path, default=ROOT, metavar='DIR',
                        help='folder of the numbered file to train')
    parser.add_argument('--plots', type=Path, default=Path('plots'),
                        metavar='DIR', help='folder for the pictures')
    return parser


def positive(text):
    """Parse a whole number above zero."""
    return whole_number(text, 1)


def seed(text):
    """Parse a whole number that NumPy takes as a seed."""
    return whole_number(text, 0)


def whole_number(text, least):
    """Parse a whole number from `least` to what 32 bits hold."""
    if not (text.isascii() and text.isdigit()
            and least <= int(text) < 2 ** 32):
        raise argparse.ArgumentTypeError(
            f'expected a whole number from {least} to {2 ** 32 - 1}, '
            f'found {text!r}')
    return int(text)


def load(options, name):
    """Return `autoencoder` of the numbered file `name` and seed Keras.

    Raises:
        UsageError: if the file or its function is missing, or if this Keras
            cannot train it, or if no pictures can be written afterwards.
    """
    path = options.solution / name
    if not path.is_file():
        raise UsageError('argument --solution: expected a folder with '
                         f'{name}, found none in {options.solution}')
    check_writable(options.plots)
    from tensorflow import keras
    if name.startswith(('1', '3')):
        check_keras(getattr(keras, '__version__', '2'))
    keras.utils.set_random_seed(options.seed)
    spec = importlib.util.spec_from_file_location('solution', path)
    solution = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(solution)
    if not callable(getattr(solution, 'autoencoder', None)):
        raise UsageError(f'argument --solution: {path}: expected a function '
                         'autoencoder, found none')
    return solution.autoencoder


def check_writable(folder):
    """Raise a UsageError unless pictures can be written to `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        tempfile.TemporaryFile(dir=folder).close()
    except OSError as error:
        raise UsageError(f'argument --plots: {folder}: expected a folder to '
                         f'write to, found: {error.strerror}') from None


def check_keras(version):
    """Raise a UsageError where Keras sums penalties over the batch."""
    if (3, 0) <= tuple(map(int, version.split('.')[:2])) < (3, 14):
        raise UsageError(f'expected Keras 2.15 or 3.14 and later, found '
                         f'{version}, which sums activity penalties over the '
                         'batch; pip install -r requirements.txt')


def blame(options, error):
    """Return in one line where in the solution an error came from."""
    folder = options.solution.resolve()
    frames = [f'{Path(frame.filename).name}, line {frame.lineno}: '
              for frame in traceback.extract_tb(error.__traceback__)
              if folder in Path(frame.filename).resolve().parents]
    if isinstance(error, SyntaxError) and error.filename:
        frames = [f'{Path(error.filename).name}, line {error.lineno}: ']
    message = (str(error).strip() or 'no message').splitlines()[0]
    return (f'{options.solution}: expected a network that trains, found '
            f'{"".join(frames[-1:])}{type(error).__name__}: {message}')


def train(auto, x_train, x_test, options):
    """Train on images, uint8, as auto.fit(x, x) does but in less time.

    Ctrl-C ends the training after the current steps.

    Returns:
        dict, 'loss' and 'val_loss' of each epoch.
    """
    import tensorflow as tf
    # XLA fuses dense layers with what surrounds them, but its convolutions
    # are slower than oneDNN's; many steps at a time save time between them.
    auto.jit_compile = x_train.ndim == 2
    auto.steps_per_execution = 47 if auto.jit_compile else 1
    training = batches(x_train, options.batch_size, shuffle=True)
    validation = batches(x_test, options.batch_size)
    interrupt = Interrupt()
    stop = tf.keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: interrupt.stop(auto))

    def fit():
        return auto.fit(training, epochs=options.epochs,
                        validation_data=validation, callbacks=[stop],
                        shuffle=False,
                        verbose=1 if sys.stdout.isatty() else 2)

    start = time.perf_counter()
    with interrupt:
        try:
            history = fit().history
        except tf.errors.OpError:
            # XLA refuses some operations, before it has changed a weight.
            if not auto.jit_compile:
                raise
            auto.jit_compile = False
            history = fit().history
    if interrupt.received:
        print('Training interrupted: what follows was learnt so far.')
    print(f'Training time: {time.perf_counter() - start:.1f} s')
    return history


def batches(images, size, shuffle=False):
    """Return a dataset of (x, x) with x in [0, 1], float32.

    The images stay uint8 until they are in a batch: a quarter of the memory.
    """
    import tensorflow as tf
    images = tf.constant(images)
    order = tf.data.Dataset.range(len(images))
    if shuffle:
        order = order.shuffle(len(images))

    def pick(indices):
        x = tf.cast(tf.gather(images, indices), tf.float32) / 255
        return x, x

    # TensorFlow 2.15 waits seconds at each epoch's end for its autotuner.
    options = tf.data.Options()
    options.autotune.enabled = False
    return order.batch(size).map(pick).prefetch(2).with_options(options)


class Interrupt:
    """A context in which the first Ctrl-C is only noted."""

    def __init__(self):
        self.received = False

    def __enter__(self):
        self.previous = signal.signal(signal.SIGINT, self.note)

    def __exit__(self, *exception):
        signal.signal(signal.SIGINT, self.previous)

    def note(self, *signal_and_frame):
        """Take the first Ctrl-C; leave the next to whoever had it before."""
        self.received = True
        signal.signal(signal.SIGINT, self.previous)

    def stop(self, model):
        """End the training of `model` if there was a Ctrl-C."""
        if self.received:
            model.stop_training = True


def finish(history, pictures):
    """Print the last losses and the paths of the pictures; show these."""
    print(f'Loss: {history["loss"][-1]:.4f}, '
          f'validation loss: {history["val_loss"][-1]:.4f}')
    for picture in pictures:
        print(f'Picture: {picture}')
    plots.show()
