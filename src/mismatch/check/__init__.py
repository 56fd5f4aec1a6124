"""What is in data, and what is wrong between data and a model: findings, each with its evidence and what to do.

Rules stand one in a module: on data in `check.data`, on models in `check.model`. Nothing here trains, and nothing that
looks at data alone imports TensorFlow.
"""
