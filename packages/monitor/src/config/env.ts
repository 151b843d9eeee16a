/** The only reader of the environment. */
export const readEnvironment = (): NodeJS.ProcessEnv => process.env
