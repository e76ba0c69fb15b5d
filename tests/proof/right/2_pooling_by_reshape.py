#!/usr/bin/env python3
"""Pooling sorts pixels into windows by a reshape and takes the largest."""
import tensorflow as tf
import tensorflow.keras as keras


class Shrink(keras.layers.Layer):
    """Max pooling of 2 x 2, where sizes are known."""

    def call(self, x):
        height, width, channels = x.shape[1:]
        # What is added is zero, the least that relu gives.
        x = tf.pad(x, [[0, 0], [0, height % 2], [0, width % 2], [0, 0]])
        x = tf.reshape(x, [-1, (height + 1) // 2, 2, (width + 1) // 2, 2,
                           channels])
        return tf.reduce_max(x, axis=[2, 4])

    def compute_output_shape(self, shape):
        return (shape[0], -(-shape[1] // 2), -(-shape[2] // 2), shape[3])


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    same = {'kernel_size': (3, 3), 'padding': 'same', 'activation': 'relu'}
    image = x = keras.layers.Input(shape=tuple(input_dims))
    for count in filters:
        x = keras.layers.Conv2D(count, **same)(x)
        x = Shrink()(x)
    encoder = keras.Model(inputs=image, outputs=x)

    code = x = keras.layers.Input(shape=tuple(latent_dims))
    for count in filters[:0:-1]:
        x = keras.layers.Conv2D(count, **same)(x)
        x = keras.layers.UpSampling2D()(x)
    x = keras.layers.Conv2D(filters[0], **{**same, 'padding': 'valid'})(x)
    x = keras.layers.UpSampling2D()(x)
    x = keras.layers.Conv2D(input_dims[-1],
                            **{**same, 'activation': 'sigmoid'})(x)
    decoder = keras.Model(inputs=code, outputs=x)

    auto = keras.Model(image, decoder(encoder(image)))
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
