"""Which Python and packages judge, without importing any of them."""
import contextlib
import platform
from importlib import metadata

PACKAGES = {'tensorflow': 'TensorFlow', 'tensorflow-cpu': 'TensorFlow',
            'keras': 'Keras'}


def installed() -> dict[str, str]:
    """Return {'TensorFlow': its version, ...} of what is installed."""
    found: dict[str, str] = {}
    for package, name in PACKAGES.items():
        with contextlib.suppress(metadata.PackageNotFoundError):
            found.setdefault(name, metadata.version(package))
    return found


def full() -> str:
    """Return all versions in a line."""
    every = {'Python': platform.python_version(), **installed()}
    return ', '.join(f'{name} {number}' for name, number in every.items())


def short() -> str:
    """Return the versions of TensorFlow and Keras, for a headline."""
    return ', '.join(f'{name} {".".join(number.split(".")[:2])}'
                     for name, number in installed().items())
