"""Networks: layers, losses, data sets and training, all of the project's own autograd and optimizers."""

from networks import initialisation, losses
from networks.drawing import drawn
from networks.layers import MLP, Dropout, Linear, gelu
from networks.module import Module, functional_call
from networks.neuron import Layer, Neuron
from networks.training_step import TrainingStep

__all__ = [
    "MLP",
    "Dropout",
    "Layer",
    "Linear",
    "Module",
    "Neuron",
    "TrainingStep",
    "drawn",
    "functional_call",
    "gelu",
    "initialisation",
    "losses",
]
