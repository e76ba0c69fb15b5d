#!/usr/bin/env python3
"""The KL divergence is a mean over the dimensions: b is 1 / latent_dims."""
import tensorflow as tf
import tensorflow.keras as keras


class Reparametrize(keras.layers.Layer):
    """Adds -1/2 mean(1 + log s2 - m2 - s2) and draws z."""

    def call(self, mu, log_sigma2):
        self.add_loss(-0.5 * tf.reduce_mean(
            1 + log_sigma2 - mu ** 2 - tf.math.exp(log_sigma2)))
        sigma = tf.sqrt(tf.exp(log_sigma2))
        return mu + sigma * tf.random.normal(tf.shape(mu), 0., 1.)


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    relu = {'activation': 'relu'}
    X = keras.Input(shape=(input_dims,))
    Y = X
    for nodes in hidden_layers:
        Y = keras.layers.Dense(nodes, **relu)(Y)
    mu = keras.layers.Dense(latent_dims)(Y)
    log_sigma2 = keras.layers.Dense(latent_dims)(Y)
    z = Reparametrize()(mu, log_sigma2)
    encoder = keras.Model(inputs=X, outputs=[z, mu, log_sigma2])

    X_decode = keras.Input(shape=(latent_dims,))
    Y = X_decode
    for nodes in reversed(hidden_layers):
        Y = keras.layers.Dense(nodes, **relu)(Y)
    Y = keras.layers.Dense(input_dims, activation='sigmoid')(Y)
    decoder = keras.Model(inputs=X_decode, outputs=Y)

    auto = keras.Model(X, decoder(encoder(X)[0]))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
