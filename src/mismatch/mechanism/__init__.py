"""What padding does to gradient and state before anything is trained: the mechanism behind the padding experiment."""
