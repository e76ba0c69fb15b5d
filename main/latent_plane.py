"""A page that decodes the latent plane in the browser that shows it."""
import base64
import io
import json
from pathlib import Path

import numpy as np
from files import written
from PIL import Image

TEMPLATE = Path(__file__).with_suffix('.html')
SHOWN = 2000
ACROSS = 50


def write(path, decoder, digits, labels, z_mean, z_log_var, classes=()):
    """Write the page and print its path; say so if there can be none.

    Args:
        path: the file to write.
        decoder: model from (batch, 2) to (batch, 784).
        digits: uint8 images, (n, 784); the first SHOWN are shown.
        labels: their classes, (n,).
        z_mean, z_log_var: what the encoder gives for them, (n, 2).
        classes: the names of the classes, if they have any.
    """
    weights = decoder.get_weights()
    if not computes(decoder, weights):
        print('Page: left out, because the decoder is not made of dense '
              'layers with relu, and sigmoid at the end')
        return
    points = np.hstack([z_mean, np.exp(z_log_var / 2)])[:SHOWN].astype(float)
    page = {
        'sizes': [len(bias) for bias in weights[1::2]],
        'weights': encode(np.concatenate([array.ravel() for array in weights])
                          .astype('<f2').tobytes()),
        'box': box(points[:, :2]), 'classes': list(classes),
        'points': [[*point, int(label)] for point, label
                   in zip(points.round(4).tolist(), labels)],
        'digits': 'data:image/png;base64,' + encode(mosaic(digits[:SHOWN])),
        'across': ACROSS}
    # Names of classes may have what would end the script.
    content = json.dumps(page).replace('<', r'\u003c')
    text = TEMPLATE.read_text(encoding='utf-8')
    with written('--plots', path) as part:
        part.write_text(text.replace('page = null', f'page = {content}'),
                        encoding='utf-8')
    print(f'Page: {path}')


def box(points):
    """Return what the page shows: left, bottom, right and top.

    It holds the points, (n, 2), and 5 % more on each side, and is never
    narrow, even if one of the dimensions says nothing.
    """
    low, high = points.min(axis=0), points.max(axis=0)
    size = high - low
    half = 0.55 * np.maximum(size, max(size.max() / 3, 1e-3))
    middle = (low + high) / 2
    return [*(middle - half).tolist(), *(middle + half).tolist()]


def computes(decoder, weights):
    """Return whether the page can compute what the decoder computes."""
    z = np.random.default_rng(0).uniform(-4, 4, (100, 2))
    try:
        return np.allclose(decode(weights, z), decoder.predict(z, verbose=0),
                           atol=1e-4)
    except ValueError:
        return False


def decode(weights, z):
    """Return what the page's decoder makes of z, (n, 2).

    Args:
        weights: kernel and bias of each dense layer in turn.

    Raises:
        ValueError: if the weights do not fit.
    """
    *hidden, (kernel, bias) = zip(weights[::2], weights[1::2])
    for each_kernel, each_bias in hidden:
        z = np.maximum(z @ each_kernel + each_bias, 0)
    return 1 / (1 + np.exp(-(z @ kernel + bias)))


def mosaic(digits):
    """Return a PNG file of 28 x 28 images, ACROSS in a row."""
    rows = -(-len(digits) // ACROSS)
    images = np.zeros((rows * ACROSS, 28, 28), np.uint8)
    images[:len(digits)] = digits.reshape(-1, 28, 28)
    images = images.reshape(rows, ACROSS, 28, 28).swapaxes(1, 2)
    file = io.BytesIO()
    Image.fromarray(images.reshape(rows * 28, ACROSS * 28)).save(file, 'PNG')
    return file.getvalue()


def encode(content):
    """Return bytes in base64, as text."""
    return base64.b64encode(content).decode()
