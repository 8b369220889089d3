"""What people type in a group: order lines, questions, complaints, talk."""
