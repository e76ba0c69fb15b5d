#!/usr/bin/env python3
"""A layer draws z and adds the KL divergence to the loss on the way."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Sampling(layers.Layer):
    """Draws z from its mean and its log variance."""

    def __init__(self):
        super().__init__()
        self.beta = self.add_weight(
            name="beta", shape=(1,), initializer="ones", trainable=False)

    def call(self, inputs):
        z_mean, z_log_var = inputs
        kl = 1 + z_log_var - tf.square(z_mean) - tf.exp(z_log_var)
        kl = -0.5 * tf.reduce_mean(tf.reduce_sum(kl, axis=1))
        self.add_loss(self.beta[0] * kl)
        epsilon = tf.random.normal(shape=tf.shape(z_mean))
        return z_mean + tf.exp(0.5 * z_log_var) * epsilon


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    inputs = keras.Input(shape=(input_dims,))
    x = inputs
    for units in hidden_layers:
        x = layers.Dense(units, activation="relu")(x)
    z_mean = layers.Dense(latent_dims, name="z_mean")(x)
    z_log_var = layers.Dense(latent_dims, name="z_log_var")(x)
    z = Sampling()([z_mean, z_log_var])
    encoder = keras.Model(inputs, [z, z_mean, z_log_var], name="encoder")

    codes = keras.Input(shape=(latent_dims,))
    x = codes
    for units in reversed(hidden_layers):
        x = layers.Dense(units, activation="relu")(x)
    outputs = layers.Dense(input_dims, activation="sigmoid")(x)
    decoder = keras.Model(codes, outputs, name="decoder")

    auto = keras.Model(inputs, decoder(encoder(inputs)[0]), name="vae")
    auto.compile(optimizer="adam", loss="binary_crossentropy")
    return encoder, decoder, auto
