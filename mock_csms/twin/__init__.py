"""The events of a run, and the model of each station that is built from them."""
