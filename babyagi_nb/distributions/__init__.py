"""Which packages functions need, and how missing ones are looked at and installed.

Running a function never installs anything. The way is: the imports of a function are read from its
code (``needs``), each is told apart as part of Python, installed, or missing (``classify``), a dry
run says exactly which files an installation would bring (``plan``), a rule says whether and how the
person must be asked (``policy``), and only then exactly those files are installed, by their hashes
(``install``).

What holds throughout:

- Only wheels. Looking at a package and installing it runs no code of that package.
- What was reported is what is installed: same versions, same SHA-256.
- Whatever is not known counts against the package: no date is too young, no hash is a refusal.
- A name that only a model wrote down is never confirmed by one key; it must be typed.
- Nothing here reads a setting. Who calls says what is allowed, and only the kernel side calls.
"""
