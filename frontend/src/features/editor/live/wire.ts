import { createDecoder, readVarInt, readVarString, readVarUint } from 'lib0/decoding'

/** What a frame on the socket is about, as far as keeping the books on saving needs to know. */
export interface Frame {
  document: string
  kind: 'step1' | 'step2' | 'update' | 'accepted' | 'refused' | 'other'
}

const messageSync = 0
const messageSyncStatus = 8
const syncKinds = ['step1', 'step2', 'update'] as const

/** Reads the head of a frame; nothing for one that belongs to no document, such as a ping. */
export function readFrame(bytes: Uint8Array): Frame | undefined {
  if (bytes.length < 2) return undefined
  const decoder = createDecoder(bytes)
  const document = readVarString(decoder)
  const type = readVarUint(decoder)
  if (type === messageSync) return { document, kind: syncKinds[readVarUint(decoder)] ?? 'other' }
  if (type === messageSyncStatus) return { document, kind: readVarInt(decoder) === 1 ? 'accepted' : 'refused' }
  return { document, kind: 'other' }
}
