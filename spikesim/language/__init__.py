"""The language of models: text to checked expressions. It knows no neuron."""
