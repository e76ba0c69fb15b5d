"""The command line of the drivers, and what a user can get wrong there.

Drivers import it first, so that one line names a missing package.
"""
import argparse
import contextlib
import importlib.util
import os
import re
import sys
from pathlib import Path

if missing := [package for package in (
        'numpy', 'matplotlib', 'mlxtend', 'tensorflow')
        if not importlib.util.find_spec(package)]:
    sys.exit(f'{Path(sys.argv[0]).name}: error: {missing[0]} is not '
             f'installed; pip install -r requirements.txt for '
             f'{sys.executable}')

# Before others, because Ctrl-C may come during their import.
from errors import UsageError, message_of, place_of
from files import check_weights, check_writable
import mnist

# TensorFlow reads these when it is imported, so it is imported late.
ENVIRONMENT = {
    'TF_CPP_MIN_LOG_LEVEL': '3',
    # oneDNN is off by default without AVX-512, though it is faster there too.
    'TF_ENABLE_ONEDNN_OPTS': '1',
    # TensorFlow would take all memory of a GPU at once.
    'TF_FORCE_GPU_ALLOW_GROWTH': 'true'}

# If neither --epochs nor --load is given.
EPOCHS = 50
ROOT = Path(__file__).resolve().parent.parent


class Parser(argparse.ArgumentParser):
    """A parser whose errors are one line."""

    def error(self, message):
        self.exit(2, f'{self.prog}: error: {message}\n')


def run(main, name):
    """Call a driver's main(autoencoder, options); report errors in a line.

    Args:
        main: function of `autoencoder` of the numbered file and the options.
        name: the numbered file.
    """
    parser = make_parser(sys.modules[main.__module__].__doc__)
    options = parser.parse_args()
    if options.epochs is None:
        options.epochs = 0 if options.load else EPOCHS
    os.environ.update({**ENVIRONMENT, **os.environ,
                       'KERAS_BACKEND': 'tensorflow'})
    try:
        check_weights(options)
        check_writable(options.plots)
        with muted():
            from tensorflow import keras
        if name.startswith(('1', '3')):
            check_keras(getattr(keras, '__version__', '2'))
        keras.utils.set_random_seed(options.seed)
        main(load(options.submission / name), options)
        sys.stdout.flush()
    except mnist.DataError as error:
        parser.error(f'argument --data: {error}')
    except UsageError as error:
        parser.error(str(error))
    except BrokenPipeError:
        # What reads the output has ended, as head does.
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(1)
    except (Exception, SystemExit) as error:
        place = place_of(error, options.submission)
        if options.submission == ROOT and not place:
            raise
        parser.error(f'argument --submission: {options.submission} cannot be '
                     f'trained: {place}{type(error).__name__}: '
                     f'{message_of(error)}')


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
    parser = Parser(description=description)
    parser.add_argument('--epochs', type=positive, metavar='N',
                        help='times to train on every digit (default: '
                        f'{EPOCHS}, or none with --load)')
    parser.add_argument('--batch-size', type=positive, default=256,
                        metavar='N', help='digits in a step of training '
                        '(default: 256)')
    parser.add_argument('--seed', type=seed, default=0, metavar='N',
                        help='where the random numbers start (default: 0)')
    parser.add_argument('--data', type=Path, metavar='PATH',
                        help='digits to use instead of those that Keras '
                        'downloads: a .npz file in its layout, or a folder '
                        'with the four IDX files, plain or gzipped')
    parser.add_argument('--classes', type=names, default=[],
                        metavar='NAME,...', help='what the classes are '
                        'called, from class 0 on')
    parser.add_argument('--submission', type=Path, default=ROOT, metavar='DIR',
                        help='folder of the numbered file to train '
                        '(default: %(default)s)')
    parser.add_argument('--plots', type=Path, default=Path('plots'),
                        metavar='DIR', help='folder for the pictures '
                        '(default: plots)')
    parser.add_argument('--save', type=weights_file, metavar='FILE.weights.h5',
                        help='file to write the weights to')
    parser.add_argument('--load', type=weights_file, metavar='FILE.weights.h5',
                        help='file of an earlier --save to start from')
    return parser


def names(text):
    """Parse names between commas."""
    found = [name.strip() for name in text.split(',')]
    if not all(found):
        raise argparse.ArgumentTypeError(f'{text!r} has an empty name')
    return found


def names_of(labels, classes):
    """Return the name of each label, or [] if classes have no names.

    Raises:
        UsageError: if a class has no name.
    """
    if not classes:
        return []
    for label in min(labels), max(labels):
        if not 0 <= label < len(classes):
            raise UsageError(f'argument --classes: {len(classes)} names, but '
                             f'the digits have a class {label}')
    return [classes[label] for label in labels]


def weights_file(text):
    """Parse the name of a file with weights, as Keras wants it."""
    if not text.endswith('.weights.h5'):
        raise argparse.ArgumentTypeError(
            f'{text!r} does not end with .weights.h5')
    return Path(text)


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
            f'{text!r} is not a whole number from {least} to {2 ** 32 - 1}')
    return int(text)


def load(path):
    """Return the function autoencoder of a numbered file.

    Raises:
        UsageError: if the file or its function is missing.
    """
    if not path.is_file():
        raise UsageError(f'argument --submission: there is no {path.name} in '
                         f'{path.parent}')
    spec = importlib.util.spec_from_file_location('submission', path)
    submission = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(submission)
    if not callable(getattr(submission, 'autoencoder', None)):
        raise UsageError(f'argument --submission: {path} defines no function '
                         'autoencoder')
    return submission.autoencoder


def check_keras(version):
    """Raise a UsageError if Keras sums penalties over the batch."""
    if (3, 0) <= tuple(map(int, re.findall(r'\d+', version)[:2])) < (3, 14):
        raise UsageError(f'Keras {version} sums activity penalties over the '
                         'batch, so this needs Keras 2.15, or 3.14 or newer; '
                         'pip install -r requirements.txt')
