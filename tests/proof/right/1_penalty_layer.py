#!/usr/bin/env python3
"""A layer that changes nothing adds the penalty to the loss."""
import tensorflow as tf
from tensorflow.keras import Model, layers


class Sparsity(layers.Layer):
    """Adds lambtha times the L1 norm, averaged over the batch."""

    def __init__(self, lambtha):
        super().__init__()
        self.lambtha = lambtha

    def call(self, code):
        norms = tf.reduce_sum(tf.abs(code), axis=-1)
        self.add_loss(self.lambtha * tf.reduce_mean(norms))
        return code


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    image = layers.Input((input_dims,))
    x = image
    for nodes in hidden_layers:
        x = layers.Dense(nodes, 'relu')(x)
    code = layers.Dense(latent_dims, 'relu')(x)
    encoder = Model(image, Sparsity(lambtha)(code))

    latent = layers.Input((latent_dims,))
    x = latent
    for nodes in hidden_layers[::-1]:
        x = layers.Dense(nodes, 'relu')(x)
    decoder = Model(latent, layers.Dense(input_dims, 'sigmoid')(x))

    auto = Model(image, decoder(encoder(image)))
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
