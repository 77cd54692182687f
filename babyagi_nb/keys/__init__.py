"""Where values of keys live, and how they are kept out of everything that is written."""
