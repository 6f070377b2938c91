"""The computation graph as a picture: its numbers, layout and mobjects."""
