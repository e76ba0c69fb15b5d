#!/usr/bin/env python3
"""Time the training of the drivers beside a plain fit, in one run.

With --checker, time a check of the four files instead.
"""
import argparse
import math
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import options
import mnist
import networks
import training

SUBMISSIONS = 11


def measure(task, way, path, epochs):
    """Train in this process.

    It prints how many seconds the whole and the median epoch after the first
    took, and the validation loss.
    """
    (x_train, _), (x_test, _) = mnist.load(path)
    from tensorflow import keras
    keras.utils.set_random_seed(0)
    *_, auto = networks.build(networks.DRIVERS[task])
    shape = -1, *auto.input_shape[1:]
    x_train, x_test = x_train.reshape(shape), x_test.reshape(shape)
    ends = []
    how = {'epochs': epochs, 'batch_size': 256, 'verbose': 0, 'callbacks': [
        keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
    ]}
    begin = time.perf_counter()
    if way == 'plain':
        x_train, x_test = mnist.scale(x_train), mnist.scale(x_test)
        history = auto.fit(x_train, x_train, shuffle=True,
                           validation_data=(x_test, x_test), **how).history
    else:
        history = training.train(auto, x_train, x_test, **how)
    whole = time.perf_counter() - begin
    # Of a single epoch no time is known that is free of compilation.
    epoch = statistics.median(
        [b - a for a, b in zip(ends, ends[1:])] or [math.nan])
    print(whole, epoch, history['val_loss'][-1])


def time_checker():
    """Print how many seconds one submission takes, and each further one."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(number)) for number in range(SUBMISSIONS)]
        for copy in folders:
            copy.mkdir()
            for file in options.ROOT.glob('[0-3]-*.py'):
                shutil.copy(file, copy)
        seconds = []
        for some in (folders[:1], folders):
            begin = time.perf_counter()
            run = subprocess.run(
                [sys.executable, options.ROOT / 'tests' / 'check.py', '-q',
                 '-n', '2', *some], stdout=subprocess.DEVNULL)
            if run.returncode:
                sys.exit(run.returncode)
            seconds.append(time.perf_counter() - begin)
    first, all_of_them = seconds
    print(f'one submission: {first:.1f} s, each further one: '
          f'{(all_of_them - first) / (SUBMISSIONS - 1):.1f} s')


def main():
    """Run each network both ways, each in a process of its own."""
    parser = options.Parser(description=__doc__.partition('\n')[0])
    parser.add_argument('--data', type=Path, metavar='PATH',
                        help='digits to use, as with the drivers')
    parser.add_argument('--epochs', type=options.positive, default=4,
                        metavar='N', help='epochs of each training')
    parser.add_argument('--pairs', type=options.positive, default=1,
                        metavar='N', help='show the medians of so many')
    parser.add_argument('--checker', action='store_true',
                        help='time the checker instead, on two processes')
    parser.add_argument('--one', nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.checker:
        time_checker()
        return
    if given.one:
        task, way = given.one
        try:
            measure(int(task), way, given.data, given.epochs)
        except mnist.DataError as error:
            parser.error(f'argument --data: {error}')
        return
    print('task  whole: plain s  driver s  ratio  '
          'epoch: plain s  driver s  ratio  val_loss: plain  driver')
    for task in map(str, range(len(networks.DRIVERS))):
        pairs = [[one(task, way) for way in ('plain', 'driver')]
                 for _ in range(given.pairs)]
        (plain, plain_epoch, loss), (ours, our_epoch, our_loss) = (
            [statistics.median(numbers) for numbers in zip(*runs)]
            for runs in zip(*pairs))
        print(f'{task:4}  {plain:14.2f}  {ours:8.2f}  {ours / plain:5.2f}  '
              f'{plain_epoch:14.2f}  {our_epoch:8.2f}  '
              f'{our_epoch / plain_epoch:5.2f}  '
              f'{loss:15.4f}  {our_loss:6.4f}', flush=True)


def one(task, way):
    """Train in a process of its own; return what measure() prints."""
    environment = dict(os.environ)
    if way == 'driver':
        environment = {**options.ENVIRONMENT, **environment}
    run = subprocess.run(
        [sys.executable, __file__, *sys.argv[1:], '--one', task, way],
        env=environment, stdout=subprocess.PIPE, text=True)
    if run.returncode:
        sys.exit(run.returncode)
    return [float(number) for number in run.stdout.splitlines()[-1].split()]


if __name__ == '__main__':
    main()
