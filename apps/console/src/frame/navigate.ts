import { history } from './history.ts'

/** Goes to an address made by `paths`. */
export const go = (href: string): void => history.push(href)
export const replace = (href: string): void => history.replace(href)
