#!/usr/bin/env python3
"""The head of the log variance is made before that of the mean."""
import tensorflow.keras as keras
from tensorflow.keras import backend as K


class KLDivergence(keras.layers.Layer):
    """Passes on what it is given and adds to the loss, once per digit."""

    def __init__(self, weight, **kwargs):
        super().__init__(**kwargs)
        self.weight = weight

    def call(self, heads):
        log_var, mu = heads
        kl = K.sum(K.exp(log_var) + K.square(mu) - 1. - log_var, axis=-1)
        self.add_loss(self.weight * K.mean(kl) / 2)
        return mu, log_var


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    def draw(heads):
        mu, log_var = heads
        noise = K.random_normal(shape=K.shape(log_var))
        return K.exp(.5 * log_var) * noise + mu

    image = keras.Input(shape=(input_dims,))
    h = image
    for n in hidden_layers:
        h = keras.layers.Dense(n, activation='relu')(h)
    log_var = keras.layers.Dense(latent_dims, activation=None)(h)
    mu = keras.layers.Dense(latent_dims, activation=None)(h)
    mu, log_var = KLDivergence(1 / input_dims)([log_var, mu])
    z = keras.layers.Lambda(draw)([mu, log_var])
    encoder = keras.Model(image, [z, mu, log_var])

    code = keras.Input(shape=(latent_dims,))
    h = code
    for n in hidden_layers[::-1]:
        h = keras.layers.Dense(n, activation='relu')(h)
    h = keras.layers.Dense(input_dims, activation='sigmoid')(h)
    decoder = keras.Model(code, h)

    auto = keras.Model(image, decoder(encoder(image)[0]))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
