import { gather } from './gather'

export default gather(import.meta.glob<object>('../../{app,ui,features/*}/nb.json', { eager: true, import: 'default' }))
