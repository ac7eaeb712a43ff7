"""申诉 at the desk: what did not count, settled by officers without interest in the case and without a name."""
