"""Create, Update and Delete of a resource of any type."""
