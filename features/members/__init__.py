"""Who is here: groups, people, membership, consent."""
