"""What a network costs: parameters, multiply-accumulates, heap, and time on a processor."""
