"""Workers on the nodes of a Ray cluster: what `sweep.executors.ray` is made of. Ray itself is imported in functions."""
