"""The figures of the report: what the network answers, and what it costs in integers."""
