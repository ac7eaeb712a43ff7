"""HTTP of learning: what players send, and the pages learners see."""
