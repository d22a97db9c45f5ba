// y-websocket's server on LevelDB: each update is appended when it comes. It asks nobody who they are.
import { setPersistence } from '@y/websocket-server/utils'
import { LeveldbPersistence } from 'y-leveldb'
import * as Y from 'yjs'

const stored = new LeveldbPersistence(process.env.LEVELDB)

setPersistence({
  bindState: async (name, doc) => {
    const before = await stored.getYDoc(name)
    doc.on('update', update => stored.storeUpdate(name, update))
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(before))
  },
  writeState: async () => {},
})

await import('@y/websocket-server/server') // listens on HOST and PORT
