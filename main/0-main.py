#!/usr/bin/env python3
"""Train the vanilla autoencoder on MNIST and show what it learnt."""
import driver
import mnist
import plots


def main(options):
    """Load, train, print, plot."""
    (x_train, _), (x_test, _) = mnist.load(options.data)
    x_train = x_train.reshape(-1, 784)
    x_test = x_test.reshape(-1, 784)

    autoencoder = driver.load(options, '0-vanilla.py')
    encoder, decoder, auto = autoencoder(784, [128, 64], 32)
    history = driver.train(auto, x_train, x_test, options)

    digits = mnist.scale(x_test[:mnist.SHOWN])
    encodings = encoder.predict(digits, verbose=0)
    reconstructions = decoder.predict(encodings, verbose=0)
    print('Mean encoding:', encodings.mean())

    driver.finish(history, [
        plots.reconstructions(digits, reconstructions,
                              options.plots / '0-reconstructions.png'),
        plots.losses(history, options.plots / '0-losses.png')])


if __name__ == '__main__':
    driver.run(main)
