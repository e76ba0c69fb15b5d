#!/usr/bin/env python3
"""Train the variational autoencoder on MNIST and show what it learnt."""
import numpy as np

import driver
import mnist
import plots


def negative_elbo(x, p, means, log_variances):
    """Return the cross-entropy and the KL divergence of each digit, in nats.

    Both are (n,), for digits x and probabilities p, (n, 784), and the
    encoder's (n, 2); their sum is what was minimised, with other noise in z.
    """
    p = p.clip(1e-7, 1 - 1e-7)
    return (-(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1),
            (means ** 2 + np.exp(log_variances) - log_variances - 1).sum(
                axis=1) / 2)


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

    reconstructions = decoder.predict(z, verbose=0)
    cross_entropies, divergences = negative_elbo(
        digits, reconstructions, means, log_variances)
    print(f'Negative ELBO: cross-entropy {cross_entropies.mean():.2f} + '
          f'KL divergence {divergences.mean():.2f} nats')
    worst = cross_entropies.argsort()[:-mnist.SHOWN - 1:-1]

    points = np.linspace(-3, 3, 25)
    grid = np.stack(np.meshgrid(points, -points), axis=-1).reshape(-1, 2)
    decoded = decoder.predict(grid, verbose=0).reshape(25, 25, 28, 28)

    driver.finish(history, [
        plots.reconstructions(digits[shown], reconstructions[shown],
                              options.plots / '3-reconstructions.png'),
        plots.reconstructions(digits[worst], reconstructions[worst],
                              options.plots / '3-worst.png',
                              'The test digits that are rebuilt worst'),
        plots.losses(history, options.plots / '3-losses.png'),
        plots.latent_grid(decoded, 3, options.plots / '3-latent-grid.png'),
        plots.latent_plane(means, y_test,
                           options.plots / '3-latent-plane.png')])


if __name__ == '__main__':
    driver.run(main)
