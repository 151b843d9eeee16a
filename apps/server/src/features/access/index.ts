export { ensureOwner } from './first-start.ts'
export { createGatekeeper } from './gatekeeper.ts'
export { accessRoutes } from './routes.ts'
export { makeSignInLink } from './sign-in.ts'
