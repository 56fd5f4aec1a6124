"""Files of a person's own sequences, read honestly: nothing runs their code, nothing is lost or guessed in silence."""
