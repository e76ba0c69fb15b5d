"""Runs in the child: builds models, tries experiments, tells what it saw."""
import base64
import contextlib
import copy
import json
import sys
import traceback
import types
from pathlib import Path

import tensorflow as tf

from checker.experiments import EXPERIMENTS
from checker.observation import Setting, Unjudgeable, parse, plain
from checker.specification import spell
from checker.subject import Subject, describe

# Of a traceback, of which an endless recursion has too many.
FRAMES = 200


def converse(requests, replies):
    """Build what the first request asks for, then try experiments."""
    request = json.loads(requests.readline())
    problem, subjects = '', []
    try:
        subjects = build(base64.b64decode(request['source']),
                         request['name'], request['calls'])
    except Unjudgeable as found:
        problem = str(found)
    answer(replies, {'problem': problem,
                     'built': [subject.built for subject in subjects]})
    for line in requests:
        request = json.loads(line)
        settings = [parse(Setting, setting)
                    for setting in request['settings']]
        results = []
        for number, name, setting in request['experiments']:
            try:
                results.append(EXPERIMENTS[name](subjects[number],
                                                 settings[setting]))
            except BaseException as error:
                results.append({'error': describe(error)})
        answer(replies, results)


def answer(replies, value):
    """Send a line of JSON."""
    replies.write(json.dumps(plain(value)).encode() + b'\n')
    replies.flush()


def build(source, name, calls):
    """Return the Subjects of each call, made twice, or raise Unjudgeable."""
    with blaming('cannot be imported', name):
        # Where tracebacks, and AutoGraph, look for the lines of functions.
        Path(name).write_bytes(source)
        module = sys.modules['submission'] = types.ModuleType('submission')
        module.__file__ = name
        exec(compile(source, name, 'exec', dont_inherit=True), vars(module))
        autoencoder = vars(module).get('autoencoder')
    if not callable(autoencoder):
        others = [name for name, value in vars(module).items()
                  if type(value) is types.FunctionType]
        raise Unjudgeable('has no function called autoencoder'
                          + f', but {", ".join(others)}' * bool(others))
    subjects = []
    for arguments in calls:
        arguments = tuple(
            tuple(argument) if place != 1 and isinstance(argument, list)
            else argument for place, argument in enumerate(arguments))
        before = None
        for time in ('', 'the second time '):
            given = copy.deepcopy(arguments)
            with blaming(f'raises {time}in {spell(arguments)}', name):
                returned = autoencoder(*given)
            if not tf.executing_eagerly():
                raise Unjudgeable('switches eager execution off, without '
                                  'which nothing can be seen of its models')
            with blaming(f'gives no models to look at in {spell(arguments)}',
                         name):
                before = Subject(arguments, given, returned, before)
            subjects.append(before)
    return subjects


@contextlib.contextmanager
def blaming(what, name):
    """Turn what a submission raises into Unjudgeable, which says where."""
    try:
        yield
    except BaseException as error:
        lines = ''.join(
            f'\n  {name}, line {frame.lineno}, in {frame.name}'
            f'\n    {frame.line}'
            # A submission may say what the exception's own attribute is.
            for frame in traceback.extract_tb(sys.exc_info()[2], -FRAMES)
            if frame.filename == name)
        raise Unjudgeable(f'{what}: {describe(error)}{lines}') from None
