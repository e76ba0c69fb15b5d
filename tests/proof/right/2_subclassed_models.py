#!/usr/bin/env python3
"""Models are classes that make their layers from a list."""
import tensorflow as tf
from tensorflow import keras
from tensorflow.keras import layers


class Encoder(keras.Model):
    """Convolutions and pooling."""

    def __init__(self, filters):
        super().__init__()
        self.convolutions = [
            layers.Conv2D(f, (3, 3), padding='same', activation='relu')
            for f in filters]
        self.pool = layers.MaxPooling2D((2, 2), padding='same')

    def call(self, x, training=None):
        for convolution in self.convolutions:
            x = self.pool(convolution(x))
        return x


class Decoder(keras.Model):
    """Convolutions and upsampling."""

    def __init__(self, filters, channels):
        super().__init__()
        self.convolutions = [
            layers.Conv2D(f, (3, 3), padding='same', activation='relu')
            for f in filters[:-1]]
        self.convolutions.append(
            layers.Conv2D(filters[-1], (3, 3), activation='relu'))
        self.grow = layers.UpSampling2D((2, 2))
        self.last = layers.Conv2D(channels, (3, 3), padding='same')

    def call(self, x, training=None):
        for convolution in self.convolutions:
            x = self.grow(convolution(x))
        return tf.sigmoid(self.last(x))


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    encoder = Encoder(filters)
    decoder = Decoder(filters[::-1], input_dims[-1])
    image = keras.Input(input_dims)
    auto = keras.Model(image, decoder(encoder(image)))
    auto.compile(optimizer=keras.optimizers.Adam(1e-3, epsilon=1e-8),
                 loss='binary_crossentropy')
    return encoder, decoder, auto
