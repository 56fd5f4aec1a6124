"""Many runs: plan, schedule, session, workers, the record store."""
