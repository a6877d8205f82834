"""The foundation: the graph, its arithmetic contract, windows, and its JSON form."""
