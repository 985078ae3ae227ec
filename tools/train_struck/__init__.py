"""How the judge of drums (`daemon/hearing/struck.npz`) is taught: on made-up sounds only."""
