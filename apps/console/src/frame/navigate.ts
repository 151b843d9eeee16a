import { router } from '../routes.tsx'

/** Goes to an address made by `paths`. */
export const go = (href: string): void => router.history.push(href)
export const replace = (href: string): void => router.history.replace(href)
