"""The off-chain sources of the simulated network: what gateways, testers and reporters would say of its cast.

Everything follows from the seed and the time, so that two who ask at once are told the same, and nothing is kept.
"""
