"""What a network takes: parameters, multiply-accumulates, heap, and time on a processor."""
