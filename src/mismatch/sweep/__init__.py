"""Many runs: from what was asked to finished results folders. One run goes down this list, once:

    cli.expand            words -> one command for each experiment
    hydra                 overrides -> composed configs, one for each job (sweeper: every grid; a single arm: one)
    session.add           configs -> settings -> plan.request: arms, resolved and checked; nothing is written yet
    session.run           locks the results folder; plan.make: the runs that the records in it do not yet hold
    drive                 schedule -> the next run for a worker -> executor.submit
    run.pipeline.run      in the worker: arm and replicate -> Record (its docstring goes on from here)
    drive                 the record comes back, or the death of the worker -> session keeps it: store.Writer
    session               measurement of another kind, baselines, then the reporter: store.newest makes runs a table

Another launcher of Hydra's stands in the place of `drive`: an `errand` goes out with each job and drops the records,
which the session takes in: store.take_in. It does so before planning, too, and has what is damaged mended.
"""
