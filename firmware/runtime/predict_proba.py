"""Probabilities as floats, for people; the integers behind them are the contract."""

from probabilities import probabilities


def predict_proba(values):
    """Return each class's probability as a float."""
    return [q / 32768 for q in probabilities(values)]
