"""What all else stands on: the graph, its arithmetic contract, windows, and its JSON form."""
