"""What can be asked: groups of settings, the rules of what is possible together, the frozen Arm, errors, paths."""
