#!/usr/bin/env python3
"""Each activation is a layer of its own; the loss is a function."""
import tensorflow as tf
from tensorflow.keras import Model, backend as K, layers as L


def loss(truth, prediction):
    """Binary cross-entropy, as the textbook has it."""
    p = tf.clip_by_value(prediction, K.epsilon(), 1 - K.epsilon())
    each = truth * tf.math.log(p) + (1 - truth) * tf.math.log(1 - p)
    return -tf.reduce_mean(each, axis=[1, 2, 3])


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    K.clear_session()
    image = x = L.Input(input_dims)
    for number in filters:
        x = L.Conv2D(number, (3, 3), padding='same')(x)
        x = L.ReLU()(x)
        x = L.MaxPooling2D((2, 2), padding='same')(x)
    encoder = Model(image, x)

    *backwards, last = reversed(filters)
    code = x = L.Input(latent_dims)
    for number in backwards:
        x = L.Conv2D(number, (3, 3), padding='same')(x)
        x = L.UpSampling2D((2, 2))(L.ReLU()(x))
    x = L.ReLU()(L.Conv2D(last, (3, 3), padding='valid')(x))
    x = L.UpSampling2D((2, 2))(x)
    x = L.Conv2D(input_dims[-1], (3, 3), padding='same')(x)
    decoder = Model(code, L.Activation('sigmoid')(x))

    auto = Model(image, decoder(encoder(image)))
    auto.compile(optimizer='adam', loss=loss, metrics=['mae'])
    return encoder, decoder, auto
