// What yjs expects of a browser and goja has not. The functions of `host` are given by Go.
const nothing = () => {}

globalThis.console = { log: nothing, warn: nothing, error: nothing, info: nothing, debug: nothing }
globalThis.TextDecoder = class {
  decode (bytes) { return bytes ? host.decodeText(bytes) : '' }
}
globalThis.TextEncoder = class {
  encode (text) { return new Uint8Array(host.encodeText(text)) }
}
globalThis.crypto = {
  subtle: {},
  getRandomValues (array) {
    new Uint8Array(array.buffer).set(new Uint8Array(host.random(array.byteLength)))
    return array
  }
}
