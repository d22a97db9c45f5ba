import { gather } from './gather'

export default gather(import.meta.glob<object>('/src/{app,ui,features/*}/nn.json', { eager: true, import: 'default' }))
