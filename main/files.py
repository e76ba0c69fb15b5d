"""The files that a driver writes: weights, pictures and the page."""
import contextlib
import os
import tempfile
from pathlib import Path

from errors import UsageError, reason_of

# Bytes that must be free: no driver writes a larger file.
ROOM = 2 ** 23


def check_writable(folder):
    """Raise a UsageError unless pictures can be written to `folder`."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        check_room(folder)
    except OSError as error:
        raise UsageError(f'argument --plots: cannot write to {folder}: '
                         f'{error.strerror}') from None


def check_room(folder):
    """Raise an OSError unless ROOM bytes can be written to `folder`."""
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(bytes(ROOM))


def check_weights(options):
    """Raise a UsageError unless weights can be written and read."""
    if options.load and not os.path.isfile(options.load):
        raise UsageError(f'argument --load: no such file: {options.load}')
    if not options.save:
        return
    if os.path.exists(options.save) and not os.path.isfile(options.save):
        raise UsageError(f'argument --save: not a file: {options.save}')
    try:
        check_room(Path(os.path.realpath(options.save)).parent)
    except OSError as error:
        raise UsageError(f'argument --save: cannot write {options.save}: '
                         f'{error.strerror}') from None


@contextlib.contextmanager
def written(option, path):
    """Give a path to write to; what it holds at the end becomes `path`.

    Raises:
        UsageError: if it cannot be written; then `path` is as it was.
    """
    target = Path(os.path.realpath(path))
    try:
        # On a full disk h5py would print dozens of lines.
        check_room(target.parent)
        with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
            yield Path(scratch, path.name)
            os.replace(Path(scratch, path.name), target)
    except OSError as error:
        raise UsageError(f'argument {option}: cannot write {path}: '
                         f'{reason_of(error)}') from None
