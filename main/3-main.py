#!/usr/bin/env python3
"""Train the variational autoencoder on MNIST and show what it learnt."""
from options import names_of, run
import latent_plane
import mnist
import numpy as np
import plots
from weights import learn

FILE = '3-variational.py'
CALL = 784, [512], 2


def elbo_terms(x, p, z_mean, z_log_var):
    """Return the cross-entropy and the KL divergence of each digit, in nats.

    Both are (n,), for digits x and probabilities p, (n, 784), and for mean
    and log variance, (n, 2).  Their sum is the negative ELBO, which training
    minimises with different noise in z.
    """
    p = p.clip(1e-7, 1 - 1e-7)
    return (-(x * np.log(p) + (1 - x) * np.log(1 - p)).sum(axis=1),
            (z_mean ** 2 + np.exp(z_log_var) - z_log_var - 1).sum(
                axis=1) / 2)


def main(autoencoder, options):
    """Load, train, print, plot."""
    (x_train, _), (x_test, y_test) = mnist.load(options.data)
    names = names_of(y_test, options.classes)[:mnist.SHOWN]
    x_train = x_train.reshape(-1, 784)
    x_test = x_test.reshape(-1, 784)

    encoder, decoder, auto = autoencoder(*CALL)
    history = learn(auto, x_train, x_test, options)

    digits = mnist.scale(x_test)
    z, z_mean, z_log_var = encoder.predict(digits, verbose=0)
    shown = slice(mnist.SHOWN)
    print('Means:', z_mean[shown], sep='\n')
    print('Standard deviations:', np.exp(z_log_var[shown] / 2), sep='\n')

    reconstructions = decoder.predict(z, verbose=0)
    cross_entropies, divergences = elbo_terms(
        digits, reconstructions, z_mean, z_log_var)
    print(f'Negative ELBO: cross-entropy {cross_entropies.mean():.2f} + '
          f'KL divergence {divergences.mean():.2f} nats')
    worst = (-cross_entropies).argsort()[:mnist.SHOWN]

    pictures = [
        plots.reconstructions(digits[shown], reconstructions[shown],
                              options.plots / '3-reconstructions.png',
                              names=names),
        plots.reconstructions(digits[worst], reconstructions[worst],
                              options.plots / '3-worst.png',
                              'The worst reconstructions of test digits',
                              names_of(y_test[worst], options.classes)),
        plots.losses(history, options.plots / '3-losses.png')]
    if z.shape[1] == 2:
        points = np.linspace(-3, 3, 25)
        grid = np.stack(np.meshgrid(points, -points), axis=-1).reshape(-1, 2)
        decoded = decoder.predict(grid, verbose=0).reshape(25, 25, 28, 28)
        pictures += [
            plots.latent_grid(decoded, 3, options.plots / '3-latent-grid.png'),
            plots.latent_plane(z_mean, y_test,
                               options.plots / '3-latent-plane.png',
                               options.classes)]
        latent_plane.write(options.plots / '3-latent-plane.html', decoder,
                           x_test, y_test, z_mean, z_log_var,
                           options.classes)
    else:
        print('Latent plane: left out, because it needs 2 latent dimensions '
              f'and z has {z.shape[1]}')
    plots.show(pictures)


if __name__ == '__main__':
    run(main, FILE)
