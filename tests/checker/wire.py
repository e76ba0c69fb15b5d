"""The protocol as JSON.

The grader checks all that it reads, because a submission may have written
it.  Arrays are float32 on the way and float64 once they are read.
"""
import base64
import dataclasses
import typing
from typing import Any

import numpy as np

from checker.protocol import Raised

# No text is longer than this, in characters.
LONGEST_TEXT = 2000


class Malformed(ValueError):
    """A message is not what the protocol allows."""


def decode_reply(kind: type, value: Any) -> Any:
    """Return the reply to a request: a value of the kind, or a Raised.

    Raises:
        Malformed: as decode().
    """
    if not isinstance(value, dict) or len(value) != 1:
        raise Malformed('not a reply')
    (name, content), = value.items()
    return decode(Raised if name == 'raised' else kind, content)


def encode(value: Any) -> Any:
    """Return a dataclass, an array or a container as JSON can hold it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: encode(getattr(value, field.name))
                for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: encode(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, np.ndarray):
        return {'shape': list(value.shape), 'float32': base64.b64encode(
            np.ascontiguousarray(value, '<f4')).decode()}
    return value


def decode(kind: Any, value: Any) -> Any:
    """Return decoded JSON as a value of a kind.

    Raises:
        Malformed: if a type, a length, a number or a text is not allowed.
    """
    try:
        return _decode(kind, value)
    except (ArithmeticError, AttributeError, LookupError, RecursionError,
            TypeError, ValueError) as error:
        raise Malformed(f'not a {kind}') from error


def _decode(kind: Any, value: Any) -> Any:
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin is typing.Union:
        return None if value is None else _decode(arguments[0], value)
    if origin is tuple and isinstance(value, list):
        return tuple(_decode(arguments[0], item) for item in value)
    if origin is dict and isinstance(value, dict):
        return {printable(key): _decode(arguments[1], item)
                for key, item in value.items()}
    if isinstance(value, dict):
        return _decode_array(value) if kind is np.ndarray else (
            _decode_dataclass(kind, value))
    return _decode_scalar(kind, value)


def _decode_dataclass(kind: Any, value: dict[str, Any]) -> Any:
    hints = typing.get_type_hints(kind)
    if not hasattr(kind, '__dataclass_fields__') or set(value) != set(hints):
        raise Malformed
    return kind(**{name: _decode(hint, value[name])
                   for name, hint in hints.items()})


def _decode_array(value: dict[str, Any]) -> np.ndarray:
    array = np.frombuffer(base64.b64decode(value['float32']), '<f4')
    return array.reshape(_decode(tuple[int, ...], value['shape'])).astype(
        float)


def _decode_scalar(kind: Any, value: Any) -> Any:
    if kind is float and type(value) in (int, float):
        return float(value)
    if kind is bool and type(value) is bool:
        return value
    if kind is int and type(value) is int and 0 <= value < 2 ** 31:
        return value
    if kind is str and type(value) is str:
        return printable(value)
    raise Malformed


def printable(text: str) -> str:
    """Return a text with printable characters and line ends alone, cut to
    LONGEST_TEXT."""
    return ''.join(
        character if character == '\n' or character.isprintable()
        else ascii(character)[1:-1] for character in text[:LONGEST_TEXT])
