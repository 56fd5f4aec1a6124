"""What an arm lets the model see, and the Bayes accuracy of it."""
