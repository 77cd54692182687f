"""Models behind servers: how they are found, asked, waited for, counted and understood."""
