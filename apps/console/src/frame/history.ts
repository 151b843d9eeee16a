import { createBrowserHistory } from '@tanstack/react-router'

/** The browser's history, apart from the routes, so that any page can go anywhere without importing them all. */
export const history = createBrowserHistory()
