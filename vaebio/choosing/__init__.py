"""Which members to take, how sure that is, and what betas and seeds change.

From the tables of a data set and the latents of its members. A combination is one architecture,
beta and latent size; its seeds are its repetitions.
"""
