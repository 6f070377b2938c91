"""Support: what belongs to no subject: wording of refusals, files written whole, colours, lazy properties."""
