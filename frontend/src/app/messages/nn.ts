import { gather } from './gather'

export default gather(import.meta.glob<object>('../../{app,ui,features/*}/nn.json', { eager: true, import: 'default' }))
