"""Small networks, each a readable script: `python -m thumbnet.trainer.examples.xor`."""
