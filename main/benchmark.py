#!/usr/bin/env python3
"""Compare an epoch of the drivers with one of a plain fit, in one run.

With --checker, time a check of the four files instead.
"""
import argparse
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import driver
import mnist
import networks

EPOCHS = 4
SUBMISSIONS = 11
ROOT = Path(__file__).resolve().parents[1]


def measure(task, way, path):
    """Train in this process; print seconds an epoch and validation loss."""
    (x_train, _), (x_test, _) = mnist.load(path)
    *_, shape = networks.CALLS[task]
    x_train, x_test = x_train.reshape(shape), x_test.reshape(shape)
    from tensorflow import keras
    keras.utils.set_random_seed(0)
    _, _, auto = networks.build(task)
    ends = []
    fit = auto.fit

    def timed(*arguments, callbacks=(), **keywords):
        clock = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
        return fit(*arguments, callbacks=[*callbacks, clock], **keywords)

    if way == 'plain':
        x_train, x_test = mnist.scale(x_train), mnist.scale(x_test)
        history = timed(x_train, x_train, epochs=EPOCHS,
                        batch_size=256, shuffle=True, verbose=0,
                        validation_data=(x_test, x_test)).history
    else:
        auto.fit = timed
        history = driver.train(auto, x_train, x_test, argparse.Namespace(
            epochs=EPOCHS, batch_size=256))
    seconds = statistics.median(b - a for a, b in zip(ends, ends[1:]))
    print(seconds, history['val_loss'][-1])


def time_checker():
    """Print the seconds that a submission takes, and each further one."""
    with tempfile.TemporaryDirectory() as folder:
        folders = [Path(folder, str(number)) for number in range(SUBMISSIONS)]
        for copy in folders:
            copy.mkdir()
            for file in ROOT.glob('[0-3]-*.py'):
                shutil.copy(file, copy)
        seconds = []
        for some in (folders[:1], folders):
            begin = time.perf_counter()
            subprocess.run(
                [sys.executable, '-m', 'pytest', '-c', ROOT / 'pytest.ini',
                 '-q', '-n', '2', '--submission', *some],
                cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            seconds.append(time.perf_counter() - begin)
    first, all_of_them = seconds
    print(f'one submission: {first:.1f} s, each further one: '
          f'{(all_of_them - first) / (SUBMISSIONS - 1):.1f} s')


def main():
    """Run each network both ways, each in a process of its own."""
    parser = driver.Parser(description=__doc__.partition('\n')[0])
    parser.add_argument('--data', type=Path, metavar='PATH',
                        help='digits to use, as with the drivers')
    parser.add_argument('--checker', action='store_true',
                        help='time the checker instead, on two processes')
    parser.add_argument('--one', nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.checker:
        time_checker()
        return
    if options.one:
        task, way = options.one
        try:
            measure(int(task), way, options.data)
        except mnist.DataError as error:
            parser.error(f'argument --data: {error}')
        return
    print('task  plain s  driver s  ratio  plain val_loss  driver val_loss')
    for task in range(len(networks.CALLS)):
        found = []
        for way in ('plain', 'driver'):
            environment = dict(os.environ)
            if way == 'driver':
                environment = {**driver.ENVIRONMENT, **environment}
            run = subprocess.run(
                [sys.executable, __file__, *sys.argv[1:], '--one', str(task),
                 way], env=environment, stdout=subprocess.PIPE, text=True)
            if run.returncode:
                sys.exit(run.returncode)
            last_line = run.stdout.splitlines()[-1]
            found.append([float(number) for number in last_line.split()])
        (plain, loss), (ours, our_loss) = found
        print(f'{task:4}  {plain:7.2f}  {ours:8.2f}  {ours / plain:5.2f}  '
              f'{loss:14.4f}  {our_loss:15.4f}', flush=True)


if __name__ == '__main__':
    main()
