export { roundQuery } from './queries'
