#!/usr/bin/env python3
"""Train the vanilla autoencoder on MNIST and show what it learnt."""
from options import names_of, run
import mnist
import plots
from weights import learn

FILE = '0-vanilla.py'
CALL = 784, [128, 64], 32


def main(autoencoder, options):
    """Load, train, print, plot."""
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    names = names_of(y_test, options.classes)[:mnist.SHOWN]
    x_train = x_train.reshape(-1, 784)
    x_test = x_test.reshape(-1, 784)

    encoder, decoder, auto = autoencoder(*CALL)
    history = learn(auto, x_train, x_test, options)

    digits = mnist.scale(x_test[:mnist.SHOWN])
    z = encoder.predict(digits, verbose=0)
    reconstructions = decoder.predict(z, verbose=0)
    print('Mean encoding:', z.mean())

    plots.show([
        plots.reconstructions(digits, reconstructions,
                              options.plots / '0-reconstructions.png',
                              names=names),
        plots.losses(history, options.plots / '0-losses.png')])


if __name__ == '__main__':
    run(main, FILE)
