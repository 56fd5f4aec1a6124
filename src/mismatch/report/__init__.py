"""Figures and one page of HTML from the table of runs alone. No TensorFlow here."""
