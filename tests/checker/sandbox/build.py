"""Imports a submission, calls its autoencoder() and tries the models.

Each line from the grader is a request, and each gets a line of reply.
"""
import ast
import base64
import copy
import hashlib
import json
import random
import sys
import types
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tensorflow as tf

from checker.protocol import Build, Experiment, Import, Imported, Trial
from checker.sandbox.errors import describe
from checker.sandbox.experiments import run_experiment
from checker.sandbox.models import Models
from checker.wire import decode, encode


def converse(requests: BinaryIO, replies: BinaryIO) -> None:
    """Answer requests until there are no more."""
    file = LoadedFile()
    # The sandbox is entered: what happens from now on is the file's doing.
    replies.write(b'{}\n')
    replies.flush()
    for line in requests:
        request = json.loads(line)
        (name, content), = request.items()
        try:
            reply = {'value': getattr(file, name)(content)}
        except BaseException as error:
            reply = {'raised': describe(error, file.name)}
        replies.write(json.dumps(encode(reply)).encode() + b'\n')
        replies.flush()


class LoadedFile:
    """A numbered file and the models that its calls returned."""

    def __init__(self) -> None:
        self.name = ''
        self.autoencoder: Any = None
        self.builds: list[Models] = []

    def load(self, content: Any) -> Imported:
        """Import the file of an Import."""
        request = Import(**content)
        self.name = request.name
        seed_generators(request.seed)
        source = base64.b64decode(request.source)
        # Tracebacks and AutoGraph look there for the lines of functions.
        Path(self.name).write_bytes(source)
        module = sys.modules['submission'] = types.ModuleType('submission')
        module.__file__ = self.name
        exec(compile(source, self.name, 'exec', dont_inherit=True),
             vars(module))
        self.autoencoder = vars(module).get('autoencoder')
        return Imported(
            tuple(name for name, value in vars(module).items()
                  if type(value) is types.FunctionType),
            callable(self.autoencoder))

    def call(self, spelled: str) -> Build:
        """Call autoencoder() with arguments as Python writes them."""
        arguments = ast.literal_eval(spelled)
        given = copy.deepcopy(arguments)
        returned = self.autoencoder(*given)
        if not tf.executing_eagerly():
            raise RuntimeError('the file disables eager execution, without '
                               'which its models cannot be checked')
        self.builds.append(Models(arguments, given, returned, self.builds,
                                  self.name))
        return self.builds[-1].build

    def experiment(self, content: Any) -> Any:
        """Run an experiment on the models of a call."""
        return run_experiment(
            Experiment[content['name']], self.builds[content['build']],
            decode(Trial, content['trial']))


def seed_generators(seed: str) -> None:
    """Seed what draws random numbers, once for all calls of the file."""
    numbers = [int.from_bytes(hashlib.sha256(
        f'{seed} {name}'.encode()).digest()[:4], 'big')
        for name in ('random', 'numpy', 'tensorflow')]
    random.seed(numbers[0])
    np.random.seed(numbers[1])
    tf.random.set_seed(numbers[2])
