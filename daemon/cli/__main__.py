"""`python -m daemon.cli`, as autostart files on users' machines start it."""

from daemon.cli.main import main

if __name__ == "__main__":
    main()
