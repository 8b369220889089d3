"""Staff: roles, the owner, what staff did and may undo, what needs a second person."""
