export { createPeople, type People } from './create-people.ts'
export { expireBy } from './expire-by.ts'
