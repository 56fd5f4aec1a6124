"""What to do with a person's own sequences, why, and the code: candidates, racing, recommendation, and a script."""
