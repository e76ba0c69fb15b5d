"""Where the digits come from."""
import gzip
import io
import zipfile

import mnist
import numpy as np
import pytest

IMAGES = np.arange(20 * 784).reshape(20, 28, 28).astype('uint8')
LABELS = np.arange(20) % 10
GOOD = {'x_train': IMAGES, 'y_train': LABELS,
        'x_test': IMAGES[:10], 'y_test': LABELS[:10]}


def write_idx(folder, suffix=''):
    """Write the four IDX files, gzipped where the suffix is .gz."""
    for names, part in zip(mnist.IDX_FILES, ('train', 'test')):
        for name, array in zip(names, (GOOD[f'x_{part}'],
                                       GOOD[f'y_{part}'])):
            content = (bytes([0, 0, 8, array.ndim])
                       + np.array(array.shape, '>i4').tobytes()
                       + array.astype('uint8').tobytes())
            if suffix:
                content = gzip.compress(content)
            (folder / (name + suffix)).write_bytes(content)


def assert_good(digits):
    """Assert that these are the digits of GOOD."""
    (x_train, y_train), (x_test, y_test) = digits
    for found, key in ((x_train, 'x_train'), (y_train, 'y_train'),
                       (x_test, 'x_test'), (y_test, 'y_test')):
        np.testing.assert_array_equal(found, GOOD[key])


def test_npz(tmp_path):
    """A .npz file in Keras's layout."""
    np.savez(tmp_path / 'digits.npz', **GOOD)
    assert_good(mnist.load(tmp_path / 'digits.npz'))


@pytest.mark.parametrize('suffix', ['', '.gz'])
def test_idx(tmp_path, suffix):
    """A folder of IDX files."""
    write_idx(tmp_path, suffix)
    assert_good(mnist.load(tmp_path))


def test_packaged_digits_have_all_classes_in_both_parts():
    """4,000 and 1,000, ten classes in each, the first ten all different."""
    (x_train, y_train), (x_test, y_test) = mnist.packaged()
    assert x_train.shape == (4000, 28, 28) and x_test.dtype == np.uint8
    assert set(np.bincount(y_train)) == {400}
    assert set(np.bincount(y_test)) == {100}
    assert len(set(y_test[:10])) == 10


@pytest.mark.parametrize('change', [
    {'x_test': None}, {'x_train': IMAGES / 255}, {'x_test': IMAGES[:, 1:]},
    {'y_train': LABELS[1:]}, {'y_test': LABELS[:10] / 2},
    {'x_test': IMAGES[:9], 'y_test': LABELS[:9]},
    {'x_train': np.array([None])}])
def test_wrong_npz_is_named(tmp_path, change):
    """Wrong keys, types, shapes, lengths, or pickled objects."""
    arrays = {key: array for key, array in {**GOOD, **change}.items()
              if array is not None}
    np.savez(tmp_path / 'digits.npz', **arrays)
    with pytest.raises(mnist.DataError, match='digits.npz: .*expected'):
        mnist.load(tmp_path / 'digits.npz')


def zipped(change):
    """Return a zip file of members that are empty, with changed bytes."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, 'w') as archive:
        for name in GOOD:
            archive.writestr(f'{name}.npy', b'')
    return change(file.getvalue())


@pytest.mark.parametrize('content', [
    b'', b'PK', b'not a zip file', zipped(bytes),
    # Encrypted, and compressed in a way that nobody knows.
    zipped(lambda all: all.replace(b'PK\1\2\24\3\24\0\0',
                                   b'PK\1\2\24\3\24\0\1')),
    zipped(lambda all: all.replace(b'PK\1\2\24\3\24\0\0\0\0',
                                   b'PK\1\2\24\3\24\0\0\0\x4d'))])
def test_corrupt_npz_is_named(tmp_path, content):
    """A file that is not a .npz file at all."""
    (tmp_path / 'digits.npz').write_bytes(content)
    with pytest.raises(mnist.DataError, match='digits.npz: .*expected'):
        mnist.load(tmp_path / 'digits.npz')


def test_truncated_npz_is_named(tmp_path):
    """A .npz file that was cut off."""
    path = tmp_path / 'digits.npz'
    np.savez_compressed(path, **GOOD)
    content = path.read_bytes()
    path.write_bytes(content[:len(content) // 2])
    with pytest.raises(mnist.DataError, match='expected'):
        mnist.load(path)


@pytest.mark.parametrize('keep', [0, 3, 10, 100])
@pytest.mark.parametrize('suffix', ['', '.gz'])
def test_truncated_idx_is_named(tmp_path, suffix, keep):
    """An IDX file that was cut off."""
    write_idx(tmp_path, suffix)
    path = tmp_path / f't10k-images-idx3-ubyte{suffix}'
    path.write_bytes(path.read_bytes()[:keep])
    with pytest.raises(mnist.DataError, match='t10k-images'):
        mnist.load(tmp_path)


def test_missing_idx_is_named(tmp_path):
    """A folder without one of the four files."""
    write_idx(tmp_path)
    (tmp_path / 't10k-labels-idx1-ubyte').unlink()
    with pytest.raises(mnist.DataError, match='t10k-labels-idx1-ubyte'):
        mnist.load(tmp_path)
