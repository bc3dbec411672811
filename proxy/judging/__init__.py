"""One exchange from its facts to its verdict, and what follows from it."""
