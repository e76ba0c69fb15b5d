#!/usr/bin/env python3
"""Everything runs eagerly; a layer of tf.keras draws with a generator."""
import tensorflow as tf


class Draw(tf.keras.layers.Layer):
    """z, with noise from a generator of TensorFlow."""

    def call(self, pair):
        mean, log_var = pair
        variance = tf.exp(log_var)
        self.add_loss(tf.reduce_mean(tf.reduce_sum(
            mean ** 2 + variance - log_var - 1, axis=1) / 2))
        generator = tf.random.get_global_generator()
        return mean + variance ** 0.5 * generator.normal(tf.shape(mean))


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, variational autoencoder."""
    dense = tf.keras.layers.Dense
    image = x = tf.keras.Input((input_dims,))
    for width in hidden_layers:
        x = dense(width, activation=tf.nn.relu)(x)
    pair = dense(latent_dims, activation=None)(x), dense(latent_dims)(x)
    encoder = tf.keras.Model(image, [Draw()(pair), *pair])

    code = x = tf.keras.Input((latent_dims,))
    for width in hidden_layers[::-1]:
        x = dense(width, activation=tf.nn.relu)(x)
    x = dense(input_dims, activation=tf.nn.sigmoid)(x)
    decoder = tf.keras.Model(code, x)

    auto = tf.keras.Model(image, decoder(encoder(image)[0]))
    auto.compile(optimizer=tf.keras.optimizers.Adam(1e-4),
                 loss=tf.keras.losses.BinaryCrossentropy(),
                 run_eagerly=True)
    return encoder, decoder, auto
