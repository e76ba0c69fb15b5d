#!/usr/bin/env python3
"""The autoencoder goes on from z through the decoder's layers, one by one."""
from functools import reduce

import tensorflow as tf
from tensorflow.keras import Model, layers as L


class Latent(L.Layer):
    """Holds both heads, draws z and adds the KL divergence."""

    def __init__(self, latent_dims):
        super().__init__()
        self.heads = [L.Dense(latent_dims), L.Dense(latent_dims)]

    def build(self, shape):
        for head in self.heads:
            head.build(shape)
        super().build(shape)

    def call(self, x):
        mean, log_var = (head(x) for head in self.heads)
        kl = -tf.reduce_sum(1 + log_var - mean ** 2 - tf.exp(log_var), -1)
        self.add_loss(0.5 * tf.reduce_mean(kl))
        sigma = tf.exp(log_var) ** 0.5
        z = mean + sigma * tf.random.normal(tf.shape(mean))
        return z, mean, log_var


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    image, code = L.Input((input_dims,)), L.Input((latent_dims,))
    down = [L.Dense(n, activation='relu') for n in hidden_layers]
    up = [L.Dense(n, activation='relu') for n in hidden_layers[::-1]]
    up.append(L.Dense(input_dims, activation='sigmoid'))

    features = reduce(lambda x, layer: layer(x), down, image)
    z, mean, log_var = Latent(latent_dims)(features)
    encoder = Model(image, [z, mean, log_var])
    decoder = Model(code, reduce(lambda x, layer: layer(x), up, code))
    auto = Model(image, reduce(lambda x, layer: layer(x), up, z))
    auto.compile(optimizer='adam', loss='binary_crossentropy',
                 loss_weights=[input_dims])
    return encoder, decoder, auto
