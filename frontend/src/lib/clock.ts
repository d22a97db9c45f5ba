import { ref } from 'vue'

/**
 * The server's clock decides what is late, so the page tells time by it as well: it keeps how far
 * this machine's clock is off. A demonstration can stand years away.
 */
const offset = ref(0)

export function setServerTime(serverNow: Date): void {
  offset.value = serverNow.getTime() - Date.now()
}

export function now(): Date {
  return new Date(Date.now() + offset.value)
}
