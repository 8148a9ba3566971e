"""Fair assignment of films to jurors by minutes of film, with a proof of how good it is."""
