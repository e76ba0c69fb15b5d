#!/usr/bin/env python3
"""Compare an epoch of the drivers with one of a plain fit, in one run."""
import argparse
import os
import statistics
import subprocess
import sys
import time

import driver
import mnist

CALLS = (('0-vanilla.py', (784, [128, 64], 32), (-1, 784)),
         ('1-sparse.py', (784, [128, 64], 32, 10e-6), (-1, 784)),
         ('2-convolutional.py', ((28, 28, 1), [16, 8, 8], (4, 4, 8)),
          (-1, 28, 28, 1)),
         ('3-variational.py', (784, [512], 2), (-1, 784)))


def measure(task, way, options):
    """Train in this process; print seconds an epoch and validation loss."""
    (x_train, _), (x_test, _) = mnist.load(options.data)
    name, call, shape = CALLS[task]
    x_train, x_test = x_train.reshape(shape), x_test.reshape(shape)
    from tensorflow import keras
    _, _, auto = driver.load(options, name)(*call)
    ends = []
    fit = auto.fit

    def timed(*arguments, callbacks=(), **keywords):
        clock = keras.callbacks.LambdaCallback(
            on_epoch_end=lambda epoch, logs: ends.append(time.perf_counter()))
        return fit(*arguments, callbacks=[*callbacks, clock], **keywords)

    if way == 'plain':
        x_train, x_test = mnist.scale(x_train), mnist.scale(x_test)
        history = timed(x_train, x_train, epochs=options.epochs,
                        batch_size=256, shuffle=True, verbose=0,
                        validation_data=(x_test, x_test)).history
    else:
        auto.fit = timed
        history = driver.train(auto, x_train, x_test, options)
    seconds = statistics.median(b - a for a, b in zip(ends, ends[1:]))
    print(seconds, history['val_loss'][-1])


def main():
    """Run each network both ways, each in a process of its own."""
    parser = driver.make_parser(__doc__)
    parser.set_defaults(epochs=4)
    parser.add_argument('--one', nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one:
        measure(int(options.one[0]), options.one[1], options)
        return
    print('task  plain s  driver s  ratio  plain val_loss  driver val_loss')
    for task in range(len(CALLS)):
        found = []
        for way in ('plain', 'driver'):
            environment = dict(os.environ)
            if way == 'driver':
                environment = {**driver.ENVIRONMENT, **environment}
            output = subprocess.run(
                [sys.executable, __file__, *sys.argv[1:], '--one', str(task),
                 way], env=environment, stdout=subprocess.PIPE, text=True,
                check=True).stdout
            found.append([float(n) for n in output.split('\n')[-2].split()])
        (plain, loss), (ours, our_loss) = found
        print(f'{task:4}  {plain:7.2f}  {ours:8.2f}  {ours / plain:5.2f}  '
              f'{loss:14.4f}  {our_loss:15.4f}', flush=True)


if __name__ == '__main__':
    main()
