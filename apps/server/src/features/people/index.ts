export { createPeople } from './create-people.ts'
export { expireBy } from './expire-by.ts'
