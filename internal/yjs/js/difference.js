import * as Y from 'yjs'

// Names the first thing that two documents do not hold alike, or returns ''. Where their structs are cut and what deleted
// ones once held does not count.
export const differenceOf = (a, b) => {
  if (!sameBytes(Y.encodeStateVector(a), Y.encodeStateVector(b))) return 'state vector'
  if (!Y.equalDeleteSets(deletionsIn(a), deletionsIn(b))) return 'deletions'
  const structs = differenceInStructs(a.store.clients, b.store.clients, () => 0)
  return structs || differenceInPending(a.store, b.store)
}

const sameBytes = (a, b) => a.length === b.length && a.every((byte, i) => byte === b[i])

const deletionsIn = doc => Y.createDeleteSetFromStructStore(doc.store)

// In what waits for other updates yjs keeps also structs that it took in by another way since.
const differenceInPending = (a, b) => {
  const structs = differenceInStructs(pendingStructs(a), pendingStructs(b), client => Y.getState(a, client))
  if (structs) return `pending ${structs}`
  return Y.equalDeleteSets(pendingDeletions(a), pendingDeletions(b)) ? '' : 'pending deletions'
}

const pendingStructs = store => {
  const byClient = new Map()
  const structs = store.pendingStructs === null ? [] : Y.decodeUpdateV2(store.pendingStructs.update).structs
  structs.forEach(struct => {
    const { client } = struct.id
    if (struct instanceof Y.Skip || endOf(struct) <= Y.getState(store, client)) return
    if (!byClient.has(client)) byClient.set(client, [])
    byClient.get(client).push(struct)
  })
  return byClient
}

const pendingDeletions = store =>
  Y.mergeDeleteSets(store.pendingDs === null ? [] : [Y.decodeUpdateV2(store.pendingDs).ds])

const differenceInStructs = (a, b, known) => {
  const differs = client => !a.has(client) || !b.has(client) || !sameStructs(a.get(client), b.get(client), known(client))
  const client = [...a.keys(), ...b.keys()].find(differs)
  return client === undefined ? '' : `structs of client ${client}`
}

// Compares two sorted lists of a client's structs from a clock on.
const sameStructs = (a, b, clock) => {
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const start = Math.max(a[i].id.clock, clock)
    if (start !== Math.max(b[j].id.clock, clock)) return false
    clock = Math.min(endOf(a[i]), endOf(b[j]))
    if (!sameStruct(a[i], b[j], start, clock)) return false
    if (endOf(a[i]) === clock) i++
    if (endOf(b[j]) === clock) j++
  }
  return i === a.length && j === b.length
}

const endOf = struct => struct.id.clock + struct.length

// Compares what two structs say of the clocks from start up to end.
const sameStruct = (a, b, start, end) => {
  if (isLost(a) || isLost(b)) return isLost(a) && isLost(b)
  return samePlace(a, b, start) && (isDeleted(a) || isDeleted(b) || content(a, start, end) === content(b, start, end))
}

// What waits has not been marked as deleted.
const isDeleted = ({ deleted, content }) => deleted || content instanceof Y.ContentDeleted

// What stands in something deleted has no place once the content of that is dropped, nor has what comes to lean on it.
const isLost = ({ parent, constructor }) =>
  constructor === Y.GC || (parent instanceof Y.AbstractType && parent._item !== null && parent._item.deleted)

const samePlace = (a, b, start) => {
  const [left, right] = [leftOf(a, start), a.rightOrigin]
  if (!Y.compareIDs(left, leftOf(b, start)) || !Y.compareIDs(right, b.rightOrigin)) return false
  return left !== null || right !== null || (name(a.parent) === name(b.parent) && a.parentSub === b.parentSub)
}

const leftOf = (item, start) => start > item.id.clock ? Y.createID(item.id.client, start - 1) : item.origin

// Names the type that an item stands in, be that given itself, by its id or, for the root, by its name.
const name = parent => {
  if (parent instanceof Y.AbstractType) return parent._item ? name(parent._item.id) : 'root'
  return parent instanceof Y.ID ? `${parent.client}:${parent.clock}` : 'root'
}

const content = ({ content, id }, start, end) => {
  const [from, to] = [start - id.clock, end - id.clock]
  if (content instanceof Y.ContentString) return content.str.slice(from, to)
  if (content instanceof Y.ContentAny) return JSON.stringify(content.arr.slice(from, to))
  if (content instanceof Y.ContentFormat) return JSON.stringify([content.key, content.value])
  return content.type.nodeName || 'text'
}
