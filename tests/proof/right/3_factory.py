#!/usr/bin/env python3
"""A factory returns the function; noise is from a tf.random.Generator."""
import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

RANDOM = tf.random.Generator.from_non_deterministic_state()


class Gaussian(keras.layers.Layer):
    """A normal distribution, by its mean and its log variance."""

    def __init__(self, dims, beta=1.0, **kwargs):
        super(Gaussian, self).__init__(**kwargs)
        self.dims, self.beta = dims, beta

    def call(self, inputs):
        mu, log_var = inputs
        two_kl = -self.dims + tf.reduce_sum(
            tf.square(mu) + tf.exp(log_var) - log_var, axis=1)
        self.add_loss(self.beta * tf.reduce_mean(two_kl) / 2)
        eps = RANDOM.normal((tf.shape(mu)[0], self.dims))
        return mu + eps * tf.exp(log_var * np.float32(0.5))


def factory(beta=1.0):
    """Return autoencoder() for a weight of the KL divergence."""
    def build(input_dims, hidden_layers, latent_dims):
        """Return encoder, decoder, variational autoencoder."""
        image = h = keras.Input(shape=(input_dims,))
        for n in hidden_layers:
            h = keras.layers.Dense(n, activation='relu')(h)
        heads = [keras.layers.Dense(latent_dims)(h) for _ in 'ab']
        z = Gaussian(latent_dims, beta)(heads)
        encoder = keras.Model(image, [z] + heads)

        code = h = keras.Input(shape=(latent_dims,))
        for n in hidden_layers[::-1]:
            h = keras.layers.Dense(n, activation='relu')(h)
        h = keras.layers.Dense(input_dims, activation='sigmoid')(h)
        decoder = keras.Model(code, h)

        auto = keras.Model(image, decoder(encoder(image)[0]))
        auto.compile('adam', keras.losses.BinaryCrossentropy(name='bce'))
        return (encoder, decoder, auto)

    return build


autoencoder = factory()
