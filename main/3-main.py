#!/usr/bin/env python3
"""Train the variational autoencoder on MNIST and show what it learnt."""
import numpy as np

import driver
import mnist
import plots


def main(options):
    """Load, train, print, plot."""
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    x_train = x_train.reshape(-1, 784)
    x_test = x_test.reshape(-1, 784)

    autoencoder = driver.load(options, '3-variational.py')
    encoder, decoder, auto = autoencoder(784, [512], 2)
    history = driver.train(auto, x_train, x_test, options)

    digits = mnist.scale(x_test)
    z, means, log_variances = encoder.predict(digits, verbose=0)
    shown = slice(mnist.SHOWN)
    print('Means:', means[shown], sep='\n')
    print('Standard deviations:', np.exp(log_variances[shown] / 2), sep='\n')

    reconstructions = decoder.predict(z[shown], verbose=0)
    points = np.linspace(-3, 3, 25)
    grid = np.stack(np.meshgrid(points, -points), axis=-1).reshape(-1, 2)
    decoded = decoder.predict(grid, verbose=0).reshape(25, 25, 28, 28)

    driver.finish(history, [
        plots.reconstructions(digits[shown], reconstructions,
                              options.plots / '3-reconstructions.png'),
        plots.losses(history, options.plots / '3-losses.png'),
        plots.latent_grid(decoded, 3, options.plots / '3-latent-grid.png'),
        plots.latent_plane(means, y_test,
                           options.plots / '3-latent-plane.png')])


if __name__ == '__main__':
    driver.run(main)
