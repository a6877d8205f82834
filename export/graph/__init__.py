"""The graph, its arithmetic contract, windows, and its JSON form: what everything else stands on."""
