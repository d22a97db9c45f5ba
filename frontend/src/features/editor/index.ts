export type { LiveState, SaveState } from './live/liveDocument'
