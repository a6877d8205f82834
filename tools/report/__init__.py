"""`thumbnet report`: what there is to know about a trained network, on one page of HTML."""
