"""Runs stored functions in processes that the operating system keeps from everything else."""
