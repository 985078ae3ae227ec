"""A project: several pieces from one file of wishes, made step by step in folders to look into."""
