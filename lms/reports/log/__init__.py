"""The audit log as audit administrators read it: found, filtered, in words, and itself on the log."""
