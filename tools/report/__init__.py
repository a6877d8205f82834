"""`thumbnet report`: what there is to know about a trained network, on one HTML page.

`analysis` computes the figures, `collect` gathers them in `contents.Report`, `findings` says what
stands out, `charts` draws, and `page` fills in the template.
"""
